-- Timestamps are RFC 3339 text in UTC with milliseconds: they sort as text and read the same in every database.
-- An empty `source` means that none was given, so that (source, external_id) can be a unique pair everywhere.
-- `custom_fields` is a JSON object kept as text: it is written and handed out whole, never searched.

CREATE TABLE api_keys (
    public       TEXT PRIMARY KEY,
    secret_hash  BLOB NOT NULL,
    name         TEXT NOT NULL,
    permissions  TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    expires_at   TEXT,
    last_used_at TEXT,
    revoked_at   TEXT
);

CREATE TABLE statuses (
    uid      INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    is_final INTEGER NOT NULL,
    UNIQUE (kind, name)
);

-- The numbers are this workspace's own (contract, section 7: they are data, not constants). 2 and 4 are the final
-- ones of the vendor's default set, as the run in the official client's mocks suggests.
INSERT INTO statuses (uid, kind, name, is_final) VALUES
    (1, 'execution', 'active', 0),
    (2, 'execution', 'passed', 1),
    (3, 'execution', 'incomplete', 0),
    (4, 'execution', 'failed', 1),
    (5, 'execution', 'skipped', 1),
    (6, 'execution', 'blocked', 1),
    (7, 'execution', 'error', 1),
    (8, 'execution', 'timed_out', 1),
    (9, 'execution', 'crashed', 1),
    (11, 'run', 'active', 0),
    (12, 'run', 'in progress', 0),
    (13, 'run', 'passed', 1),
    (14, 'run', 'failed', 1),
    (15, 'run', 'rerun', 0);

CREATE TABLE projects (
    uid           INTEGER PRIMARY KEY,
    key           TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    source        TEXT NOT NULL,
    external_id   TEXT,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
);

CREATE TABLE tags (
    uid          INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    description  TEXT,
    entity_types TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    archived_at  TEXT
);

CREATE TABLE folders (
    uid           INTEGER PRIMARY KEY,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    parent_uid    INTEGER REFERENCES folders (uid) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    source        TEXT NOT NULL,
    external_id   TEXT,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    UNIQUE (project_uid, external_id, source)
);

CREATE TABLE cases (
    uid           INTEGER PRIMARY KEY,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    folder_uid    INTEGER REFERENCES folders (uid) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    source        TEXT NOT NULL,
    external_id   TEXT,
    status        INTEGER,
    priority      INTEGER,
    steps         TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    UNIQUE (project_uid, external_id, source)
);

CREATE TABLE case_tags (
    case_uid INTEGER NOT NULL REFERENCES cases (uid) ON DELETE CASCADE,
    tag_uid  INTEGER NOT NULL REFERENCES tags (uid) ON DELETE CASCADE,
    PRIMARY KEY (case_uid, tag_uid)
);

CREATE TABLE runs (
    uid           INTEGER PRIMARY KEY,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    description   TEXT,
    link          TEXT,
    source        TEXT NOT NULL,
    external_id   TEXT,
    status        INTEGER NOT NULL,
    priority      INTEGER,
    due_at        TEXT,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    archived_at   TEXT,
    UNIQUE (project_uid, external_id, source)
);

-- The cases that a run was created for, whether or not they have an execution yet.
CREATE TABLE run_cases (
    run_uid  INTEGER NOT NULL REFERENCES runs (uid) ON DELETE CASCADE,
    case_uid INTEGER NOT NULL REFERENCES cases (uid) ON DELETE CASCADE,
    PRIMARY KEY (run_uid, case_uid)
);

-- An execution outlives its case: what happened in a run stays readable.
CREATE TABLE executions (
    uid           INTEGER PRIMARY KEY,
    run_uid       INTEGER NOT NULL REFERENCES runs (uid) ON DELETE CASCADE,
    case_uid      INTEGER REFERENCES cases (uid) ON DELETE SET NULL,
    name          TEXT NOT NULL,
    source        TEXT NOT NULL,
    external_id   TEXT,
    status        INTEGER NOT NULL,
    status_text   TEXT NOT NULL,
    steps         TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    UNIQUE (run_uid, external_id, case_uid, source)
);

CREATE TABLE attachments (
    uid         INTEGER PRIMARY KEY,
    project_uid INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    run_uid     INTEGER REFERENCES runs (uid) ON DELETE CASCADE,
    external_id TEXT NOT NULL,
    key         TEXT NOT NULL UNIQUE,
    signature   TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    file_type   TEXT NOT NULL,
    size        INTEGER NOT NULL,
    expires_at  TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    stored_at   TEXT
);

CREATE INDEX attachments_of_execution ON attachments (run_uid, external_id);
