//! What the tests name.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    env,
    ffi::OsString,
    path::Path,
};

use anyhow::Result;
use cargo_metadata::Metadata;

use crate::{
    catalogue::{self, Contents, Linked},
    say::say,
    workspace,
};

/// A test, in however many test binaries it is.
#[derive(Debug)]
pub(super) struct Test {
    /// As the annotation has them, for all services.
    pub(super) ids: Vec<String>,
    /// The external id of the case that it has of its own where it names none.
    pub(super) own_case: Option<String>,
    /// As in `tests/cart.rs:12`.
    pub(super) place: String,
}

/// The tests that are compared.
#[derive(Debug, Default)]
pub(super) struct Tests {
    pub(super) all: Vec<Test>,
    /// What each of them goes by, with its place.
    known: HashSet<(String, String)>,
    /// The targets with cases that run under libtest, which does not tell what they name, and how many each has.
    pub(super) under_libtest: BTreeMap<String, usize>,
    /// The targets that report to other projects than those that are compared.
    pub(super) elsewhere: BTreeSet<String>,
    /// Whether every test binary said what it holds.
    pub(super) all_listed: bool,
}

/// Builds the tests, and reads what they name. A test binary that cannot be listed is named, and costs no other.
pub(super) fn read(metadata: &Metadata, arguments: &[OsString]) -> Result<Tests> {
    let binaries = catalogue::test_binaries(arguments)?;
    let here = workspace::destinations(&env::current_dir()?);
    let mut is_here: HashMap<&Path, bool> = HashMap::new();
    let mut tests = Tests { all_listed: true, ..Tests::default() };
    for (binary, target) in binaries.iter().zip(catalogue::titles(metadata, &binaries)) {
        let contents = match catalogue::contents(binary) {
            Ok(contents) => contents,
            Err(error) => {
                say(format_args!("warning: {target} cannot be listed: {error:#}"));
                tests.all_listed = false;
                continue;
            }
        };
        let is_empty = contents.cases.is_empty() && contents.under_libtest.is_empty();
        let directory = &*binary.package_directory;
        if *is_here.entry(directory).or_insert_with(|| workspace::destinations(directory) == here) {
            tests.take_in(target, contents);
        } else if !is_empty {
            tests.elsewhere.insert(target);
        }
    }
    Ok(tests)
}

impl Tests {
    fn take_in(&mut self, target: String, mut contents: Contents) {
        if !contents.under_libtest.is_empty() {
            *self.under_libtest.entry(target).or_default() += contents.under_libtest.len();
        }
        // They come by name, and are looked for by place.
        contents.cases.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
        for case in contents.cases {
            let place = format!("{}:{}", case.file, case.line);
            // The cases of a library are in each test binary that mentions it.
            if self.known.insert((identity(&case).to_owned(), place.clone())) {
                self.all.push(Test { ids: case.ids, own_case: case.external_id, place });
            }
        }
    }
}

/// What tells a test from others at its place, which a macro may fill with several.
fn identity(case: &Linked) -> &str {
    case.external_id.as_deref().unwrap_or(&case.name)
}
