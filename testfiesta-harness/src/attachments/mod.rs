//! What tests attach to their results: a file each, beside the journal, and a line that says whose it is.
//!
//! It is the process that runs the test that writes both, at once: an attachment outlives the test that made it, however
//! that ends.

mod at_work;
mod media_type;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use once_cell::sync::OnceCell;

use crate::{
    event::now,
    journal::attachments::{self as list, Attached, Line},
    nextest,
    say::say,
    scrub::{bytes_without_secrets, without_secrets},
    settings::Settings,
};

pub(crate) use at_work::at_work;
use at_work::current;
#[cfg(feature = "tokio")]
pub(crate) use at_work::inherit;

/// What an attachment is called that was given no name.
const UNNAMED: &str = "attachment";
/// How long a name may be, in characters.
const LONGEST_NAME: usize = 200;

/// Attaches text or bytes to the result of the test that calls this.
///
/// The data is on disk when this returns, with secrets removed, and is sent after the result. Its media type follows from
/// the extension of `name`, or from the contents. What is larger than the setting `attachment-limit` (10 MB by default) is
/// refused.
///
/// This neither panics nor fails the test: what cannot be attached is named on stderr, and again at the end of the run.
///
/// Any thread of the test may call this, except where tests share a process (`isolation = "threads"`): there, only the
/// test's own thread is known to belong to it.
pub fn attach(name: impl AsRef<str>, contents: impl AsRef<[u8]>) {
    keep(name.as_ref(), |_| Ok(contents.as_ref().to_vec()));
}

/// Attaches a copy of a file to the result of the test that calls this, under the file's name.
///
/// The copy is on disk when this returns, with secrets removed; the test may then change or delete the file. A relative
/// path starts at the process's current directory. All else is as with [`attach`].
pub fn attach_file(path: impl AsRef<Path>) {
    let path = path.as_ref();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    keep(&name, |store| store.read(path));
}

fn keep(name: &str, contents: impl FnOnce(&Store) -> io::Result<Vec<u8>>) {
    let Some(store) = store() else { return };
    let name = of_attempt(plain(name), nextest::attempt());
    if let Err(error) = store.keep(&name, || contents(store)) {
        say(&format!("`{name}` is not attached: {error}"));
    }
}

/// A name that is one line without secrets, and not too long for anybody.
fn plain(name: &str) -> String {
    let line: String = name.trim().chars().filter(|c| !c.is_control()).collect();
    // Before it is cut: half a secret would not be known as one.
    let name: String = without_secrets(line).chars().take(LONGEST_NAME).collect();
    if name.is_empty() { UNNAMED.to_owned() } else { name }
}

/// nextest makes each attempt in a process of its own, and all are one result: from the second on, names say which.
fn of_attempt(name: String, attempt: Option<u32>) -> String {
    match attempt {
        None | Some(1) => name,
        Some(attempt) => format!("attempt-{attempt}-{name}"),
    }
}

/// Whose attachments this process keeps: those of the tests in this journal.
static JOURNAL: OnceCell<PathBuf> = OnceCell::new();

/// From now on, attachments are kept beside this journal.
pub(crate) fn keep_beside(journal: &Path) {
    // A process writes one journal, or runs tests for the one that does.
    let _ = JOURNAL.set(journal.to_owned());
}

/// Where attachments are kept, if anybody wants them.
fn store() -> Option<&'static Store> {
    static STORE: OnceCell<Option<Store>> = OnceCell::new();
    // Most tests attach nothing: the settings are read again rather than handed to every worker.
    let store = STORE.get_or_init(|| {
        let settings = Settings::load();
        settings.attachments.on.then(|| Store {
            journal: JOURNAL.get().cloned(),
            limit: settings.attachments.limit,
            next: AtomicU32::new(0),
        })
    });
    store.as_ref()
}

struct Store {
    /// None where this process is no test binary of ours.
    journal: Option<PathBuf>,
    /// In bytes.
    limit: u64,
    next: AtomicU32,
}

impl Store {
    fn keep(&self, name: &str, contents: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<()> {
        let journal =
            self.journal.as_ref().ok_or_else(|| io::Error::other("no test of testfiesta runs here"))?;
        let test = current().ok_or_else(|| {
            io::Error::other(
                "it is not known which test this thread belongs to: call it on the test's own thread, or let tests run \
                 in workers",
            )
        })?;
        let kept = contents().and_then(|contents| {
            let contents = bytes_without_secrets(contents);
            self.allows(contents.len() as u64)?;
            Ok((self.write(journal, &contents)?, contents))
        });
        let case = test.case.details();
        let (file, trouble) = match &kept {
            Ok((file, _)) => (file.clone(), None),
            Err(error) => (String::new(), Some(error.to_string())),
        };
        let attached = Attached {
            at: now(),
            test: test.name.into(),
            package: case.package.into(),
            ids: case.ids.iter().map(|id| (*id).into()).collect(),
            media_type: kept
                .as_ref()
                .map_or_else(|_| media_type::UNKNOWN, |(_, contents)| media_type::of(name, contents))
                .to_owned(),
            name: name.to_owned(),
            file,
            trouble,
        };
        list::append(journal, &Line::Attached(attached))?;
        kept.map(drop)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let metadata = fs::metadata(path)?;
        // To read a pipe or a device may take for ever.
        if !metadata.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        // Not read to learn that it is too much.
        self.allows(metadata.len())?;
        fs::read(path)
    }

    fn allows(&self, size: u64) -> io::Result<()> {
        if size <= self.limit {
            return Ok(());
        }
        let (size, limit) = (size.div_ceil(1_000_000), self.limit.div_ceil(1_000_000));
        Err(io::Error::other(format!(
            "it has {size} MB, more than the {limit} MB that are allowed (TESTFIESTA_ATTACHMENT_LIMIT)"
        )))
    }

    /// Writes a file that was not there, and answers its name.
    fn write(&self, journal: &Path, contents: &[u8]) -> io::Result<String> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = list::file(journal, process::id(), number);
            match File::create_new(&path) {
                Ok(mut file) => {
                    file.write_all(contents)?;
                    return Ok(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
                }
                // A process before this one had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case::Case, registry::Test};

    static CASE: Case = Case::EXAMPLE;

    fn store(directory: &Path) -> Store {
        let journal = Some(directory.join("1.jsonl"));
        Store { journal, limit: 10, next: AtomicU32::new(0) }
    }

    fn kept(directory: &Path) -> Vec<Attached> {
        let lines = list::read(&directory.join("1.jsonl")).expect("a list");
        let attached = lines.into_iter().filter_map(|line| match line {
            Line::Attached(attached) => Some(attached),
            _ => None,
        });
        attached.collect()
    }

    fn attach(directory: &Path, name: &str, contents: io::Result<&str>) -> io::Result<()> {
        let _test = at_work(Test::new(0, &CASE, "cart"), false);
        store(directory).keep(name, || contents.map(|contents| contents.as_bytes().to_vec()))
    }

    #[test]
    fn an_attachment_is_a_file_and_a_line_that_says_whose_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        attach(directory.path(), "cart.json", Ok("{}")).expect("attached");
        let [attached] = kept(directory.path()).try_into().expect("one");
        assert_eq!((&*attached.name, &*attached.media_type), ("cart.json", "application/json"));
        assert_eq!(attached.test, Test::new(0, &CASE, "cart").name);
        assert_eq!(fs::read(directory.path().join(attached.file)).expect("the file"), b"{}");
    }

    #[test]
    fn what_another_process_kept_is_not_written_over() {
        let directory = tempfile::tempdir().expect("a directory");
        for contents in ["one", "two"] {
            attach(directory.path(), "a.txt", Ok(contents)).expect("attached");
        }
        let texts = kept(directory.path()).into_iter().map(|it| directory.path().join(it.file));
        assert_eq!(texts.map(|it| fs::read_to_string(it).expect("text")).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn what_is_too_much_is_not_kept_and_says_so() {
        let directory = tempfile::tempdir().expect("a directory");
        let error = attach(directory.path(), "a.txt", Ok("more than ten bytes")).expect_err("too much");
        assert!(error.to_string().contains("TESTFIESTA_ATTACHMENT_LIMIT"), "{error}");
        assert_eq!(kept(directory.path())[0].trouble, Some(error.to_string()));
    }

    #[test]
    fn what_cannot_be_read_is_in_the_list_with_its_reason() {
        let directory = tempfile::tempdir().expect("a directory");
        attach(directory.path(), "a.txt", Err(io::Error::other("gone"))).expect_err("nothing to keep");
        assert_eq!(kept(directory.path())[0].trouble.as_deref(), Some("gone"));
    }

    #[test]
    fn a_thread_of_no_test_attaches_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let error = store(directory.path()).keep("a.txt", || Ok(Vec::new())).expect_err("no test");
        assert!(error.to_string().contains("which test this thread belongs to"), "{error}");
    }

    #[test]
    fn a_name_says_of_which_attempt_it_is_from_the_second_on() {
        let name = |attempt| of_attempt("shot.png".to_owned(), attempt);
        assert_eq!(
            [name(None), name(Some(1)), name(Some(2))],
            ["shot.png", "shot.png", "attempt-2-shot.png"]
        );
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!([plain(" a\nb.txt "), plain("\t")], ["ab.txt", UNNAMED]);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let error = store(directory.path()).read(Path::new("/dev/null")).expect_err("refused");
        assert_eq!(error.to_string(), "it is no regular file");
    }
}
