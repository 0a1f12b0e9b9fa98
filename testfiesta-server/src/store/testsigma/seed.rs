//! What a store may begin with: things whose ids and names the API's user cannot choose.

use rusqlite::params;
use serde::Deserialize;
use serde_json::Map;

use super::{cases, ids, lookups::Lookup, projects};
use crate::{
    Store,
    store::{Error, Result, statuses},
};

/// What to put into a store for Testsigma's API. Read from JSON as in
/// `{"projects": [{"name": "Web shop", "prefix": "TC", "cases": [{"human_id": "TC-1", "title": "Pays"}]}]}`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// Projects.
    pub projects: Vec<SeedProject>,
    /// Rows to choose from. The first one of a kind takes the place of those that are there.
    pub lookups: Vec<SeedLookup>,
    /// Users. The first one takes the place of those that are there.
    pub users: Vec<SeedUser>,
}

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedProject {
    /// UUID; one is made where it is left out.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// What the human ids of its cases begin with. Also its key in TestFiesta's API.
    pub prefix: String,
    /// Its cases.
    pub cases: Vec<SeedCase>,
}

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedCase {
    /// Id for people, as in `TC-1`.
    pub human_id: String,
    /// Title; the human id where it is left out.
    pub title: Option<String>,
}

/// A row to choose from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedLookup {
    /// `result`, `case`, `priority`, `type` or `automation`.
    pub kind: String,
    /// UUID; one is made where it is left out.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// For a result: the word that TestFiesta's API has for it, as in `passed`; the name where it is left out.
    pub means: Option<String>,
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedUser {
    /// UUID; one is made where it is left out.
    pub id: Option<String>,
    /// E-mail address.
    pub email: String,
    /// Whom a token names as its `sub`.
    pub identity_user_uuid: String,
    /// `ACTIVE` where it is left out.
    pub status: Option<String>,
}

/// Puts all of it into the store, or nothing. Projects whose prefix is there already are left as they are, so that a
/// seed may be given at every start.
///
/// # Errors
///
/// [`Error::Invalid`] for an id that is no UUID or taken, a human id without the project's prefix, an unknown kind.
pub fn seed(store: &Store, seed: &Seed) -> Result<()> {
    store.write(|connection| {
        for project in &seed.projects {
            let known = connection
                .prepare_cached("SELECT uid FROM projects WHERE upper(coalesce(prefix, key)) = upper(?1)")?
                .exists([&project.prefix])?;
            if known {
                continue;
            }
            let id = chosen(&project.id)?;
            let uid = projects::named(connection, &project.name, &project.prefix, id)?;
            for case in &project.cases {
                if ids::human_number(&case.human_id, &format!("{}-", project.prefix)).is_none() {
                    let message = format!("`{}` is no {}-<number>", case.human_id, project.prefix);
                    return Err(Error::invalid("projects.cases.human_id", message));
                }
                let title = case.title.as_ref().unwrap_or(&case.human_id);
                cases::insert(connection, uid, None, title, &case.human_id, Map::new())?;
            }
        }
        for kind in Lookup::ALL {
            let rows = seed.lookups.iter().filter(|row| row.kind == kind.as_str()).enumerate();
            for (at, row) in rows {
                if at == 0 {
                    connection.execute("DELETE FROM lookups WHERE kind = ?1", [kind.as_str()])?;
                }
                let status = match kind {
                    Lookup::Result => {
                        Some(statuses::of_execution(connection, row.means.as_deref().unwrap_or(&row.name))?)
                    }
                    _ => None,
                };
                connection.execute(
                    "INSERT INTO lookups (kind, name, position, status_uid, uuid) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![kind.as_str(), row.name, at + 1, status, chosen(&row.id)?],
                )?;
            }
        }
        if let Some(row) = seed.lookups.iter().find(|row| Lookup::ALL.iter().all(|kind| kind.as_str() != row.kind))
        {
            return Err(Error::invalid("lookups.kind", format!("`{}` is no kind of row", row.kind)));
        }
        for (at, user) in seed.users.iter().enumerate() {
            if at == 0 {
                connection.execute("DELETE FROM users", [])?;
            }
            let status = user.status.as_deref().unwrap_or("ACTIVE");
            connection.execute(
                "INSERT INTO users (email, first_name, last_name, identity, status, uuid)
                 VALUES (?1, '', '', ?2, ?3, ?4)",
                params![user.email, user.identity_user_uuid, status, chosen(&user.id)?],
            )?;
        }
        Ok(())
    })
}

fn chosen(id: &Option<String>) -> Result<Option<&str>> {
    match id.as_deref() {
        Some(id) if !ids::is_uuid(id) => Err(Error::invalid("id", format!("`{id}` is no UUID"))),
        id => Ok(id),
    }
}
