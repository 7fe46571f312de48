-- name: position$
-- How far the views are.
select position from checkpoint;

-- name: find_user^
-- A user.
select id, email, superuser from users where id = :id;

-- name: list_projects
-- Projects of a user, newest first.
select id, name, created_at, updated_at from projects
where owner = :owner and not deleted order by created_at desc, id limit :limit offset :offset;

-- name: count_projects$
-- How many projects a user has.
select count(*) from projects where owner = :owner and not deleted;

-- name: find_project^
-- A project.
select id, name, created_at, updated_at from projects where id = :id and not deleted;

-- name: find_place^
-- Where a run belongs, and to whom.
select project_id, owner from runs where id = :id;

-- name: list_runs
-- Runs of a user, in one project or in all, newest first.
select runs.*, left(runs.wish, :wish_length) as short_wish, projects.name as project_name
from runs join projects on projects.id = runs.project_id
where runs.owner = :owner and not projects.deleted
    and (:project_id::text = '' or runs.project_id = :project_id)
    and (:status::text = '' or runs.status = :status)
order by runs.requested_at desc, runs.id limit :limit offset :offset;

-- name: count_runs$
-- How many runs that are.
select count(*) from runs join projects on projects.id = runs.project_id
where runs.owner = :owner and not projects.deleted
    and (:project_id::text = '' or runs.project_id = :project_id)
    and (:status::text = '' or runs.status = :status);

-- name: find_run^
-- A run.
select runs.*, runs.wish as short_wish, projects.name as project_name
from runs left join projects on projects.id = runs.project_id where runs.id = :id;

-- name: list_stages
-- The work of a run in the order it was taken up.
select stage, item, attempt, started_at, finished_at, failed_at, failure_message,
    prompt_tokens, completion_tokens, cached_tokens, micro_usd, milliseconds
from run_stages where run_id = :id order by seq;

-- name: find_artifact$
-- The newest artifact of a kind, or that of one pass.
select body::text from run_artifacts
where run_id = :id and kind = :kind and (:pass_number::bigint = 0 or pass_number = :pass_number)
order by seq desc limit 1;

-- name: list_files
-- The newest version of each file as of a stream sequence.
select distinct on (path) path, version, seq, size, sha256, origin, pass_number, written_at
from run_files where run_id = :id and seq <= :at order by path, version desc;

-- name: load_files
-- The newest version of each file with its text.
select distinct on (path) path, content from run_files where run_id = :id order by path, version desc;

-- name: find_file^
-- A version of a file, or its newest.
select path, version, seq, size, sha256, origin, pass_number, written_at, content
from run_files where run_id = :id and path = :path and (:version::bigint = 0 or version = :version)
order by version desc limit 1;

-- name: find_sandbox_place^
-- Where a sandbox belongs.
select project_id from sandboxes where id = :id;

-- name: list_sandboxes
-- Sandboxes of a user, in one project or in all, newest first.
select state::text as state from sandboxes
where owner = :owner and (:project_id::text = '' or project_id = :project_id)
order by created_at desc, id limit :limit offset :offset;

-- name: count_sandboxes$
-- How many that are.
select count(*) from sandboxes where owner = :owner and (:project_id::text = '' or project_id = :project_id);
