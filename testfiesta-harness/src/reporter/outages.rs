//! Services that are down, as the processes of one run tell each other: who finds out spares the others the wait.

use std::{collections::HashMap, fs, path::PathBuf, process, time::Duration};

use serde::{Deserialize, Serialize};

use crate::event::now;

/// What processes of one run know of a destination.
#[derive(Debug)]
pub(crate) struct Outages {
    path: PathBuf,
    destination: String,
}

/// A service that was down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outage {
    /// Why nobody should try, as the process that tried was told.
    pub(crate) reason: String,
    /// Until when, in milliseconds since the Unix epoch. After that one process tries.
    until: u64,
    /// How long this one lasts, in milliseconds.
    rest: u64,
}

/// For how long the others do not try at first, where finding out takes some seconds.
pub(crate) const AT_FIRST: Duration = Duration::from_secs(10);
/// For how long they do not try at most, unless the service asks for more.
const AT_MOST: Duration = Duration::from_secs(60);
/// For how long they do not try whatever the service asks for: a run may go on for longer than an outage.
const EVER: Duration = Duration::from_secs(60 * 60);

impl Outage {
    /// How long nobody should try.
    pub(crate) fn left(&self) -> Duration {
        let left = Duration::from_millis(self.until.saturating_sub(now()));
        // Longer than any that is recorded: the clock was wrong then, or is now.
        if left > EVER { Duration::ZERO } else { left }
    }
}

impl Outages {
    /// What is kept at `path` of this destination.
    pub(crate) fn new(path: PathBuf, destination: String) -> Self {
        Self { path, destination }
    }

    /// The outage that was found last, should it be over or not.
    pub(crate) fn current(&self) -> Option<Outage> {
        self.all().remove(&self.destination)
    }

    /// The service is down, and is to be left alone for at least so long. Each time it still is, that grows.
    pub(crate) fn record(&self, reason: &str, at_least: Duration) {
        let before = self.current().map_or(Duration::ZERO, |outage| Duration::from_millis(outage.rest));
        let rest = (before.min(AT_MOST) * 2).min(AT_MOST).max(at_least).min(EVER);
        let rest = u64::try_from(rest.as_millis()).unwrap_or(u64::MAX);
        let outage = Outage { reason: reason.to_owned(), until: now().saturating_add(rest), rest };
        self.change(|all| drop(all.insert(self.destination.clone(), outage)));
    }

    /// The service answers again.
    pub(crate) fn clear(&self) {
        self.change(|all| drop(all.remove(&self.destination)));
    }

    fn all(&self) -> HashMap<String, Outage> {
        fs::read(&self.path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<String, Outage>)) {
        let mut all = self.all();
        change(&mut all);
        // A hint, not a record: two who write at once lose one of them, and who cannot write finds out for itself.
        let fresh = self.path.with_extension(format!("{}.tmp", process::id()));
        if let Ok(text) = serde_json::to_vec(&all)
            && fs::write(&fresh, text).is_ok()
        {
            let _ = fs::rename(&fresh, &self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outages(directory: &tempfile::TempDir, destination: &str) -> Outages {
        Outages::new(directory.path().join("outages.json"), destination.to_owned())
    }

    #[test]
    fn an_outage_is_told_to_others_until_it_is_over() {
        let directory = tempfile::tempdir().expect("a directory");
        outages(&directory, "here").record("503", AT_FIRST);
        let told = outages(&directory, "here").current().expect("an outage");
        assert_eq!(told.reason, "503");
        assert!(!told.left().is_zero());
        outages(&directory, "here").clear();
        assert!(outages(&directory, "here").current().is_none());
    }

    #[test]
    fn no_service_is_left_alone_for_ever() {
        let directory = tempfile::tempdir().expect("a directory");
        let here = outages(&directory, "here");
        here.record("503", Duration::MAX);
        let left = here.current().expect("an outage").left();
        assert!(!left.is_zero() && left <= EVER, "{left:?}");
    }

    #[test]
    fn an_outage_that_ends_after_any_that_is_recorded_is_over() {
        let until = now() + 2 * u64::try_from(EVER.as_millis()).expect("milliseconds");
        let outage = Outage { reason: "503".to_owned(), until, rest: 0 };
        assert_eq!(outage.left(), Duration::ZERO);
    }

    #[test]
    fn another_destination_is_not_down() {
        let directory = tempfile::tempdir().expect("a directory");
        outages(&directory, "here").record("503", AT_FIRST);
        assert!(outages(&directory, "there").current().is_none());
    }

    #[test]
    fn a_service_that_is_still_down_is_left_alone_for_longer() {
        let directory = tempfile::tempdir().expect("a directory");
        let here = outages(&directory, "here");
        here.record("503", AT_FIRST);
        let first = here.current().expect("an outage").rest;
        here.record("503", AT_FIRST);
        assert!(here.current().expect("an outage").rest > first);
    }
}
