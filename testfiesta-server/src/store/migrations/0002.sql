-- What Testsigma's API knows beyond TestFiesta's. Its ids are UUIDs, which follow from the kind and the number of a
-- thing; a `uuid` column holds one that was chosen instead.

ALTER TABLE projects ADD COLUMN uuid TEXT;
ALTER TABLE projects ADD COLUMN prefix TEXT;
CREATE UNIQUE INDEX projects_of_uuid ON projects (uuid);
CREATE UNIQUE INDEX projects_of_prefix ON projects (prefix);

ALTER TABLE folders ADD COLUMN position DOUBLE PRECISION;
ALTER TABLE run_cases ADD COLUMN assignee TEXT;

-- Rows to choose from. `status_uid` is what a result's status is to TestFiesta.
CREATE TABLE lookups (
    uid        INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    position   INTEGER NOT NULL,
    status_uid INTEGER REFERENCES statuses (uid),
    uuid       TEXT UNIQUE,
    UNIQUE (kind, name)
);

INSERT INTO lookups (uid, kind, name, position, status_uid) VALUES
    (1, 'result', 'UnTested', 1, 1),
    (2, 'result', 'Passed', 2, 2),
    (3, 'result', 'Failed', 3, 4),
    (4, 'result', 'Blocked', 4, 6),
    (5, 'result', 'Skipped', 5, 5),
    (6, 'result', 'In Progress', 6, 3),
    (11, 'case', 'Draft', 1, NULL),
    (12, 'case', 'Ready', 2, NULL),
    (21, 'priority', 'Low', 1, NULL),
    (22, 'priority', 'Medium', 2, NULL),
    (23, 'priority', 'High', 3, NULL),
    (31, 'type', 'Functional', 1, NULL),
    (32, 'type', 'Regression', 2, NULL),
    (41, 'automation', 'Manual', 1, NULL),
    (42, 'automation', 'Automated', 2, NULL);

CREATE TABLE users (
    uid        INTEGER PRIMARY KEY,
    email      TEXT NOT NULL UNIQUE,
    first_name TEXT NOT NULL,
    last_name  TEXT NOT NULL,
    identity   TEXT NOT NULL,
    status     TEXT NOT NULL,
    uuid       TEXT UNIQUE
);

INSERT INTO users (uid, email, first_name, last_name, identity, status) VALUES
    (1, 'you@localhost', 'Local', 'User', '', 'ACTIVE');

CREATE TABLE plans (
    uid           INTEGER PRIMARY KEY,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    title         TEXT NOT NULL,
    description   TEXT NOT NULL,
    status        TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
);

CREATE TABLE step_groups (
    uid           INTEGER PRIMARY KEY,
    project_uid   INTEGER NOT NULL REFERENCES projects (uid) ON DELETE CASCADE,
    title         TEXT NOT NULL,
    description   TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
);

CREATE TABLE junit_imports (
    uid         INTEGER PRIMARY KEY,
    run_uid     INTEGER NOT NULL REFERENCES runs (uid) ON DELETE CASCADE,
    status      TEXT NOT NULL,
    details     TEXT NOT NULL,
    created_at  TEXT NOT NULL
);
