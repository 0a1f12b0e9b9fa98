//! What the processes of one run tell each other: a small file under `runs/`, changed under a lock.

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};

use crate::{
    facts::RunFacts,
    journal::{self, Obstacle},
    settings::variable,
    summary::Counts,
};

/// The file of one run.
#[derive(Debug, Clone)]
pub struct RunFile {
    path: PathBuf,
}

/// What is known of a run on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// What the run is called and described with: the first process's view.
    pub facts: RunFacts,
    /// The run in each service that it was created in, by destination.
    pub created: HashMap<String, CreatedRun>,
    /// The run that took a result, by destination: what it refuses is then held against what is refused.
    pub taking: HashMap<String, String>,
    /// Where results are meant to go, by destination; empty where no service was set.
    pub destinations: Vec<String>,
    /// Of these the runs that were there before, as the user named them.
    pub joined: HashMap<String, String>,
    /// Who may end it once none of its processes is alive.
    pub may_be_ended: MayBeEnded,
    /// The run that was ended, as the settings asked for it, by destination.
    pub closed: HashMap<String, String>,
    /// The runs that somebody deleted in their service: what was answered for there is still to be brought to another.
    pub gone: Vec<GoneRun>,
    /// Whether any test failed so far.
    pub failed: bool,
    /// Whether somebody ended tests before they were over: what is known of the others is no verdict.
    pub interrupted: bool,
    /// The file that `summary` names: where it is to be written what became of the run's results.
    pub summary: Option<PathBuf>,
    /// What became of the results of processes that came to their end, where there is such a file.
    pub counts: Counts,
    /// The same of those that died, by the name of their journal.
    pub died: HashMap<String, Counts>,
}

impl RunRecord {
    /// Notes that a run was deleted in its service, before `at`: nothing that was written of it holds any more.
    #[cfg(feature = "http")]
    pub(crate) fn lose(&mut self, destination: String, run: String, at: u64) {
        self.created.retain(|name, created| *name != destination || created.id != run);
        for of_it in [&mut self.closed, &mut self.taking] {
            of_it.retain(|name, it| *name != destination || *it != run);
        }
        self.gone.retain(|gone| gone.destination != destination || gone.run != run);
        self.gone.push(GoneRun { destination, run, at });
    }

    /// Whether a run was made at this destination that nobody ended.
    pub fn is_left_open(&self, destination: &str) -> bool {
        let created = self.created.get(destination).map(|run| &run.id);
        created.is_some() && self.closed.get(destination) != created
    }

    /// Whether the run at a destination is not to be ended, since tests were interrupted. One that was ended before, as a
    /// process that others follow does it, is not passed any more.
    pub fn leaves_as_it_is(&self, destination: &str) -> bool {
        self.interrupted && !self.closed.contains_key(destination)
    }

    /// What is said of a run that was made under this key, and that nobody ends since its tests were interrupted.
    pub fn says_interrupted(&self, key: &str) -> Option<String> {
        let stays_open = self.interrupted && self.created.keys().any(|name| self.is_left_open(name));
        let (setting, quote) = (variable("run-key"), if key.contains(' ') { "'" } else { "" });
        stays_open.then(|| {
            format!(
                "tests were interrupted: the run stays open; `{setting}={quote}{key}{quote} cargo testfiesta run close --failed` \
                 ends it"
            )
        })
    }

    /// What became of the results of all processes that came to an end, good or bad.
    pub(crate) fn total(&self) -> Counts {
        let mut total = self.counts.clone();
        self.died.values().for_each(|counts| total.add(counts));
        total
    }
}

/// Who may end a run once none of its processes is alive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MayBeEnded {
    /// Those who know its key: they say themselves when it is over.
    #[default]
    ByOthers,
    /// Who has delivered everything, until another process follows.
    Provisionally,
    /// Who has delivered everything: no further results will come.
    ForGood,
}

/// Where results are meant to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// The service, its address and the project, as journals name it.
    pub destination: String,
    /// The run that was there before, if it is one.
    pub joined: Option<String>,
}

/// A run that a service made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedRun {
    /// As the service names it.
    pub id: String,
    /// Where people look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A run that somebody deleted in its service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneRun {
    /// Where it was.
    pub destination: String,
    /// As the service named it; another may be named so by now.
    pub run: String,
    /// Until when answers were about it, in milliseconds since the Unix epoch.
    pub at: u64,
}

impl GoneRun {
    /// The runs that processes of this journal's run reported to, and that are gone. None where that cannot be known:
    /// what counts too much is less harm than what is sent twice.
    pub(crate) fn of(journal: &Path) -> Vec<Self> {
        let file = journal.parent().and_then(RunFile::of_run_directory);
        file.and_then(|file| file.read().ok()).map(|record| record.gone).unwrap_or_default()
    }

    /// Whether what was answered at this time was about it.
    pub(crate) fn was(&self, destination: &str, run: &str, at: u64) -> bool {
        self.destination == destination && self.run == run && at <= self.at
    }
}

/// The right to create the run in one service, for as long as it is held.
#[cfg(feature = "http")]
#[derive(Debug)]
pub(crate) struct Creating {
    // Closing the file gives the lock back, however the process ends.
    _lock: File,
}

impl RunFile {
    /// The file of the run with this key. It need not exist.
    pub fn new(directory: &Path, run_key: &str) -> Self {
        Self { path: directory.join("runs").join(journal::file_name(run_key) + ".json") }
    }

    /// The file that belongs to a directory of journals.
    pub fn of_run_directory(run_directory: &Path) -> Option<Self> {
        let directory = run_directory.parent()?.parent()?;
        let name = run_directory.file_name()?.to_str()?;
        Some(Self { path: directory.join("runs").join(format!("{name}.json")) })
    }

    /// Writes the run's facts and where its results are meant to go, unless a process did so before and they can be read.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written.
    pub fn begin(&self, aims: Vec<Aim>, facts: impl FnOnce() -> RunFacts) -> io::Result<()> {
        self.begin_with(MayBeEnded::ByOthers, aims, facts)
    }

    /// The same, for a run that others need not end.
    pub(crate) fn begin_with(
        &self,
        may_be_ended: MayBeEnded,
        aims: Vec<Aim>,
        facts: impl FnOnce() -> RunFacts,
    ) -> io::Result<()> {
        if self.is_whole() {
            return Ok(());
        }
        let _lock = self.lock()?;
        if !self.is_whole() {
            let mut record = RunRecord { facts: facts(), may_be_ended, ..RunRecord::default() };
            for Aim { destination, joined } in aims {
                record.joined.extend(joined.map(|run| (destination.clone(), run)));
                record.destinations.push(destination);
            }
            self.write(&record)?;
        }
        Ok(())
    }

    /// What is known now; nothing, if the file is not there, or is [damaged](Self::damage): no other process will mend it,
    /// and the service knows the run by its key.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(&self) -> io::Result<RunRecord> {
        Ok(self.parsed()?.and_then(Result::ok).unwrap_or_default())
    }

    /// What keeps the file from telling anything though it is there, until somebody writes it anew.
    pub fn damage(&self) -> Option<Obstacle> {
        let error = self.parsed().ok()??.err()?;
        let reason = io::Error::new(io::ErrorKind::InvalidData, format!("damaged ({error})"));
        Some(Obstacle { path: self.path.clone(), reason })
    }

    fn is_whole(&self) -> bool {
        matches!(self.parsed(), Ok(Some(Ok(_))))
    }

    /// What the file holds, if it is there.
    fn parsed(&self) -> io::Result<Option<serde_json::Result<RunRecord>>> {
        match fs::read(&self.path) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes the record, while no other process does, and answers what it is now.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written, or the platform cannot lock.
    pub fn update(&self, change: impl FnOnce(&mut RunRecord)) -> io::Result<RunRecord> {
        self.update_by(Box::new(change))
    }

    // Apart from `update`, of which there is one for each kind of change in everybody's build.
    fn update_by(&self, change: Box<dyn FnOnce(&mut RunRecord) + '_>) -> io::Result<RunRecord> {
        let _lock = self.lock()?;
        let before = self.read()?;
        let mut record = before.clone();
        change(&mut record);
        if record != before {
            self.write(&record)?;
        }
        Ok(record)
    }

    /// The right to create the run at a destination, unless another process has it.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written, or the platform cannot lock.
    #[cfg(feature = "http")]
    pub(crate) fn try_creating(&self, destination: &str) -> io::Result<Option<Creating>> {
        // For each destination by itself: one that does not answer must not hold up the others.
        let lock = self.beside(&format!("{}.lock", journal::file_name(destination)))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Creating { _lock: lock })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Removes the file and those beside it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let (Some(directory), Some(name)) = (self.path.parent(), self.path.file_stem()) else {
            return Ok(());
        };
        let name = format!("{}.", name.to_string_lossy());
        let entries = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&name) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Where the processes of the run tell each other of services that are down.
    #[cfg(feature = "http")]
    pub(crate) fn outages(&self) -> PathBuf {
        self.path.with_extension("outages.json")
    }

    fn lock(&self) -> io::Result<File> {
        // Apart from the record, which is replaced as a whole: a lock is on a file, not on a name.
        let lock = self.beside("lock")?;
        lock.lock()?;
        Ok(lock)
    }

    /// A file of the same name but for its extension, made if it is not there.
    fn beside(&self, extension: &str) -> io::Result<File> {
        let path = self.path.with_extension(extension);
        let open = || File::options().create(true).truncate(false).write(true).open(&path);
        match (open(), path.parent()) {
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(parent)?;
                open()
            }
            (opened, _) => opened,
        }
    }

    fn write(&self, record: &RunRecord) -> io::Result<()> {
        let fresh = self.path.with_extension(format!("{}.tmp", process::id()));
        fs::write(&fresh, serde_json::to_vec(record)?)?;
        fs::rename(&fresh, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Aim {
        Aim { destination: "here".to_owned(), joined: None }
    }

    #[test]
    fn the_first_process_names_the_run() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        let facts = |name: &str| RunFacts { name: name.to_owned(), ..RunFacts::default() };
        file.begin(Vec::new(), || facts("first")).expect("written");
        file.begin(Vec::new(), || facts("second")).expect("left alone");
        assert_eq!(file.read().expect("a record").facts.name, "first");
    }

    #[test]
    fn a_damaged_file_is_named_and_begun_anew() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        file.begin(Vec::new(), RunFacts::default).expect("written");
        for damaged in ["", "{", "{\"failed\":7}"] {
            fs::write(&file.path, damaged).expect("written");
            assert_eq!(file.read().expect("nothing"), RunRecord::default());
            assert!(file.damage().expect("damage").to_string().contains("key.json: damaged ("));
            file.begin(vec![here()], RunFacts::default).expect("written");
            assert!(file.damage().is_none());
            assert_eq!(file.read().expect("a record").destinations, ["here"]);
        }
    }

    #[cfg(feature = "http")]
    #[test]
    fn only_one_creates_the_run_at_a_destination() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        let creating = file.try_creating("here").expect("an answer").expect("a lock");
        assert!(file.try_creating("here").expect("an answer").is_none());
        assert!(file.try_creating("there").expect("an answer").is_some());
        drop(creating);
        assert!(file.try_creating("here").expect("an answer").is_some());
    }

    #[test]
    fn a_change_leaves_the_rest_of_the_record_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        file.begin(vec![here()], RunFacts::default).expect("written");
        file.update(|record| record.failed = true).expect("written");
        let record = file.read().expect("a record");
        assert_eq!((record.failed, record.destinations), (true, vec!["here".to_owned()]));
    }

    #[test]
    fn a_file_of_an_earlier_version_is_of_a_run_that_nobody_interrupted() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        file.begin(vec![here()], RunFacts::default).expect("written");
        fs::write(&file.path, r#"{"failed":true}"#).expect("written");
        let record = file.read().expect("a record");
        assert_eq!((record.failed, record.interrupted, file.damage().is_none()), (true, false, true));
    }

    #[test]
    fn a_run_that_was_interrupted_and_is_not_over_is_said_to_stay_open() {
        let created = HashMap::from([("here".to_owned(), CreatedRun { id: "7".to_owned(), url: None })]);
        let mut record = RunRecord { created, ..RunRecord::default() };
        assert_eq!(record.says_interrupted("a key"), None);
        record.interrupted = true;
        let said = record.says_interrupted("a key").expect("a line");
        assert!(said.contains("`TESTFIESTA_RUN_KEY='a key' cargo testfiesta run close --failed`"), "{said}");
        assert!(record.leaves_as_it_is("here"));
        record.closed.insert("here".to_owned(), "7".to_owned());
        assert_eq!((record.says_interrupted("a key"), record.leaves_as_it_is("here")), (None, false));
    }

    #[test]
    fn a_run_takes_no_other_with_it_whose_key_goes_on_where_its_own_ends() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = ["1.2", "1.2.3"].map(|key| RunFile::new(directory.path(), key));
        for file in &files {
            file.begin(vec![here()], RunFacts::default).expect("written");
        }
        files[0].remove().expect("removed");
        assert_eq!(files.map(|file| file.read().expect("a record").destinations.len()), [0, 1]);
    }

    #[test]
    fn a_directory_of_journals_leads_to_the_run_s_file() {
        let directory = Path::new("target/testfiesta");
        let of_journals =
            RunFile::of_run_directory(&journal::run_directory(directory, "a key")).expect("a file");
        assert_eq!(of_journals.path, RunFile::new(directory, "a key").path);
    }
}
