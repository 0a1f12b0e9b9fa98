//! Which run is meant.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use testfiesta_harness::{
    journal,
    run_file::{RunFile, RunRecord},
};

use super::text::in_a_line;
use crate::say::count;

/// How many runs are listed where the one that was asked for is not there.
const LISTED: usize = 20;

/// A run that has journals on this machine.
pub(super) struct Run {
    pub(super) directory: PathBuf,
    pub(super) key: String,
    pub(super) record: RunRecord,
    /// When the last of its processes began, in milliseconds since the Unix epoch.
    last: u64,
}

/// The run that is called so; the newest, where none is asked for.
pub(super) fn find(directory: &Path, wanted: Option<&str>) -> Result<Run> {
    let mut runs = Vec::new();
    for run in journal::runs(directory)? {
        runs.extend(Run::read(run)?);
    }
    runs.sort_by_key(|run| run.last);
    let newest_first = runs.into_iter().rev().collect();
    choose(newest_first, directory, wanted)
}

fn choose(mut runs: Vec<Run>, directory: &Path, wanted: Option<&str>) -> Result<Run> {
    let shown = directory.display();
    if runs.is_empty() {
        bail!(
            "no run has a journal in {shown}: run tests first, or set TESTFIESTA_DIR to the directory that holds it"
        );
    }
    let Some(wanted) = wanted else { return Ok(runs.remove(0)) };
    if let Some(at) = runs.iter().position(|run| run.has_key(wanted)) {
        return Ok(runs.remove(at));
    }
    let numbered: Vec<_> = (0..runs.len()).filter(|at| runs[*at].has_number(wanted)).collect();
    match *numbered {
        [at] => Ok(runs.remove(at)),
        [] => bail!("no run in {shown} is called `{wanted}`; there are, newest first:\n{}", list(&runs)),
        _ => {
            let mut at = 0..;
            runs.retain(|_| at.next().is_some_and(|at| numbered.contains(&at)));
            bail!("several runs are called `{wanted}`; name one by its key, newest first:\n{}", list(&runs))
        }
    }
}

/// Keys and names, a line each.
fn list(runs: &[Run]) -> String {
    let name = |run: &Run| in_a_line(&run.record.facts.name);
    let line = |run: &Run| format!("  {}  {}", run.key, name(run)).trim_end().to_owned();
    let mut lines: Vec<_> = runs.iter().take(LISTED).map(line).collect();
    if runs.len() > LISTED {
        lines.push(format!("  and {} more", count(runs.len() - LISTED, "run")));
    }
    lines.join("\n")
}

impl Run {
    /// Nothing where no process has a journal there.
    fn read(directory: PathBuf) -> Result<Option<Self>> {
        let files = journal::files(&directory)?;
        if files.is_empty() {
            return Ok(None);
        }
        // What cannot be read is said of the run that is chosen.
        let last = files.iter().rev().find_map(|file| journal::started(file).ok()?);
        let name = || directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (key, last) = last.map_or_else(|| (name(), 0), |started| (started.run_key, started.at));
        let record = RunFile::of_run_directory(&directory).map(|file| file.read()).transpose()?;
        Ok(Some(Self { directory, key, record: record.unwrap_or_default(), last }))
    }

    fn has_key(&self, wanted: &str) -> bool {
        self.key == wanted || self.directory.file_name().is_some_and(|name| name == wanted)
    }

    /// Whether a service calls it so.
    fn has_number(&self, wanted: &str) -> bool {
        let created = self.record.created.values().map(|run| &run.id);
        created.chain(self.record.joined.values()).any(|id| id == wanted)
    }
}

#[cfg(test)]
mod tests {
    use testfiesta_harness::run_file::CreatedRun;

    use super::*;

    fn run(key: &str, number: &str) -> Run {
        let mut record = RunRecord::default();
        record.created.insert("here".to_owned(), CreatedRun { id: number.to_owned(), url: None });
        Run { directory: key.into(), key: key.to_owned(), record, last: 0 }
    }

    fn chosen(wanted: Option<&str>) -> Result<String> {
        let runs = vec![run("c", "2"), run("b", "1"), run("a", "1")];
        choose(runs, Path::new("data"), wanted).map(|run| run.key)
    }

    #[test]
    fn a_run_is_found_by_its_key_or_by_a_number_that_no_other_has() {
        assert_eq!(chosen(None).expect("a run"), "c");
        assert_eq!(chosen(Some("a")).expect("a run"), "a");
        assert_eq!(chosen(Some("2")).expect("a run"), "c");
    }

    #[test]
    fn what_no_run_or_more_than_one_is_called_is_answered_with_the_keys() {
        let unknown = chosen(Some("7")).expect_err("an error").to_string();
        assert_eq!(unknown, "no run in data is called `7`; there are, newest first:\n  c\n  b\n  a");
        let mut named = run("a", "1");
        named.record.facts.name = "of\nseveral lines".to_owned();
        assert_eq!(list(&[named]), "  a  of several lines");
        let several = chosen(Some("1")).expect_err("an error").to_string();
        assert_eq!(several, "several runs are called `1`; name one by its key, newest first:\n  b\n  a");
    }
}
