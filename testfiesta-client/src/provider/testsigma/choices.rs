//! What has to be looked up before anything is written: statuses and the user (contract, section 9, steps 2 and 3).

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Testsigma, is_uuid, outcome::Kind, setting};
use crate::{
    Error,
    testsigma::{Client, Status, User},
};

/// The ids that every result needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choices {
    /// By the name of the kind.
    statuses: HashMap<String, String>,
    pub(super) user: String,
}

impl Choices {
    pub(super) fn status(&self, kind: Kind) -> &str {
        self.statuses.get(kind.as_str()).map(String::as_str).unwrap_or_default()
    }
}

impl Testsigma {
    /// Looked up once in a process, unless another process of the run did.
    pub(super) async fn choices(&self, known: Option<&Choices>) -> Result<Choices, Error> {
        if let Some(choices) = known.cloned().or_else(|| self.state().choices.clone()) {
            return Ok(choices);
        }
        let there_are = self.client.statuses().await?;
        let mut statuses = HashMap::new();
        for kind in Kind::ALL {
            let wanted = (self.options.statuses)(kind.as_str());
            let wanted = wanted.unwrap_or_else(|| kind.default_status().to_owned());
            statuses.insert(kind.as_str().to_owned(), status_id(&there_are, kind, &wanted)?);
        }
        let author = Author::find(&self.client, self.options.user.as_deref()).await?;
        let choices = Choices { statuses, user: author.id.clone() };
        let mut state = self.state();
        state.note = author.is_guessed.then(|| author.to_string());
        state.choices = Some(choices.clone());
        Ok(choices)
    }
}

/// The user in whose name results are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// UUID.
    id: String,
    /// What people know the user by.
    name: String,
    /// Whether neither a setting nor the token names this one.
    pub is_guessed: bool,
}

impl Author {
    /// Whoever is `wanted`, by UUID or e-mail address, or whom the token names, or else the first who can sign in. The UUID
    /// is taken as it is.
    ///
    /// # Errors
    ///
    /// Those of the call; and [`Error::Setting`] where there is no such user.
    pub async fn find(client: &Client, wanted: Option<&str>) -> Result<Self, Error> {
        if let Some(uuid) = wanted.filter(|it| is_uuid(it)) {
            return Ok(Self { id: uuid.to_owned(), name: uuid.to_owned(), is_guessed: false });
        }
        let (users, subject) = (client.users().await?, client.subject());
        let user = choose(&users, wanted, subject.as_deref())?;
        let is_the_token_s = subject.is_some_and(|subject| is_named_by(user, &subject));
        let name = if user.email.is_empty() { &user.id } else { &user.email };
        let is_guessed = wanted.is_none() && !is_the_token_s;
        Ok(Self { id: user.id.clone(), name: name.clone(), is_guessed })
    }
}

/// As in `results are written in the name of qa@example.com`.
impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "results are written in the name of {}", self.name)?;
        f.write_str(if self.is_guessed { ", since `testsigma-user` names nobody" } else { "" })
    }
}

/// Whether a token's claim `sub` means this user (contract, section 1).
fn is_named_by(user: &User, subject: &str) -> bool {
    user.identity_user_uuid == subject || user.id == subject
}

/// Whoever the settings name, or the token, or else the first who can sign in.
fn choose<'u>(users: &'u [User], wanted: Option<&str>, subject: Option<&str>) -> Result<&'u User, Error> {
    if let Some(email) = wanted {
        let user = users.iter().find(|user| user.email.eq_ignore_ascii_case(email));
        return user
            .ok_or_else(|| setting(format!("TESTSIGMA_USER is `{email}`, and no user has this address")));
    }
    let by_token = subject.and_then(|subject| users.iter().find(|it| is_named_by(it, subject)));
    by_token
        .or_else(|| users.iter().find(|user| user.is_active()))
        .or_else(|| users.first())
        .ok_or_else(|| setting("the account has no users: set TESTSIGMA_USER to the UUID of one"))
}

fn status_id(statuses: &[Status], kind: Kind, wanted: &str) -> Result<String, Error> {
    let by_id = is_uuid(wanted);
    let found = statuses.iter().find(|status| match by_id {
        true => status.id.eq_ignore_ascii_case(wanted),
        false => normal(&status.name) == normal(wanted),
    });
    found.map(|status| status.id.clone()).ok_or_else(|| {
        let names: Vec<&str> = statuses.iter().map(|status| status.name.as_str()).collect();
        let goes_by = if by_id { "has the id" } else { "is called" };
        setting(format!(
            "no status {goes_by} `{wanted}`: set TESTSIGMA_STATUSES as in {}={}, to one of {}",
            kind.as_str(),
            names.first().unwrap_or(&"Passed"),
            names.join(", ")
        ))
    })
}

/// A name as it is compared: `In Progress`, `In-Progress` and `IN_PROGRESS` are one (contract, section 10).
fn normal(name: &str) -> String {
    let letters: String = name.chars().filter(|it| !matches!(it, ' ' | '-' | '_')).collect();
    letters.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(name: &str) -> Status {
        Status { id: format!("id of {name}"), name: name.into(), ..Status::default() }
    }

    #[test]
    fn names_are_compared_without_case_and_separators() {
        let statuses = [status("Passed"), status("In-Progress")];
        for wanted in ["passed", "PASSED", " passed "] {
            assert_eq!(status_id(&statuses, Kind::Passed, wanted), Ok("id of Passed".into()));
        }
        assert_eq!(status_id(&statuses, Kind::Passed, "in progress"), Ok("id of In-Progress".into()));
    }

    #[test]
    fn a_missing_status_is_named_with_those_that_there_are() {
        let error = status_id(&[status("OK"), status("NOK")], Kind::Failed, "Failed").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no status is called `Failed`: set TESTSIGMA_STATUSES as in failed=OK, to one of OK, NOK"
        );
    }

    #[test]
    fn the_user_is_the_one_that_is_named_or_the_tokens_or_the_first_who_is_active() {
        let user = |id: &str, status: &str| User {
            id: id.into(),
            email: format!("{id}@example.com"),
            identity_user_uuid: format!("identity of {id}"),
            status: status.into(),
            ..User::default()
        };
        let users = [user("a", "INVITED"), user("b", "active"), user("c", "ACTIVE")];
        let id = |wanted, subject| choose(&users, wanted, subject).map(|user| user.id.as_str());
        assert_eq!(id(Some("C@example.com"), Some("identity of a")), Ok("c"));
        assert_eq!(id(None, Some("identity of a")), Ok("a"));
        assert_eq!(id(None, Some("nobody")), Ok("b"));
        assert!(id(Some("d@example.com"), None).is_err());
        assert_eq!(choose(&users[..1], None, None).map(|user| user.id.as_str()), Ok("a"));
        assert!(choose(&[], None, None).is_err());
    }
}
