//! What the strings refer to by which the entries of a payload name each other.

use std::{borrow::Cow, collections::HashMap};

use rusqlite::Connection;

use super::Place;
use crate::store::{
    Error, Result,
    identity::{self, Kind},
};

/// Things of one kind by external id: the entries of the payload, then what the store knew.
pub(super) struct References<'p> {
    kind: Kind,
    word: &'static str,
    known: HashMap<&'p str, Vec<Target<'p>>>,
}

/// One of them. Two sources may use the same external id.
struct Target<'p> {
    source: &'p str,
    uid: i64,
    name: Cow<'p, str>,
}

impl<'p> References<'p> {
    pub(super) fn new(kind: Kind, word: &'static str, expected: usize) -> Self {
        Self { kind, word, known: HashMap::with_capacity(expected) }
    }

    pub(super) fn remember(
        &mut self,
        external_id: &'p str,
        source: &'p str,
        uid: i64,
        name: impl Into<Cow<'p, str>>,
    ) {
        self.known.entry(external_id).or_default().push(Target { source, uid, name: name.into() });
    }

    /// The uid and the name of what an entry at `place` means by `external_id`: of the entry's own source if
    /// possible, of this payload rather than of an earlier one.
    pub(super) fn resolve(
        &mut self,
        connection: &Connection,
        project: i64,
        (external_id, source): (&'p str, &'p str),
        place: Place,
        property: &str,
    ) -> Result<(i64, &str)> {
        if !self.known.contains_key(external_id) {
            let stored = identity::referred(connection, self.kind, project, external_id, source)?;
            let (uid, name) = stored.ok_or_else(|| {
                let word = self.word;
                let message =
                    format!("no {word} with the externalId `{external_id}`, here or in the project");
                Error::invalid(place.property(property), message)
            })?;
            self.remember(external_id, source, uid, name);
        }
        let targets = &self.known[external_id];
        let target = targets.iter().find(|it| it.source == source).unwrap_or(&targets[0]);
        Ok((target.uid, &target.name))
    }
}
