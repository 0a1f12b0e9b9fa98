-- No number is handed out twice: neither a link to what was deleted nor a queued result may lead to something else. SQLite
-- takes the keyword at a table's creation only, so that each is made anew, with what it holds. Whoever runs this does not
-- let it follow references meanwhile: to drop a table would delete what refers to it.

CREATE TABLE new_projects (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
    key           TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    source        TEXT NOT NULL,
    external_id   TEXT,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    uuid          TEXT,
    prefix        TEXT
);
INSERT INTO new_projects SELECT * FROM projects;
DROP TABLE projects;
ALTER TABLE new_projects RENAME TO projects;

CREATE TABLE new_tags (
    uid          INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL UNIQUE,
    description  TEXT,
    entity_types TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    archived_at  TEXT
);
INSERT INTO new_tags SELECT * FROM tags;
DROP TABLE tags;
ALTER TABLE new_tags RENAME TO tags;

CREATE TABLE new_folders (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    parent_uid    INTEGER REFERENCES folders (uid) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    source        TEXT NOT NULL,
    external_id   TEXT,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    position      DOUBLE PRECISION,
    UNIQUE (project_uid, external_id, source)
);
INSERT INTO new_folders SELECT * FROM folders;
DROP TABLE folders;
ALTER TABLE new_folders RENAME TO folders;

CREATE TABLE new_cases (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO new_cases SELECT * FROM cases;
DROP TABLE cases;
ALTER TABLE new_cases RENAME TO cases;

CREATE TABLE new_runs (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO new_runs SELECT * FROM runs;
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;

CREATE TABLE new_executions (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO new_executions SELECT * FROM executions;
DROP TABLE executions;
ALTER TABLE new_executions RENAME TO executions;

CREATE TABLE new_plans (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    title         TEXT NOT NULL,
    description   TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
);
INSERT INTO new_plans SELECT * FROM plans;
DROP TABLE plans;
ALTER TABLE new_plans RENAME TO plans;

CREATE TABLE new_step_groups (
    uid           INTEGER PRIMARY KEY AUTOINCREMENT,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    title         TEXT NOT NULL,
    description   TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
);
INSERT INTO new_step_groups SELECT * FROM step_groups;
DROP TABLE step_groups;
ALTER TABLE new_step_groups RENAME TO step_groups;

CREATE TABLE new_junit_imports (
    uid         INTEGER PRIMARY KEY AUTOINCREMENT,
    run_uid     INTEGER NOT NULL REFERENCES runs (uid) ON DELETE CASCADE,
    status      TEXT NOT NULL,
    details     TEXT NOT NULL,
    created_at  TEXT NOT NULL
);
INSERT INTO new_junit_imports SELECT * FROM junit_imports;
DROP TABLE junit_imports;
ALTER TABLE new_junit_imports RENAME TO junit_imports;

CREATE UNIQUE INDEX projects_of_uuid ON projects (uuid);
CREATE UNIQUE INDEX projects_of_prefix ON projects (prefix);
