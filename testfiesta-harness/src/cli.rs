//! What people pass after `cargo test --`: libtest's flags, on our side of libtest-mimic.
//!
//! libtest-mimic knows one filter, refuses `--no-capture`, hangs on `--test-threads 0`, does not read
//! `RUST_TEST_THREADS` and leaves with 2 on a bad flag. Here it is as libtest does.

use std::{env, ffi::OsString, num::NonZeroUsize, path::PathBuf};

use clap::{Parser, ValueEnum};

/// The flags of a test binary.
#[derive(Debug, Clone, Default, Parser)]
#[command(
    name = "cargo test --",
    no_binary_name = true,
    disable_version_flag = true,
    about = "Runs the annotated tests of this binary and reports their outcomes.",
    override_usage = "cargo test -- [OPTIONS] [FILTERS]...",
    after_help = "Tests run in parallel unless --test-threads=1 or RUST_TEST_THREADS=1 is given.\n\
                  Settings of the reporting are environment variables, TESTFIESTA_…, or stand in testfiesta.toml."
)]
pub(crate) struct Arguments {
    /// Run only tests whose name contains one of these.
    #[arg(value_name = "FILTERS")]
    pub(crate) filters: Vec<String>,
    /// Take FILTERS and --skip as whole names, not parts of names.
    #[arg(long)]
    pub(crate) exact: bool,
    /// Leave out tests whose name contains FILTER; may be repeated.
    #[arg(long, value_name = "FILTER")]
    pub(crate) skip: Vec<String>,
    /// Run only ignored tests.
    #[arg(long, conflicts_with = "include_ignored")]
    pub(crate) ignored: bool,
    /// Run ignored tests too.
    #[arg(long)]
    pub(crate) include_ignored: bool,
    /// List the tests, run none.
    #[arg(long)]
    pub(crate) list: bool,
    /// Run tests and not benchmarks.
    #[arg(long, conflicts_with = "bench")]
    pub(crate) test: bool,
    /// Run benchmarks instead of tests: every test counts as ignored.
    #[arg(long)]
    pub(crate) bench: bool,
    /// Let what tests print through as it comes.
    #[arg(long = "no-capture", visible_alias = "nocapture")]
    pub(crate) no_capture: bool,
    /// Begin no test after one failed.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Show what passing tests printed too.
    #[arg(long)]
    pub(crate) show_output: bool,
    /// One character a test instead of one line; the same as --format=terse.
    #[arg(short, long, conflicts_with = "format")]
    pub(crate) quiet: bool,
    /// How results are written.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// When to colour the output.
    #[arg(long, value_enum)]
    pub(crate) color: Option<Color>,
    /// How many tests run at the same time.
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) test_threads: Option<NonZeroUsize>,
    /// Also write one line per test to this file.
    #[arg(long, value_name = "PATH")]
    pub(crate) logfile: Option<PathBuf>,
    /// Accepted for libtest's sake; everything here is stable.
    #[arg(short = 'Z', value_name = "FLAG", hide = true)]
    pub(crate) unstable: Vec<String>,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One line a test.
    Pretty,
    /// One character a test.
    Terse,
    /// One JSON object a line.
    Json,
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Arguments {
    /// Reads the process's arguments and libtest's environment variables.
    ///
    /// # Errors
    ///
    /// The text to show when `--help` was asked for, or when something does not parse.
    pub(crate) fn from_env() -> Result<Self, clap::Error> {
        Self::parse_with(env::args_os().skip(1), |name| env::var_os(name))
    }

    fn parse_with(
        arguments: impl Iterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, clap::Error> {
        let mut parsed = Self::try_parse_from(arguments)?;
        if parsed.test_threads.is_none()
            && let Some(value) = variable("RUST_TEST_THREADS")
        {
            let value = value.to_string_lossy();
            let number = threads(&value).map_err(|_| {
                let message = format!("RUST_TEST_THREADS is `{value}`, should be a positive integer.");
                clap::Error::raw(clap::error::ErrorKind::InvalidValue, message + "\n")
            })?;
            parsed.test_threads = Some(number);
        }
        parsed.no_capture |= variable("RUST_TEST_NOCAPTURE").is_some_and(|value| value != "0");
        Ok(parsed)
    }

    /// The name of the one test that is asked for, as nextest asks: `NAME --exact`.
    pub(crate) fn single(&self) -> Option<&str> {
        match self.filters.as_slice() {
            [name] if self.exact && self.skip.is_empty() => Some(name),
            _ => None,
        }
    }

    /// Whether the filters let this test through.
    pub(crate) fn selects(&self, name: &str, ignored: bool) -> bool {
        let matches =
            |pattern: &String| if self.exact { name == pattern } else { name.contains(pattern.as_str()) };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
            && (ignored || !self.ignored)
    }

    /// Whether a test that the filters let through is run.
    pub(crate) fn runs(&self, ignored: bool) -> bool {
        !self.bench && (!ignored || self.ignored || self.include_ignored)
    }
}

fn threads(value: &str) -> Result<NonZeroUsize, String> {
    match value.parse::<usize>().map(NonZeroUsize::new) {
        Ok(Some(number)) => Ok(number),
        Ok(None) => Err("it must not be 0".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::parse_with(line.split_whitespace().map(OsString::from), |_| None)
    }

    fn selected(line: &str, names: &[&'static str]) -> Vec<&'static str> {
        let arguments = parse(line).expect("arguments");
        names.iter().copied().filter(|name| arguments.selects(name, false)).collect()
    }

    #[test]
    fn the_command_is_well_formed() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn several_filters_select_what_matches_any() {
        assert_eq!(
            selected("cart price", &["cart::adds", "price::rounds", "pay"]),
            ["cart::adds", "price::rounds"]
        );
    }

    #[test]
    fn exact_takes_whole_names() {
        assert_eq!(selected("adds --exact", &["adds", "adds_two"]), ["adds"]);
    }

    #[test]
    fn skip_leaves_out_parts_of_names() {
        assert_eq!(selected("--skip slow", &["adds", "adds_slowly"]), ["adds"]);
    }

    #[test]
    fn skip_with_exact_leaves_out_whole_names() {
        assert_eq!(selected("--exact --skip adds", &["adds", "adds_two"]), ["adds_two"]);
    }

    #[test]
    fn ignored_selects_only_ignored_tests() {
        let arguments = parse("--ignored").expect("arguments");
        assert!(arguments.selects("later", true) && !arguments.selects("now", false));
    }

    #[test]
    fn both_spellings_of_no_capture_are_known() {
        assert!(parse("--nocapture").expect("arguments").no_capture);
        assert!(parse("--no-capture").expect("arguments").no_capture);
    }

    #[test]
    fn zero_threads_are_refused() {
        assert!(parse("--test-threads 0").expect_err("an error").to_string().contains("must not be 0"));
    }

    #[test]
    fn the_environment_sets_the_threads() {
        let arguments =
            Arguments::parse_with([].into_iter(), |name| (name == "RUST_TEST_THREADS").then(|| "3".into()));
        assert_eq!(arguments.expect("arguments").test_threads, NonZeroUsize::new(3));
    }

    #[test]
    fn a_bad_thread_count_in_the_environment_is_named() {
        let error =
            Arguments::parse_with([].into_iter(), |name| (name == "RUST_TEST_THREADS").then(|| "0".into()));
        assert!(error.expect_err("an error").to_string().contains("RUST_TEST_THREADS is `0`"));
    }
}
