//! What a request's body holds, field by field: changes are sparse, so whatever is not there stays.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::ids::{self, Kind};
use crate::store::{Error, Result};

/// The members of a body.
pub(super) struct Input<'a>(&'a Map<String, Value>);

impl<'a> Input<'a> {
    pub(super) fn new(body: &'a Value) -> Result<Self> {
        body.as_object().map(Self).ok_or_else(|| Error::invalid("", "the body is no JSON object"))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text, if it is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| Error::invalid(name, "must be a string"))
    }

    /// A text that says something, if it is there.
    pub(super) fn words(&self, name: &str) -> Result<Option<&'a str>> {
        match self.text(name)? {
            Some(text) if text.trim().is_empty() => Err(Error::invalid(name, "must not be empty")),
            text => Ok(text),
        }
    }

    /// A text that says something.
    pub(super) fn required(&self, name: &str) -> Result<&'a str> {
        self.words(name)?.ok_or_else(|| Error::invalid(name, "is required"))
    }

    /// One of a few words, if it is there.
    pub(super) fn one_of(&self, name: &str, words: &[&str]) -> Result<Option<&'a str>> {
        match self.text(name)? {
            Some(text) if !words.contains(&text) => {
                Err(Error::invalid(name, format!("must be one of {}", words.join(", "))))
            }
            text => Ok(text),
        }
    }

    pub(super) fn array(&self, name: &str) -> Result<Option<&'a Vec<Value>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_array().map(Some).ok_or_else(|| Error::invalid(name, "must be an array"))
    }

    /// What a UUID names, if it is there and not empty.
    pub(super) fn id(&self, connection: &Connection, name: &str, kind: Kind) -> Result<Option<i64>> {
        match self.text(name)? {
            None | Some("") => Ok(None),
            Some(uuid) => {
                let uid = ids::uid(connection, kind, uuid)?;
                uid.map(Some).ok_or_else(|| Error::invalid(name, format!("nothing has the ID {uuid}")))
            }
        }
    }

    /// What a UUID names. Without one the service speaks of its format (contract, section 3).
    pub(super) fn required_id(&self, connection: &Connection, name: &str, kind: Kind) -> Result<i64> {
        self.id(connection, name, kind)?.ok_or(Error::InvalidId)
    }
}
