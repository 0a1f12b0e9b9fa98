//! What was delivered long ago is cleared away.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{
    Addressees, Elsewhere, Recipient, alive,
    reader::{entries, files, processes, runs, started},
    service_of,
};
use crate::{
    run_file::RunFile,
    settings::{AttachmentSettings, Settings, TESTSIGMA},
};

/// How often it is looked for, at most: most processes have better things to do.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long a run is kept at least: whoever delivered it has yet to sum it up.
const AT_LEAST: Duration = Duration::from_secs(60);

/// Removes the journals of runs that every service has answered for and that nothing was added to for the time that the
/// settings ask to keep them, and what was kept about runs of Testsigma. Looks once a day, whoever comes first.
///
/// # Errors
///
/// When something cannot be read or removed; all else is, even then.
pub fn clear_delivered(settings: &Settings) -> io::Result<()> {
    clear(&settings.directory, settings.keep, &settings.attachments)
}

fn clear(directory: &Path, keep: Duration, attachments: &AttachmentSettings) -> io::Result<()> {
    let mark = directory.join("journal").join("cleared");
    if fs::metadata(&mark).is_ok_and(|mark| age(&mark).is_some_and(|age| age < INTERVAL)) {
        return Ok(());
    }
    // First, so that of many processes one looks. Its time is what counts.
    File::create(&mark)?.set_modified(SystemTime::now())?;
    let keep = keep.max(AT_LEAST);
    let mut cleared = Ok(());
    for run in runs(directory)? {
        // One that cannot be read must not keep the others from being cleared away.
        cleared = cleared.and(unless_gone(clear_run(directory, &run, keep, attachments)));
    }
    cleared.and(clear_records(directory, keep, attachments))
}

/// Removes the journals of a run that is settled and old.
fn clear_run(
    directory: &Path,
    run: &Path,
    keep: Duration,
    attachments: &AttachmentSettings,
) -> io::Result<()> {
    if newest_is_older_than(run, keep)? && is_over(directory, run, attachments)? {
        RunFile::of_run_directory(run).map_or(Ok(()), |file| file.remove())?;
        fs::remove_dir_all(run)?;
    }
    Ok(())
}

/// Removes what is known of runs in Testsigma that nothing was written to for as long, unless there are results yet to be
/// written: they may belong to any of these runs.
fn clear_records(directory: &Path, keep: Duration, attachments: &AttachmentSettings) -> io::Result<()> {
    let mut old = Vec::new();
    for entry in entries(&directory.join(TESTSIGMA).join("runs"))? {
        if age(&entry.metadata()?).is_some_and(|age| age >= keep) {
            old.push(entry.path());
        }
    }
    if old.is_empty() || runs(directory)?.iter().any(|run| may_write(directory, run, attachments)) {
        return Ok(());
    }
    old.into_iter().try_for_each(|path| unless_gone(fs::remove_file(path)))
}

/// Whether results of this run are yet to be written to Testsigma. Who cannot tell says yes.
fn may_write(directory: &Path, run: &Path, attachments: &AttachmentSettings) -> bool {
    is_meant_for_testsigma(run).unwrap_or(true) && !is_over(directory, run, attachments).unwrap_or(false)
}

fn is_meant_for_testsigma(run: &Path) -> io::Result<bool> {
    let record = RunFile::of_run_directory(run).map(|file| file.read()).transpose()?;
    let mut destinations = record.unwrap_or_default().destinations;
    for journal in files(run)? {
        destinations.extend(started(&journal)?.and_then(|started| started.destinations).unwrap_or_default());
    }
    Ok(destinations.iter().any(|destination| service_of(destination) == TESTSIGMA))
}

/// What is not there any more was removed by another process.
fn unless_gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn newest_is_older_than(run_directory: &Path, keep: Duration) -> io::Result<bool> {
    for entry in fs::read_dir(run_directory)? {
        if age(&entry?.metadata()?).is_none_or(|age| age < keep) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether nothing will be added to this run, and nobody waits for anything of it.
fn is_over(directory: &Path, run: &Path, attachments: &AttachmentSettings) -> io::Result<bool> {
    Ok(alive::living(directory, run)?.is_empty() && is_settled(run, attachments)?)
}

/// Whether nobody waits for anything of this run. A process that did not come to its end may have died in a test, which
/// nobody was told of yet.
fn is_settled(run_directory: &Path, attachments: &AttachmentSettings) -> io::Result<bool> {
    let Some(file) = RunFile::of_run_directory(run_directory) else { return Ok(false) };
    if file.damage().is_some() {
        return Ok(false);
    }
    let addressees = Addressees { of_run: file.read()?.destinations, elsewhere: Elsewhere::Left };
    for process in processes(run_directory)? {
        // What cannot be read is left for who can.
        let Ok(process) = process else { return Ok(false) };
        if process.running > 0 || process.damage().is_some() {
            return Ok(false);
        }
        let aims = addressees.aims(&process.started).iter();
        let recipients: Vec<_> = aims.map(|destination| Recipient::intended(destination)).collect();
        for recipient in Recipient::or_nobody(&recipients) {
            if !process.undelivered(*recipient).is_empty()
                || (attachments.are_wanted_by(recipient.service())
                    && process.queued_attachments(*recipient)? > 0)
            {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Nothing for what comes from the future.
fn age(metadata: &fs::Metadata) -> Option<Duration> {
    SystemTime::now().duration_since(metadata.modified().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::Case,
        event::{BatchAcknowledged, now},
        facts::RunFacts,
        journal::{
            Journal, acknowledge,
            attachments::{self, Attached, Line},
            files, run_directory,
        },
        run_file::Aim,
    };

    const ATTACHMENTS: AttachmentSettings = AttachmentSettings { on: true, testsigma: false, limit: 1 };
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The journal of a run of one test, delivered or not, last touched so long ago.
    fn run(directory: &Path, key: &str, delivered: bool, age: Duration) {
        let journal = Journal::example(directory, key);
        journal.started(1, [("adds", &Case::EXAMPLE)].into_iter());
        journal.passed(0, 1, 10, "adds");
        journal.end();
        journal.leave();
        if delivered {
            let answer = BatchAcknowledged {
                at: now(),
                destination: "here".to_owned(),
                run: "1".to_owned(),
                confirmed: vec![0],
                unmapped: Vec::new(),
                rejected: Vec::new(),
            };
            acknowledge(journal.path(), &answer).expect("written");
        }
        touch(journal.path(), age);
    }

    /// Makes a file one that was written so long ago.
    fn touch(path: &Path, age: Duration) {
        let file = File::options().append(true).open(path).expect("the file");
        file.set_modified(SystemTime::now() - age).expect("a time");
    }

    fn left(directory: &Path, key: &str) -> usize {
        files(&run_directory(directory, key)).expect("files").len()
    }

    #[test]
    fn what_was_delivered_long_ago_is_cleared_away() {
        let directory = tempfile::tempdir().expect("a directory");
        for (key, delivered, age) in
            [("old", true, WEEK * 2), ("new", true, WEEK / 2), ("queued", false, WEEK * 2)]
        {
            run(directory.path(), key, delivered, age);
        }
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        assert_eq!(["old", "new", "queued"].map(|key| left(directory.path(), key)), [0, 1, 1]);
    }

    #[test]
    fn what_was_delivered_where_its_own_process_meant_it_to_go_is_cleared_away() {
        let directory = tempfile::tempdir().expect("a directory");
        let of_the_run = Aim { destination: "where an earlier process reported".to_owned(), joined: None };
        let file = RunFile::new(directory.path(), "key");
        file.begin(vec![of_the_run], RunFacts::default).expect("written");
        run(directory.path(), "key", true, WEEK * 2);
        let [journal] =
            files(&run_directory(directory.path(), "key")).expect("files").try_into().expect("one");
        let text = fs::read_to_string(&journal).expect("a journal");
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("looked at");
        assert_eq!(left(directory.path(), "key"), 1);
        let key = "\"run_key\":\"key\"";
        fs::write(&journal, text.replacen(key, &format!("{key},\"destinations\":[\"here\"]"), 1))
            .expect("written");
        touch(&journal, WEEK * 2);
        fs::remove_file(directory.path().join("journal").join("cleared")).expect("forgotten");
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        assert_eq!(left(directory.path(), "key"), 0);
    }

    #[test]
    fn a_journal_that_cannot_be_read_keeps_no_other_run() {
        let directory = tempfile::tempdir().expect("a directory");
        for key in ["before", "newer", "after"] {
            run(directory.path(), key, true, WEEK * 2);
        }
        let [journal] =
            files(&run_directory(directory.path(), "newer")).expect("files").try_into().expect("one");
        let text = fs::read_to_string(&journal).expect("a journal");
        fs::write(&journal, text.replacen("\"version\":", "\"version\":9", 1)).expect("written");
        touch(&journal, WEEK * 2);
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        assert_eq!(["before", "newer", "after"].map(|key| left(directory.path(), key)), [0, 1, 0]);
    }

    /// What is known of two runs in Testsigma, to one of which nothing was written for two weeks. Answers with what is
    /// left once it was cleared.
    fn records_left(directory: &Path) -> Vec<String> {
        let records = directory.join("testsigma").join("runs");
        fs::create_dir_all(&records).expect("a directory");
        for (name, age) in [("old.json", WEEK * 2), ("old.json.lock", WEEK * 2), ("new.json", WEEK / 2)] {
            fs::write(records.join(name), "{}").expect("written");
            touch(&records.join(name), age);
        }
        clear(directory, WEEK, &ATTACHMENTS).expect("cleared");
        let left = fs::read_dir(records).expect("records").map(|entry| entry.expect("an entry").file_name());
        let mut left: Vec<_> = left.map(|name| name.into_string().expect("a name")).collect();
        left.sort_unstable();
        left
    }

    #[test]
    fn what_is_known_of_an_old_run_in_testsigma_is_cleared_away() {
        let directory = tempfile::tempdir().expect("a directory");
        run(directory.path(), "settled", true, WEEK / 2);
        assert_eq!(records_left(directory.path()), ["new.json"]);
    }

    #[test]
    fn what_is_known_of_runs_in_testsigma_is_kept_for_results_that_are_yet_to_be_written() {
        let directory = tempfile::tempdir().expect("a directory");
        run(directory.path(), "queued", false, WEEK * 2);
        let file = RunFile::new(directory.path(), "queued");
        file.begin(vec![Aim { destination: "testsigma here".to_owned(), joined: None }], RunFacts::default)
            .expect("written");
        assert_eq!(records_left(directory.path()), ["new.json", "old.json", "old.json.lock"]);
    }

    #[test]
    fn what_waits_for_its_attachments_is_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        run(directory.path(), "old", true, WEEK * 2);
        let [journal] =
            files(&run_directory(directory.path(), "old")).expect("files").try_into().expect("one");
        attachments::append(&journal, &Line::Attached(Attached::example("adds"))).expect("written");
        touch(&attachments::place(&journal), WEEK * 2);
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        assert_eq!(left(directory.path(), "old"), 1);
    }

    #[test]
    fn a_run_that_was_just_delivered_is_still_there_for_who_sums_it_up() {
        let directory = tempfile::tempdir().expect("a directory");
        run(directory.path(), "new", true, Duration::ZERO);
        clear(directory.path(), Duration::ZERO, &ATTACHMENTS).expect("cleared");
        assert_eq!(left(directory.path(), "new"), 1);
    }

    #[test]
    fn a_run_that_a_process_lives_in_is_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::example(directory.path(), "idle");
        touch(journal.path(), WEEK * 2);
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        assert_eq!(left(directory.path(), "idle"), 1);
    }

    #[test]
    fn it_is_looked_for_once_a_day() {
        let directory = tempfile::tempdir().expect("a directory");
        run(directory.path(), "new", true, Duration::ZERO);
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        run(directory.path(), "old", true, WEEK * 2);
        clear(directory.path(), WEEK, &ATTACHMENTS).expect("cleared");
        assert_eq!(left(directory.path(), "old"), 1);
    }
}
