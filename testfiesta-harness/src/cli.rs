//! What people pass after `cargo test --`: libtest's flags, on our side of libtest-mimic.
//!
//! libtest-mimic knows one filter, refuses `--no-capture`, hangs on `--test-threads 0`, does not read
//! `RUST_TEST_THREADS` and leaves with 2 on a bad flag. Here it is as libtest does.

use std::{env, ffi::OsString, num::NonZeroUsize, path::PathBuf, str::FromStr};

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
    /// Show how long each test took.
    #[arg(long)]
    pub(crate) report_time: bool,
    /// Run tests in random order.
    #[arg(long)]
    pub(crate) shuffle: bool,
    /// Run tests in the random order that this number stands for.
    #[arg(long, value_name = "SEED")]
    pub(crate) shuffle_seed: Option<u64>,
    /// One character a test instead of one line; the same as --format=terse, and weaker than any --format.
    #[arg(short, long)]
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
        let arguments: Vec<OsString> = arguments.collect();
        let mut parsed = match Self::of_one_test(&arguments) {
            Some(parsed) => parsed,
            None => Self::try_parse_from(arguments)?,
        };
        // As in libtest, the format goes before.
        parsed.quiet &= parsed.format.is_none();
        let is_on = |name| variable(name).is_some_and(|value| value != "0");
        // A list runs nothing: what it would run with may be anything.
        if parsed.test_threads.is_none() && !parsed.list {
            parsed.test_threads = number("RUST_TEST_THREADS", "a positive integer", &variable)?;
        }
        if parsed.shuffle_seed.is_none() {
            parsed.shuffle_seed = number("RUST_TEST_SHUFFLE_SEED", "a number", &variable)?;
        }
        if parsed.shuffle_seed.is_none() && (parsed.shuffle || is_on("RUST_TEST_SHUFFLE")) {
            parsed.shuffle_seed = Some(fastrand::u64(..));
        }
        parsed.no_capture |= is_on("RUST_TEST_NOCAPTURE");
        Ok(parsed)
    }

    /// nextest's `NAME --exact --nocapture`. A process a test pays for this in every test: clap would take a sixth of
    /// what such a process does in a debug build.
    fn of_one_test(arguments: &[OsString]) -> Option<Self> {
        let [name, exact, capture @ ..] = arguments else { return None };
        let name = name.to_str().filter(|name| !name.starts_with('-') && exact == "--exact")?;
        let no_capture = match capture {
            [] => false,
            [flag] if flag == "--nocapture" || flag == "--no-capture" => true,
            _ => return None,
        };
        Some(Self { filters: vec![name.to_owned()], exact: true, no_capture, ..Self::default() })
    }

    /// How results are written.
    pub(crate) fn format(&self) -> Format {
        self.format.unwrap_or(if self.quiet { Format::Terse } else { Format::Pretty })
    }

    /// The name of the one test that is asked for, as nextest asks: `NAME --exact`.
    pub(crate) fn single(&self) -> Option<&str> {
        match self.filters.as_slice() {
            [name] if self.exact && self.skip.is_empty() => Some(name),
            _ => None,
        }
    }

    /// Whether what passing tests print is part of the results.
    pub(crate) fn shows_output(&self) -> bool {
        self.show_output || self.format() == Format::Json
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

/// The number that an environment variable is set to.
fn number<N: FromStr>(
    name: &str,
    wanted: &str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<N>, clap::Error> {
    let Some(value) = variable(name) else { return Ok(None) };
    let value = value.to_string_lossy();
    value.parse().map(Some).map_err(|_| {
        let message = format!("{name} is `{value}`, should be {wanted}.\n");
        clap::Error::raw(clap::error::ErrorKind::InvalidValue, message)
    })
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

    #[test]
    fn one_exact_test_is_read_as_clap_reads_it() {
        for line in ["a::b --exact", "a::b --exact --nocapture", "a::b --exact --no-capture"] {
            let ours = parse(line).expect("arguments");
            let claps = Arguments::try_parse_from(line.split_whitespace()).expect("arguments");
            assert_eq!(format!("{ours:?}"), format!("{claps:?}"));
        }
    }

    #[test]
    fn a_flag_in_the_place_of_a_name_is_a_flag() {
        assert!(parse("--list --exact").expect("arguments").list);
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
    fn quiet_is_terse_unless_a_format_is_given() {
        let read = ["-q", "-q --format pretty", "--format json --quiet"].map(|line| {
            let arguments = parse(line).expect("arguments");
            (arguments.format(), arguments.quiet)
        });
        assert_eq!(read, [(Format::Terse, true), (Format::Pretty, false), (Format::Json, false)]);
    }

    #[test]
    fn zero_threads_are_refused() {
        assert!(parse("--test-threads 0").expect_err("an error").to_string().contains("must not be 0"));
    }

    fn with_variable(line: &str, name: &str, value: &str) -> Result<Arguments, clap::Error> {
        let arguments = line.split_whitespace().map(OsString::from);
        Arguments::parse_with(arguments, |asked| (asked == name).then(|| value.into()))
    }

    #[test]
    fn the_environment_sets_the_threads() {
        let arguments = with_variable("", "RUST_TEST_THREADS", "3").expect("arguments");
        assert_eq!(arguments.test_threads, NonZeroUsize::new(3));
    }

    #[test]
    fn a_bad_thread_count_in_the_environment_is_named() {
        let error = with_variable("", "RUST_TEST_THREADS", "0").expect_err("an error").to_string();
        assert!(error.contains("RUST_TEST_THREADS is `0`"), "{error}");
    }

    #[test]
    fn a_bad_thread_count_in_the_environment_does_not_concern_a_list() {
        assert!(with_variable("--list", "RUST_TEST_THREADS", "0").expect("arguments").list);
    }

    #[test]
    fn tests_are_in_order_unless_asked_otherwise() {
        assert_eq!(parse("").expect("arguments").shuffle_seed, None);
        let switched_off = with_variable("", "RUST_TEST_SHUFFLE", "0").expect("arguments");
        assert_eq!(switched_off.shuffle_seed, None);
    }

    #[test]
    fn a_shuffle_without_a_seed_is_given_one() {
        assert!(parse("--shuffle").expect("arguments").shuffle_seed.is_some());
        let by_variable = with_variable("", "RUST_TEST_SHUFFLE", "1").expect("arguments");
        assert!(by_variable.shuffle_seed.is_some());
    }

    #[test]
    fn a_seed_alone_shuffles() {
        assert_eq!(parse("--shuffle-seed 7").expect("arguments").shuffle_seed, Some(7));
        let by_variable = with_variable("", "RUST_TEST_SHUFFLE_SEED", "7").expect("arguments");
        assert_eq!(by_variable.shuffle_seed, Some(7));
    }

    #[test]
    fn the_flag_goes_before_the_seed_in_the_environment() {
        let arguments = with_variable("--shuffle-seed 7", "RUST_TEST_SHUFFLE_SEED", "8").expect("arguments");
        assert_eq!(arguments.shuffle_seed, Some(7));
    }

    #[test]
    fn a_bad_seed_in_the_environment_is_named() {
        let error = with_variable("", "RUST_TEST_SHUFFLE_SEED", "x").expect_err("an error").to_string();
        assert!(error.contains("RUST_TEST_SHUFFLE_SEED is `x`"), "{error}");
    }
}
