-- name: load_projects
-- Projects as they stand.
select row_to_json(projects)::text as row from projects where id = any(:ids::text[]);

-- name: load_runs
-- Runs as they stand.
select row_to_json(runs)::text as row from runs where id = any(:ids::text[]);

-- name: load_stages
-- Orders of these runs.
select row_to_json(run_stages)::text as row from run_stages where run_id = any(:ids::text[]);

-- name: load_sandboxes
-- Sandboxes as they stand.
select state::text as row from sandboxes where id = any(:ids::text[]);

-- name: load_versions
-- How often each file of these runs was written.
select run_id, path, max(version) as version from run_files where run_id = any(:ids::text[]) group by run_id, path;

-- name: count_faults$
-- How many facts could not be projected.
select count(*) from faults;
