-- name: has_schema$
-- Whether there are read models under this name.
select to_regnamespace(:schema) is not null;

-- name: checkpoint^
-- How far the rows are, and who shaped them.
select position, generation, fingerprint from checkpoint;

-- name: begin_checkpoint!
-- Rows from nothing.
insert into checkpoint (position, generation, fingerprint) values (0, :generation, :fingerprint);

-- name: advance!
-- Move on, unless somebody else did or the tables are no longer ours; readers of the live views are told at commit.
update checkpoint set position = :position where position = :before and generation = :generation
returning case when current_schema() = 'views' then pg_notify('projected', :position::bigint::text) end;

-- name: retire$
-- Keep the projector of these tables out from now on; gives how far it got.
update checkpoint set generation = '' returning position;

-- name: announce$
-- Tell readers how far the views are.
select pg_notify('projected', :position::bigint::text);
