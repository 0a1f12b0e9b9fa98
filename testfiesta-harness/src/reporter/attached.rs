//! What is attached to the results of one journal, as far as one recipient is still to have it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
};

use crate::journal::{
    Answers, Meant, Recipient,
    attachments::{Attached, Line, place},
    lines::{Lines, parsed},
};

/// The list of one journal, as one recipient looks at it.
#[derive(Debug)]
pub(super) struct AttachedFiles {
    journal: PathBuf,
    destination: String,
    meant: Meant,
    lines: Option<Lines>,
    attached: HashMap<Cow<'static, str>, Vec<Attached>>,
    answered: HashSet<(String, u64)>,
    answers: Answers,
}

impl AttachedFiles {
    /// Nothing is read yet.
    pub(super) fn of(journal: &Path, recipient: Recipient<'_>) -> Self {
        Self {
            journal: journal.to_owned(),
            destination: recipient.destination.to_owned(),
            meant: recipient.meant,
            lines: None,
            attached: HashMap::new(),
            answered: HashSet::new(),
            answers: Answers::default(),
        }
    }

    /// The journal.
    pub(super) fn journal(&self) -> &Path {
        &self.journal
    }

    /// Reads what was written since the last time. What a test attached is there before its outcome is.
    pub(super) fn refresh(&mut self) -> io::Result<()> {
        if self.lines.is_none() {
            match Lines::open(&place(&self.journal)) {
                Ok(lines) => self.lines = Some(lines),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let recipient = Recipient { destination: &self.destination, meant: self.meant };
        while let Some(bytes) = lines.read()? {
            for line in parsed(&bytes) {
                match line {
                    // What was not kept cannot be sent.
                    Line::Attached(attached) if attached.trouble.is_some() => {}
                    Line::Attached(attached) => {
                        let others = self.attached.entry(attached.test.clone()).or_default();
                        let name = another_name(&attached.name, others);
                        others.push(Attached { name, ..attached });
                    }
                    Line::Answered(answer)
                        if recipient.is_served_by(&answer.destination)
                            && answer.holds(&self.journal, &mut self.answers) =>
                    {
                        self.answered.insert((answer.file, answer.result));
                    }
                    Line::Answered(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Whether no test attached anything so far.
    pub(super) fn is_empty(&self) -> bool {
        self.attached.is_empty()
    }

    /// What a test attached that is still to be brought to this result of it.
    pub(super) fn due<'a>(&'a self, test: &str, result: u64) -> impl Iterator<Item = &'a Attached> {
        let attached = self.attached.get(test).map(Vec::as_slice).unwrap_or_default();
        attached.iter().filter(move |it| !self.answered.contains(&(it.file.clone(), result)))
    }
}

/// A name that no other file of this test has: services tell the files of a result apart by it.
fn another_name(name: &str, others: &[Attached]) -> String {
    let is_free = |name: &str| others.iter().all(|other| other.name != name);
    if is_free(name) {
        return name.to_owned();
    }
    let (stem, extension) = name.rfind('.').filter(|at| *at > 0).map_or((name, ""), |at| name.split_at(at));
    // Not from the start: a test may attach one name a thousand times.
    let alike = others.iter().filter(|other| other.name.starts_with(stem) && other.name.ends_with(extension));
    let mut number = alike.count() + 1;
    loop {
        let name = format!("{stem}-{number}{extension}");
        if is_free(&name) {
            return name;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::attachments::append;

    const HERE: Recipient<'_> = Recipient::intended("testfiesta here");

    fn due(lines: &[Line], result: u64) -> Vec<String> {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = directory.path().join("1.jsonl");
        lines.iter().for_each(|line| append(&journal, line).expect("written"));
        let mut attachments = AttachedFiles::of(&journal, HERE);
        attachments.refresh().expect("read");
        attachments.due("adds", result).map(|it| it.file.clone()).collect()
    }

    #[test]
    fn what_no_service_answered_for_is_due() {
        let lines = [
            Line::attached("a", &[]),
            Line::attached("b", &[]),
            Line::answered(HERE.destination, "a", 0, None),
            Line::answered("testsigma there", "b", 0, None),
        ];
        assert_eq!(due(&lines, 0), ["b"]);
    }

    #[test]
    fn each_result_of_a_test_is_to_have_it() {
        let lines = [Line::attached("a", &["TC-1", "TC-2"]), Line::answered(HERE.destination, "a", 0, None)];
        assert_eq!((due(&lines, 0).len(), due(&lines, 1).len()), (0, 1));
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_a_number() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = directory.path().join("1.jsonl");
        for file in ["a", "b", "c"] {
            append(&journal, &Line::attached(file, &[])).expect("written");
        }
        let mut attachments = AttachedFiles::of(&journal, HERE);
        attachments.refresh().expect("read");
        let names: Vec<_> = attachments.due("adds", 0).map(|it| &*it.name).collect();
        assert_eq!(names, ["cart.json", "cart-2.json", "cart-3.json"]);
    }

    #[test]
    fn a_number_that_a_name_has_of_its_own_is_not_given_again() {
        let others = ["cart-3.json", "cart.json"]
            .map(|name| Attached { name: name.to_owned(), ..Attached::example("adds") });
        assert_eq!(another_name("cart.json", &others), "cart-4.json");
        assert_eq!(another_name("cart-3.json", &others), "cart-3-2.json");
        assert_eq!(another_name("cart-5.json", &others), "cart-5.json");
    }

    #[test]
    fn a_thousand_files_of_one_name_are_told_apart_at_once() {
        let mut others: Vec<Attached> = Vec::new();
        for _ in 0..1_000 {
            let name = another_name("cart.json", &others);
            others.push(Attached { name, ..Attached::example("adds") });
        }
        let names: HashSet<&str> = others.iter().map(|other| &*other.name).collect();
        assert_eq!((names.len(), &*others[999].name), (1_000, "cart-1000.json"));
    }

    #[test]
    fn the_list_is_read_on_as_it_grows() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = directory.path().join("1.jsonl");
        let mut attachments = AttachedFiles::of(&journal, HERE);
        for file in ["a", "b"] {
            attachments.refresh().expect("read");
            append(&journal, &Line::attached(file, &[])).expect("written");
        }
        attachments.refresh().expect("read");
        assert_eq!(attachments.due("adds", 0).count(), 2);
    }
}
