//! What was delivered long ago is cleared away.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{
    alive,
    reader::{Meant, Recipient, processes, runs},
};
use crate::{
    run_file::RunFile,
    settings::{AttachmentSettings, Settings},
};

/// How often it is looked for, at most: most processes have better things to do.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long a run is kept at least: whoever delivered it has yet to sum it up.
const AT_LEAST: Duration = Duration::from_secs(60);

/// Removes the journals of runs that every service has answered for and that nothing was added to for the time that the
/// settings ask to keep them. Looks once a day, whoever comes first.
///
/// # Errors
///
/// When something cannot be read or removed.
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
    for run in runs(directory)? {
        if newest_is_older_than(&run, keep.max(AT_LEAST))?
            && alive::living(directory, &run)?.is_empty()
            && is_settled(&run, attachments)?
        {
            RunFile::of_run_directory(&run).map_or(Ok(()), |file| file.remove())?;
            fs::remove_dir_all(&run)?;
        }
    }
    Ok(())
}

fn newest_is_older_than(run_directory: &Path, keep: Duration) -> io::Result<bool> {
    for entry in fs::read_dir(run_directory)? {
        if age(&entry?.metadata()?).is_none_or(|age| age < keep) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether nobody waits for anything of this run. A process that did not come to its end may have died in a test, which
/// nobody was told of yet.
fn is_settled(run_directory: &Path, attachments: &AttachmentSettings) -> io::Result<bool> {
    let file = RunFile::of_run_directory(run_directory);
    let intended = file.map(|file| file.read()).transpose()?.unwrap_or_default().destinations;
    let recipients: Vec<_> =
        intended.iter().map(|destination| Recipient { destination, meant: Meant::ForIt }).collect();
    for process in processes(run_directory)? {
        let process = process?;
        if process.running > 0 {
            return Ok(false);
        }
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
        journal::{
            Journal, acknowledge,
            attachments::{self, Attached, Line},
            files, run_directory,
        },
    };

    const ATTACHMENTS: AttachmentSettings = AttachmentSettings { on: true, testsigma: false, limit: 1 };
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The journal of a run of one test, delivered or not, last touched so long ago.
    fn run(directory: &Path, key: &str, delivered: bool, age: Duration) {
        let journal = Journal::open(directory, key, None);
        journal.begin(key, "webshop", "cart", Vec::new());
        journal.started(1, [("adds", &Case::EXAMPLE)].into_iter());
        journal.passed(0, 1, 10, "adds");
        journal.end();
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
        let file = File::options().append(true).open(journal.path()).expect("the file");
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
    fn what_waits_for_its_attachments_is_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        run(directory.path(), "old", true, WEEK * 2);
        let [journal] =
            files(&run_directory(directory.path(), "old")).expect("files").try_into().expect("one");
        attachments::append(&journal, &Line::Attached(Attached::example("adds"))).expect("written");
        let list = File::options().append(true).open(attachments::place(&journal)).expect("the list");
        list.set_modified(SystemTime::now() - WEEK * 2).expect("a time");
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
        let journal = Journal::open(directory.path(), "idle", None);
        journal.begin("idle", "webshop", "cart", Vec::new());
        let file = File::options().append(true).open(journal.path()).expect("the file");
        file.set_modified(SystemTime::now() - WEEK * 2).expect("a time");
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
