//! The line that adds up, for machines: `TESTFIESTA_SUMMARY`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Outcomes, RunLink, Summary, attachments::AttachmentCounts};

/// What became of results, in numbers: those of one process, or of all that report to one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    executed: u64,
    outcomes: Outcomes,
    /// One for each service that was reported to.
    destinations: Vec<AtDestination>,
    /// Why not all of the run is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_known: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct AtDestination {
    destination: String,
    confirmed: u64,
    unmapped: u64,
    rejected: u64,
    #[serde(default, skip_serializing_if = "AttachmentCounts::is_zero")]
    attachments: AttachmentCounts,
    run: Option<RunLink>,
}

impl From<&Summary> for Counts {
    fn from(summary: &Summary) -> Self {
        let settled = summary.destinations.iter().map(|destination| AtDestination {
            destination: destination.name.clone(),
            confirmed: destination.confirmed,
            unmapped: destination.unmapped.len() as u64,
            rejected: destination.rejected.len() as u64,
            attachments: destination.attachments.as_ref().map(Into::into).unwrap_or_default(),
            run: destination.run.clone(),
        });
        Self {
            executed: summary.executed,
            outcomes: summary.outcomes,
            destinations: settled.collect(),
            not_known: [summary.unread.as_slice(), &summary.unended].concat(),
        }
    }
}

impl Counts {
    /// Adds what another process counted.
    pub fn add(&mut self, other: &Self) {
        self.each_with(other, u64::saturating_add);
        self.not_known.extend_from_slice(&other.not_known);
    }

    /// Takes back what another process counted, since it was done again.
    pub(crate) fn take_back(&mut self, other: &Self) {
        self.each_with(other, u64::saturating_sub);
        self.not_known.retain(|gap| !other.not_known.contains(gap));
    }

    fn each_with(&mut self, other: &Self, change: impl Fn(u64, u64) -> u64) {
        self.executed = change(self.executed, other.executed);
        self.outcomes.each_with(&other.outcomes, &change);
        for settled in &other.destinations {
            let own = self.settled_at(&settled.destination);
            own.confirmed = change(own.confirmed, settled.confirmed);
            own.unmapped = change(own.unmapped, settled.unmapped);
            own.rejected = change(own.rejected, settled.rejected);
            own.attachments.each_with(&settled.attachments, &change);
            own.run = own.run.take().or_else(|| settled.run.clone());
        }
    }

    fn settled_at(&mut self, destination: &str) -> &mut AtDestination {
        let known = self.destinations.iter().position(|own| own.destination == destination);
        let at = known.unwrap_or(self.destinations.len());
        if known.is_none() {
            self.destinations
                .push(AtDestination { destination: destination.to_owned(), ..AtDestination::default() });
        }
        &mut self.destinations[at]
    }

    /// Writes them in place of what such a file says of the same run. Where it tells of another run by now, it stays as it
    /// is.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn rewrite(&self, path: &Path, run_key: &str) -> io::Result<()> {
        // What is no file is not read either: a pipe may keep a reader for ever.
        let path = &regular(path)?;
        let there: Option<Value> = fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        match there {
            Some(there) if there["run"]["key"] != run_key => Ok(()),
            _ => self.write(path, run_key),
        }
    }

    /// Writes them as a file of JSON, which is there whole or not at all. A link to a file stays a link.
    ///
    /// # Errors
    ///
    /// When it cannot be written, and when something is there that is no regular file.
    pub fn write(&self, path: &Path, run_key: &str) -> io::Result<()> {
        let path = &regular(path)?;
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", process::id()));
        let fresh = path.with_file_name(name);
        let text = serde_json::to_string_pretty(&self.file(run_key))?;
        fs::write(&fresh, text + "\n").and_then(|()| fs::rename(&fresh, path)).inspect_err(|_| {
            // It need not be there.
            let _ = fs::remove_file(&fresh);
        })
    }

    /// With several destinations, the file speaks of the one that holds least, and then of each.
    fn file(&self, run_key: &str) -> File<'_> {
        let parts: Vec<_> = self.destinations.iter().map(|settled| self.part(settled, run_key)).collect();
        let least = parts.iter().min_by_key(|part| part.confirmed).cloned();
        File {
            all: least.unwrap_or_else(|| self.part(&AtDestination::default(), run_key)),
            outcomes: self.outcomes,
            destinations: if parts.len() > 1 { parts } else { Vec::new() },
            not_known: &self.not_known,
        }
    }

    fn part(&self, settled: &AtDestination, run_key: &str) -> Part {
        let AtDestination { destination, confirmed, unmapped, rejected, attachments, run } = settled;
        Part {
            destination: Some(destination.clone()).filter(|name| !name.is_empty()),
            executed: self.executed,
            confirmed: *confirmed,
            queued: self.executed.saturating_sub(confirmed + unmapped + rejected),
            unmapped: *unmapped,
            rejected: *rejected,
            attachments: *attachments,
            run: Run {
                id: run.as_ref().map(|run| run.id.clone()),
                key: run_key.to_owned(),
                url: run.as_ref().and_then(|run| run.url.clone()),
            },
        }
    }
}

#[derive(Serialize)]
struct File<'a> {
    #[serde(flatten)]
    all: Part,
    #[serde(flatten)]
    outcomes: Outcomes,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    destinations: Vec<Part>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    not_known: &'a [String],
}

/// What became of the results at one destination: `executed = confirmed + queued + unmapped + rejected`.
#[derive(Clone, Serialize)]
struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    executed: u64,
    confirmed: u64,
    queued: u64,
    unmapped: u64,
    rejected: u64,
    #[serde(skip_serializing_if = "AttachmentCounts::is_zero")]
    attachments: AttachmentCounts,
    run: Run,
}

#[derive(Clone, Serialize)]
struct Run {
    id: Option<String>,
    key: String,
    url: Option<String>,
}

/// The file that `path` means, be it there or not. What is put in a file's place must not take that of a device.
fn regular(path: &Path) -> io::Result<PathBuf> {
    // Of a pipe there is no canonical path, and yet it is there.
    match fs::metadata(path) {
        Ok(file) if file.is_file() => fs::canonicalize(path),
        Ok(_) => Err(io::Error::other(format!("{} is no regular file", path.display()))),
        Err(_) => Ok(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{outcome::Outcome, summary::Destination};

    fn counts(destinations: Vec<Destination>) -> Counts {
        let mut outcomes = Outcomes::default();
        outcomes.add(&Outcome::Passed, true);
        outcomes.add(&Outcome::Skipped { reason: None }, false);
        Counts::from(&Summary { executed: 3, outcomes, destinations, ..Summary::default() })
    }

    fn destination(name: &str, confirmed: u64) -> Destination {
        let run = Some(RunLink { id: "7".into(), key: "k".into(), url: Some("http://x/7".into()) });
        Destination { name: name.into(), confirmed, run, ..Destination::default() }
    }

    fn written(counts: &Counts) -> Value {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("deep/summary.json");
        counts.write(&path, "key").expect("written");
        serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
    }

    #[test]
    fn the_file_holds_numbers_kinds_and_the_run() {
        let expected = json!({
            "destination": "here", "executed": 3, "confirmed": 2, "queued": 1, "unmapped": 0, "rejected": 0,
            "passed": 1, "failed": 0, "skipped": 1, "timed_out": 0, "crashed": 0, "flaky": 1,
            "run": { "id": "7", "key": "key", "url": "http://x/7" },
        });
        assert_eq!(written(&counts(vec![destination("here", 2)])), expected);
    }

    #[test]
    fn the_file_holds_what_is_not_known() {
        let of = |unread: &str, unended: &str| {
            let (unread, unended) = (vec![unread.to_owned()], vec![unended.to_owned()]);
            Counts::from(&Summary { unread, unended, ..Summary::default() })
        };
        let mut all = of("a", "b");
        all.add(&of("c", "d"));
        assert_eq!(written(&all)["not_known"], json!(["a", "b", "c", "d"]));
        all.take_back(&of("a", "b"));
        assert_eq!(written(&all)["not_known"], json!(["c", "d"]));
    }

    #[test]
    fn of_several_destinations_the_one_that_holds_least_comes_first() {
        let file = written(&counts(vec![destination("here", 3), destination("there", 1)]));
        assert_eq!((&file["destination"], &file["queued"]), (&json!("there"), &json!(2)));
        assert_eq!(file["destinations"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn without_a_service_everything_is_queued() {
        let file = written(&counts(Vec::new()));
        assert_eq!((&file["queued"], &file["run"]["id"]), (&json!(3), &Value::Null));
    }

    #[test]
    fn what_the_file_says_of_another_run_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("summary.json");
        let executed = || -> Value {
            let text = fs::read(&path).expect("a file");
            serde_json::from_slice::<Value>(&text).expect("JSON")["executed"].clone()
        };
        let none = Counts::default();
        none.rewrite(&path, "key").expect("written");
        counts(Vec::new()).rewrite(&path, "key").expect("written");
        assert_eq!(executed(), 3);
        none.rewrite(&path, "another key").expect("left alone");
        assert_eq!(executed(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_stays_a_link() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, link) = (directory.path().join("real.json"), directory.path().join("link.json"));
        fs::write(&file, "").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        counts(Vec::new()).write(&link, "key").expect("written");
        assert!(link.is_symlink());
        assert!(fs::read_to_string(&file).expect("text").contains("\"executed\": 3"));
    }

    #[test]
    fn what_is_no_file_is_neither_read_nor_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        for write in [Counts::write, Counts::rewrite] {
            let error = write(&counts(Vec::new()), directory.path(), "key").expect_err("refused");
            assert!(error.to_string().ends_with("is no regular file"), "{error}");
        }
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_link_to_a_pipe_stays_one() {
        use std::os::{fd::AsRawFd, unix::fs::symlink};
        let directory = tempfile::tempdir().expect("a directory");
        let (_reader, writer) = io::pipe().expect("a pipe");
        let path = directory.path().join("stdout");
        symlink(format!("/proc/self/fd/{}", writer.as_raw_fd()), &path).expect("a link");
        counts(Vec::new()).write(&path, "key").expect_err("refused");
        assert!(path.is_symlink());
    }

    #[test]
    fn what_is_taken_back_was_never_counted() {
        let (mut all, one) = (counts(vec![destination("here", 2)]), counts(vec![destination("here", 3)]));
        let before = all.clone();
        all.add(&one);
        all.take_back(&one);
        assert_eq!(all, before);
    }
}
