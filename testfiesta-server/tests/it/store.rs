//! The data directory.

use std::{
    path::Path,
    thread,
    time::{Duration, UNIX_EPOCH},
};

use reqwest::Method;
use rusqlite::{Connection, Row, types::Value};
use serde_json::json;
use testfiesta_server::{Error, Store, keys};

use crate::app::TestApp;

#[test]
fn opening_makes_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("not/there/yet");
    Store::open(&data).unwrap();
    assert!(data.join("testfiesta.db").is_file());
}

#[test]
fn many_may_open_a_new_directory_at_the_same_moment_and_write() {
    let directory = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for index in 0..8 {
            let path = directory.path();
            scope.spawn(move || {
                let store = Store::open(path).unwrap();
                keys::create(&store, keys::NewKey::named(format!("key {index}"))).unwrap();
            });
        }
    });
    assert_eq!(keys::list(&Store::open(directory.path()).unwrap()).unwrap().len(), 8);
}

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    drop(Store::open(directory.path()).unwrap());
    let database = Connection::open(directory.path().join("testfiesta.db")).unwrap();
    database.pragma_update(None, "user_version", 1000).unwrap();
    assert!(matches!(Store::open(directory.path()), Err(Error::Newer { found: 1000 })));
}

/// The database of somebody who has not updated since numbers were handed out twice.
fn of_version_3(directory: &Path) -> Connection {
    let database = Connection::open(directory.join("testfiesta.db")).unwrap();
    for migration in [
        include_str!("../../src/store/migrations/0001.sql"),
        include_str!("../../src/store/migrations/0002.sql"),
        include_str!("../../src/store/migrations/0003.sql"),
    ] {
        database.execute_batch(migration).unwrap();
    }
    database.pragma_update(None, "user_version", 3).unwrap();
    database
        .execute_batch(
            "INSERT INTO projects VALUES (1, 'DEMO', 'Demo', '', NULL, '{}', 'then', 'then', 'id', 'TC');
             INSERT INTO folders VALUES (2, 1, NULL, 'all', '', 'all', '{}', 'then', 'then', 1.5);
             INSERT INTO cases VALUES (3, 1, 2, 'adds', '', 'TC-1', 1, 2, '[]', '{}', 'then', 'then');
             INSERT INTO runs VALUES (4, 1, 'nightly', 'd', 'l', '', 'key', 11, 1, NULL, '{}', 'then', 'then', NULL);
             INSERT INTO run_cases VALUES (4, 3, NULL);
             INSERT INTO executions VALUES (5, 4, 3, 'adds', '', 'x', 2, 'passed', '[]', '{}', 'then', 'then');
             INSERT INTO plans VALUES (6, 1, 'plan', '', '{}', 'then', 'then');",
        )
        .unwrap();
    database
}

#[test]
fn a_database_of_an_earlier_version_keeps_what_it_holds() {
    let rows = |database: &Connection| {
        let tables = ["projects", "folders", "cases", "runs", "run_cases", "executions", "plans"];
        tables.map(|table| {
            let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = rows.column_count();
            let read = |row: &Row<'_>| (0..columns).map(|at| row.get(at)).collect();
            let rows: Result<Vec<Vec<Value>>, _> = rows.query_map([], |row| read(row)).unwrap().collect();
            rows.unwrap()
        })
    };
    let directory = tempfile::tempdir().unwrap();
    let database = of_version_3(directory.path());
    let before = rows(&database);
    Store::open(directory.path()).unwrap();
    assert_eq!(rows(&database), before);
    // What refers to a run goes with it, as before.
    database.pragma_update(None, "foreign_keys", true).unwrap();
    database.execute("DELETE FROM runs", []).unwrap();
    let [.., run_cases, executions, _] = rows(&database);
    assert!(run_cases.is_empty() && executions.is_empty());
}

#[tokio::test]
async fn the_number_of_what_was_deleted_is_handed_out_no_more() {
    let app = TestApp::start().await;
    let key = app.key_with(&keys::Permission::ALL);
    let case = json!([{ "name": "adds", "customFields": {}, "parentId": 0, "steps": [], "projectId": 1 }]);
    for (list, new) in [
        ("projects/DEMO/runs", json!({ "name": "nightly", "caseUids": [] })),
        ("projects/DEMO/folders", json!({ "name": "all", "parentUid": 0, "projectUid": 1 })),
        ("projects/DEMO/cases", case),
        ("tags", json!({ "name": "smoke", "entityTypes": ["cases"] })),
    ] {
        let list = format!("/v1/local/{list}");
        app.post(&list, new.clone()).await.ok();
        app.request(Method::DELETE, &format!("{list}/1")).bearer_auth(&key).send().await.unwrap();
        assert_eq!(app.get(&format!("{list}/1")).await.status, 404, "{list}");
        app.post(&list, new).await.ok();
        assert_eq!(app.get(&format!("{list}/2")).await.status, 200, "{list}");
    }
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("testfiesta.db");
    std::fs::write(&file, "not a database, ".repeat(100)).unwrap();
    let error = Store::open(directory.path()).unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "file is not a database");
}

/// SQLite looks for what refers to a row, for each that it deletes.
#[test]
fn what_refers_to_a_case_or_a_folder_is_found_by_an_index() {
    let directory = tempfile::tempdir().unwrap();
    drop(Store::open(directory.path()).unwrap());
    let database = rusqlite::Connection::open(directory.path().join("testfiesta.db")).unwrap();
    let references = "SELECT tables.name, keys.\"from\" FROM pragma_table_list AS tables, \
        pragma_foreign_key_list(tables.name) AS keys WHERE keys.\"table\" IN ('cases', 'folders')";
    let mut references = database.prepare(references).unwrap();
    let references = references.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let references: Vec<(String, String)> = references.collect::<Result<_, _>>().unwrap();
    assert!(references.contains(&("executions".to_owned(), "case_uid".to_owned())), "{references:?}");
    for (table, column) in references {
        let plan = format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 1");
        let plan: String = database.query_row(&plan, [], |row| row.get("detail")).unwrap();
        assert!(plan.starts_with("SEARCH"), "{table}.{column}: {plan}");
    }
}

#[test]
fn a_key_needs_a_name_and_a_permission() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let nameless = keys::create(&store, keys::NewKey::named(" "));
    let powerless =
        keys::create(&store, keys::NewKey { permissions: Vec::new(), ..keys::NewKey::named("ci") });
    for (result, expected) in [(nameless, "name"), (powerless, "permissions")] {
        assert!(matches!(result, Err(Error::Invalid { field, .. }) if field == expected));
    }
}

#[test]
fn a_key_has_a_name_of_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    for name in ["a\nb", "a\tb", "\u{1b}[31mred", "a\u{85}b"] {
        let refused = keys::create(&store, keys::NewKey::named(name));
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "name"), "{name:?}");
    }
    assert_eq!(keys::list(&store).unwrap(), []);
}

#[test]
fn a_key_ends_before_the_year_10000_or_never() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let year_10000 = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    let ending = |at| keys::NewKey { expires: Some(at), ..keys::NewKey::named("ci") };
    for at in [year_10000, year_10000 + Duration::from_secs(1 << 38), UNIX_EPOCH - Duration::from_secs(1)] {
        let refused = keys::create(&store, ending(at));
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "expires"), "{at:?}");
    }
    assert_eq!(keys::list(&store).unwrap(), []);
    let last = year_10000 - Duration::from_secs(1);
    assert_eq!(keys::create(&store, ending(last)).unwrap().1.expires, Some(last));
}

#[test]
fn revoking_what_was_never_made_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    assert!(matches!(keys::revoke(&store, "ci"), Err(Error::NotFound { .. })));
}

#[test]
fn keys_are_revoked_by_name_too_all_of_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    for _ in 0..2 {
        keys::create(&store, keys::NewKey::named("ci")).unwrap();
    }
    assert_eq!(keys::revoke(&store, "ci").unwrap(), 2);
}
