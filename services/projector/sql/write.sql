-- name: write_users!
-- Accounts, the newest fact about each.
insert into users select * from json_populate_recordset(null::users, convert_from(:rows, 'UTF8')::json)
on conflict (id) do update set (email, superuser, created_at) = (excluded.email, excluded.superuser, excluded.created_at);

-- name: write_projects!
-- Projects as they stand now.
insert into projects select * from json_populate_recordset(null::projects, convert_from(:rows, 'UTF8')::json)
on conflict (id) do update set (owner, name, created_at, updated_at, deleted)
    = (excluded.owner, excluded.name, excluded.created_at, excluded.updated_at, excluded.deleted);

-- name: write_runs!
-- Runs as they stand now.
insert into runs select * from json_populate_recordset(null::runs, convert_from(:rows, 'UTF8')::json)
on conflict (id) do update set (
    name, title, summary, status, stage, updated_at, finished_at, pass_number, files_total, files_written,
    prompt_tokens, completion_tokens, cached_tokens, calls, milliseconds, micro_usd, failure_reason,
    failure_message, failure_advice, failure_stage, security_score, questions, missing, last_seq
) = (
    excluded.name, excluded.title, excluded.summary, excluded.status, excluded.stage, excluded.updated_at,
    excluded.finished_at, excluded.pass_number, excluded.files_total, excluded.files_written,
    excluded.prompt_tokens, excluded.completion_tokens, excluded.cached_tokens, excluded.calls,
    excluded.milliseconds, excluded.micro_usd, excluded.failure_reason, excluded.failure_message,
    excluded.failure_advice, excluded.failure_stage, excluded.security_score, excluded.questions, excluded.missing,
    excluded.last_seq
);

-- name: write_stages!
-- Orders as they stand now.
insert into run_stages select * from json_populate_recordset(null::run_stages, convert_from(:rows, 'UTF8')::json)
on conflict (run_id, work_id) do update set (
    attempt, started_at, finished_at, failed_at, retry_at, failure_reason, failure_message, failure_advice,
    model, prompt_tokens, completion_tokens, cached_tokens, calls, milliseconds, micro_usd
) = (
    excluded.attempt, excluded.started_at, excluded.finished_at, excluded.failed_at, excluded.retry_at,
    excluded.failure_reason, excluded.failure_message, excluded.failure_advice, excluded.model,
    excluded.prompt_tokens, excluded.completion_tokens, excluded.cached_tokens, excluded.calls,
    excluded.milliseconds, excluded.micro_usd
);

-- name: write_faults!
-- Facts that could not be projected.
insert into faults select * from json_populate_recordset(null::faults, convert_from(:rows, 'UTF8')::json);

-- name: delete_runs_of!
-- A deleted project takes its runs along, and all that belongs to them.
with gone as (delete from runs where project_id = any(:ids::text[]) returning id),
    stages as (delete from run_stages where run_id in (select id from gone)),
    artifacts as (delete from run_artifacts where run_id in (select id from gone))
delete from run_files where run_id in (select id from gone);

-- name: write_sandboxes!
-- Sandboxes as they stand now.
insert into sandboxes select * from json_populate_recordset(null::sandboxes, convert_from(:rows, 'UTF8')::json)
on conflict (id) do update set (status, state) = (excluded.status, excluded.state);

-- name: delete_sandboxes_of!
-- A deleted project takes its sandboxes along.
delete from sandboxes where project_id = any(:ids::text[]);
