//! What the tests of one process attached, and what services answered: `<process>.attached` beside the journal. The
//! files themselves are `<process>-<number>-<number>.attachment`.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, Write},
    iter,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    Meant, Recipient,
    lines::parsed,
    name,
    tail::{Answers, Entry, Tail},
};
use crate::{case_ids, summary};

type Text = Cow<'static, str>;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// A test attached something.
    Attached(Attached),
    /// A service answered.
    Answered(Answered),
}

/// Something that a test attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// The test's name.
    pub test: Text,
    /// The package that the test stands in.
    pub package: Text,
    /// The ids in the annotation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Text>,
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// The file that holds it, beside the journal.
    pub file: String,
    /// Why there is no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// What a service said of something attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answered {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// Which service, and where.
    pub destination: String,
    /// The run that it arrived in, as the service names it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub run: String,
    /// The file that held it.
    pub file: String,
    /// The number of the result that it was attached to.
    pub result: u64,
    /// Why the service did not take it; nothing where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Where a file is that this process writes.
pub(crate) fn file(journal: &Path, process: u32, number: u32) -> PathBuf {
    name::beside(journal, &format!("-{process}-{number}.attachment"))
}

/// Adds a line. Workers, their harness and whoever delivers write to one list.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn append(journal: &Path, line: &Line) -> io::Result<()> {
    let mut file = File::options().append(true).create(true).open(place(journal))?;
    // Somebody may have died in the middle of a line: ours begins on its own.
    file.write_all(format!("\n{}\n", serde_json::to_string(line)?).as_bytes())
}

/// Every line of the list; none where nothing was attached.
pub(crate) fn read(journal: &Path) -> io::Result<Vec<Line>> {
    match std::fs::read(place(journal)) {
        Ok(bytes) => Ok(parsed(&bytes).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Where the list of a journal is.
pub(crate) fn place(journal: &Path) -> PathBuf {
    name::beside(journal, ".attached")
}

/// What became of everything in the list at one destination. Something that is attached to two results counts twice.
/// What a test attached that never had a result, as one that was interrupted, can be brought to nobody.
///
/// # Errors
///
/// When the list or the journal cannot be read.
pub(crate) fn count(journal: &Path, recipient: Recipient<'_>) -> io::Result<summary::Attachments> {
    let mut counted = summary::Attachments::default();
    if recipient.meant == Meant::ForAnother {
        return Ok(counted);
    }
    let lines = read(journal)?;
    let (mut settled, mut answers) = (HashSet::new(), Answers::default());
    let mut waiting = Vec::new();
    let mut places = HashMap::new();
    for line in &lines {
        match line {
            Line::Attached(attached @ Attached { trouble: Some(reason), .. }) => {
                counted.refused.push(attached.refused(reason));
            }
            Line::Attached(attached) => {
                let results = case_ids::of_service(&attached.ids, recipient.service()).count().max(1);
                places.insert(&*attached.file, waiting.len());
                waiting.push((attached, results));
            }
            Line::Answered(answer) => {
                // Two who deliver at once are both answered.
                if !recipient.is_served_by(&answer.destination)
                    || !answer.holds(journal, &mut answers)
                    || !settled.insert((answer.file.clone(), answer.result))
                {
                    continue;
                }
                let Some(place) = places.get(&*answer.file) else { continue };
                let (attached, results) = &mut waiting[*place];
                *results = results.saturating_sub(1);
                match &answer.refused {
                    None => counted.sent += 1,
                    Some(reason) => counted.refused.push(attached.refused(reason)),
                }
            }
        }
    }
    waiting.retain(|(_, results)| *results > 0);
    let ended = if waiting.is_empty() { None } else { ended(journal)? };
    for (attached, results) in waiting {
        if ended.as_ref().is_some_and(|ended| !ended.contains(&attached.test)) {
            counted.refused.extend(iter::repeat_n(attached.refused(WITHOUT_RESULT), results));
        } else {
            counted.queued += results as u64;
        }
    }
    Ok(counted)
}

const WITHOUT_RESULT: &str = "its test has no result, since it was interrupted or the journal lacks it";

/// The tests that ended in a process that came to its end itself: there will be no others.
fn ended(journal: &Path) -> io::Result<Option<HashSet<Text>>> {
    let mut tail = Tail::open(journal)?;
    let mut ended = HashSet::new();
    while let Some(entries) = tail.read()? {
        for entry in entries {
            if let Entry::Finished(case) = entry {
                ended.insert(case.test);
            }
        }
    }
    Ok(tail.has_ended().then_some(ended))
}

impl Answered {
    /// Whether the run that it is about is still there, which is asked of these `answers`.
    pub(crate) fn holds(&self, journal: &Path, answers: &mut Answers) -> bool {
        answers.hold(journal, &self.destination, &self.run, self.at)
    }
}

impl Attached {
    fn refused(&self, reason: &str) -> String {
        format!("{} of {}: {reason}", self.name, self.test)
    }
}

#[cfg(test)]
impl Attached {
    /// Something that this test attached, for tests to change.
    pub(crate) fn example(test: &'static str) -> Self {
        Self {
            at: 1,
            test: test.into(),
            package: "webshop".into(),
            ids: Vec::new(),
            name: "cart.json".to_owned(),
            media_type: "application/json".to_owned(),
            file: "1-1-0.attachment".to_owned(),
            trouble: None,
        }
    }
}

#[cfg(test)]
impl Line {
    /// `adds` attached this file.
    pub(crate) fn attached(file: &str, ids: &[&'static str]) -> Self {
        let ids = ids.iter().map(|id| (*id).into()).collect();
        Self::Attached(Attached { ids, file: file.to_owned(), ..Attached::example("adds") })
    }

    /// A service answered for it.
    pub(crate) fn answered(destination: &str, file: &str, result: u64, refused: Option<&str>) -> Self {
        let (destination, file, refused) =
            (destination.to_owned(), file.to_owned(), refused.map(str::to_owned));
        Self::Answered(Answered { at: 2, destination, run: "1".to_owned(), file, result, refused })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::Case,
        journal::Journal,
        run_file::{GoneRun, RunFile},
    };

    const HERE: Recipient<'_> = Recipient::intended("testfiesta here");

    /// These lines beside the journal of a process that is in `adds`.
    fn written(directory: &Path, lines: &[Line]) -> PathBuf {
        let journal = in_a_test(directory).path().to_owned();
        lines.iter().for_each(|line| append(&journal, line).expect("written"));
        journal
    }

    fn in_a_test(directory: &Path) -> Journal {
        let journal = Journal::example(directory, "key");
        journal.started(1, [("adds", &Case::EXAMPLE)].into_iter());
        journal
    }

    #[test]
    fn what_was_attached_in_a_run_that_is_gone_is_queued_until_one_that_may_be_named_alike_has_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::example(directory.path(), "key");
        let answered = Line::answered(HERE.destination, "a", 0, None);
        for line in [Line::attached("a", &[]), answered.clone()] {
            append(journal.path(), &line).expect("written");
        }
        let counted = || count(journal.path(), HERE).map(|it| (it.sent, it.queued)).expect("counted");
        assert_eq!(counted(), (1, 0));
        let gone = GoneRun { destination: HERE.destination.to_owned(), run: "1".to_owned(), at: 2 };
        let run_file = RunFile::new(directory.path(), "key");
        run_file.update(|record| record.gone.push(gone)).expect("written");
        assert_eq!(counted(), (0, 1));
        let Line::Answered(answer) = answered else { panic!("an answer") };
        append(journal.path(), &Line::Answered(Answered { at: 3, ..answer })).expect("written");
        assert_eq!(counted(), (1, 0));
    }

    #[test]
    fn what_an_interrupted_test_attached_waits_for_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = in_a_test(directory.path());
        append(journal.path(), &Line::attached("a", &["TC-1", "TC-2"])).expect("written");
        let counted = || count(journal.path(), HERE).expect("a count");
        assert_eq!((counted().queued, counted().refused.len()), (2, 0));
        journal.end();
        assert_eq!((counted().queued, counted().refused.len()), (0, 2));
        let expected = format!("cart.json of adds: {WITHOUT_RESULT}");
        assert!(counted().refused.iter().all(|refused| *refused == expected), "{:?}", counted().refused);
    }

    #[test]
    fn a_count_adds_up_and_names_what_was_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let lines = [
            Line::attached("a", &[]),
            Line::attached("b", &[]),
            Line::attached("c", &[]),
            Line::answered(HERE.destination, "a", 0, None),
            Line::answered(HERE.destination, "a", 0, None),
            Line::answered(HERE.destination, "b", 0, Some("too large")),
        ];
        let counted = count(&written(directory.path(), &lines), HERE).expect("a count");
        assert_eq!((counted.sent, counted.queued), (1, 1));
        assert_eq!(counted.refused, ["cart.json of adds: too large"]);
    }

    #[test]
    fn what_is_attached_to_two_results_counts_twice() {
        let directory = tempfile::tempdir().expect("a directory");
        let lines = [Line::attached("a", &["TC-1", "TC-2"]), Line::answered(HERE.destination, "a", 0, None)];
        let counted = count(&written(directory.path(), &lines), HERE).expect("a count");
        assert_eq!((counted.sent, counted.queued), (1, 1));
    }
}
