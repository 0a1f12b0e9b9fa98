//! The data directory.

use std::{
    thread,
    time::{Duration, UNIX_EPOCH},
};

use testfiesta_server::{Error, Store, keys};

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
    let database = rusqlite::Connection::open(directory.path().join("testfiesta.db")).unwrap();
    database.pragma_update(None, "user_version", 1000).unwrap();
    assert!(matches!(Store::open(directory.path()), Err(Error::Newer { found: 1000 })));
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
