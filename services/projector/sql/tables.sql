-- name: create_tables#
-- The read models. Ids are those of the log; times are the log's, never the server's, so that a rebuild gives equal rows.
create table checkpoint (
    position    bigint not null,  -- stream sequence of the newest fact that the rows below tell of
    generation  text   not null,  -- made anew with the tables: who writes with another one is fenced out
    fingerprint text   not null   -- of the code that shapes the rows
);

create table faults (  -- facts that could not be projected
    seq     bigint primary key,
    subject text   not null,
    type    text   not null,
    reason  text   not null
);

create table users (
    id         text primary key,
    email      text        not null,
    superuser  boolean     not null,
    created_at timestamptz not null
);

create table projects (  -- a deleted project keeps a row without content, so that nothing late brings it back
    id         text primary key,
    owner      text    not null,
    name       text    not null,
    created_at timestamptz,
    updated_at timestamptz not null,
    deleted    boolean not null
);
create index projects_of_owner on projects (owner, created_at desc);

create table runs (
    id                text primary key,
    project_id        text        not null,
    owner             text        not null,
    wish              text        not null,
    name              text        not null,  -- of the charter; empty until there is one
    title             text        not null,
    summary           text        not null,
    status            text        not null,
    stage             text        not null,  -- taken up last; empty once the run is over
    model             text        not null,
    approve           boolean     not null,
    verify            boolean     not null,
    base_run_id       text        not null,
    change            text        not null,
    requested_at      timestamptz not null,
    updated_at        timestamptz not null,
    finished_at       timestamptz,
    pass_number       bigint      not null,
    files_total       bigint      not null,
    files_written     bigint      not null,  -- paths, however often each was written
    prompt_tokens     bigint      not null,
    completion_tokens bigint      not null,
    cached_tokens     bigint      not null,
    calls             bigint      not null,
    milliseconds      bigint      not null,
    micro_usd         bigint      not null,
    failure_reason    text        not null,  -- FailureReason, or 'cancelled'
    failure_message   text        not null,
    failure_advice    text        not null,
    failure_stage     text        not null,
    security_score    bigint,
    questions         text[]      not null,
    missing           text[]      not null,  -- files that this pass still waits for
    last_seq          bigint      not null
) with (fillfactor = 60);  -- rows change often and fit beside their older selves
create index runs_of_project on runs (project_id, requested_at desc);
create index runs_of_owner on runs (owner, requested_at desc);

create table run_stages (  -- one row for each order given to an agent
    run_id            text   not null,
    work_id           text   not null,
    stage             text   not null,
    item              text   not null,  -- the file, where a stage has one order per file
    attempt           bigint not null,
    started_at        timestamptz,      -- of the newest attempt
    finished_at       timestamptz,
    failed_at         timestamptz,
    retry_at          text   not null,
    failure_reason    text   not null,
    failure_message   text   not null,
    failure_advice    text   not null,
    model             text   not null,
    prompt_tokens     bigint not null,
    completion_tokens bigint not null,
    cached_tokens     bigint not null,
    calls             bigint not null,
    milliseconds      bigint not null,
    micro_usd         bigint not null,
    seq               bigint not null,  -- of the first fact about it: the order of rows
    primary key (run_id, work_id)
) with (fillfactor = 60);

create table run_artifacts (
    run_id      text   not null,
    seq         bigint not null,
    kind        text   not null,  -- passages, charter, architecture, plan, review, patch, verification
    pass_number bigint not null,
    written_at  timestamptz not null,
    body        json   not null,
    primary key (run_id, seq)
);

create table run_files (
    run_id      text   not null,
    path        text   not null,
    version     bigint not null,  -- 1 to n for each path
    seq         bigint not null,
    pass_number bigint not null,
    content     text   not null,
    sha256      text   not null,
    origin      text   not null,
    size        bigint not null,  -- bytes
    written_at  timestamptz not null,
    primary key (run_id, path, version)
);

create table sandboxes (
    id         text primary key,
    project_id text        not null,
    owner      text        not null,
    status     text        not null,
    created_at timestamptz not null,
    state      json        not null  -- the whole of it, as libs/contracts/sandbox.py folds it
);
create index sandboxes_of_owner on sandboxes (owner, created_at desc);
