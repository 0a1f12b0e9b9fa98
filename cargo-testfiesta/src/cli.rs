//! The command line.

use std::{ffi::OsString, fmt, path::PathBuf, time::SystemTime};

use clap::{Args, Parser, Subcommand, ValueEnum};
use testfiesta_server::{
    faults::{Fault, GRAMMAR},
    keys::Permission,
};

use crate::commands::report::FIELDS;

/// What this process was called with. clap would take a `--` that comes first for its own, as in
/// `cargo testfiesta test -- cart`, where it is cargo's.
pub(crate) fn called_with(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.collect();
    let [_, _, command, rest @ ..] = &*arguments else { return arguments };
    let ours = if command == "check" { denials(rest) } else { 0 };
    if ["test", "nextest", "list", "check"].iter().any(|it| command == it)
        && rest.get(ours).is_some_and(|escape| escape == "--")
    {
        arguments.insert(3 + ours, "--".into());
    }
    arguments
}

/// How many of the first of these are `--deny` and what is denied.
fn denials(arguments: &[OsString]) -> usize {
    match arguments {
        [deny, _, rest @ ..] if deny == "--deny" => 2 + denials(rest),
        [deny, rest @ ..] if deny.to_string_lossy().starts_with("--deny=") => 1 + denials(rest),
        _ => 0,
    }
}

/// Called by cargo as `cargo-testfiesta testfiesta …`.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo")]
pub(crate) enum Cargo {
    /// Reports the outcomes of annotated tests to a test-management service.
    Testfiesta(Arguments),
}

#[derive(Debug, Args)]
#[command(version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin: a testfiesta.toml, the dependency, and a first annotated test in a target of its own.
    Init(InitArguments),
    /// Run `cargo test` as one run; with no service configured, into a local TestFiesta.
    Test(TestArguments),
    /// Run `cargo nextest run` as one run; with no service configured, into a local TestFiesta.
    Nextest(TestArguments),
    /// Serve the local TestFiesta, its API and its pages, until Ctrl-C.
    Serve(ServeArguments),
    /// Show the local TestFiesta in the browser; serve it until Ctrl-C, unless it is served already.
    Open(OpenArguments),
    /// Manage API keys of the local TestFiesta.
    #[command(subcommand)]
    Key(KeyCommand),
    /// List every annotated test with its ids and place, and the ones that no test binary holds.
    List(ListArguments),
    /// Compare the ids of the annotated tests with the cases in the service, without running a test.
    Check(CheckArguments),
    /// Say why outcomes do not arrive: settings and where they come from, tools, test targets, service, journals.
    Doctor,
    /// Store an API key for this service in a file that only you can read.
    Login(LoginArguments),
    /// Forget the API key that is stored for this service.
    Logout(LogoutArguments),
    /// Deliver the outcomes that no service has confirmed.
    Resend(ResendArguments),
    /// Write a report of a run, as its journals on this machine hold it: HTML, JUnit XML, Markdown or JSON.
    Report(ReportArguments),
    /// Create or close a run that several jobs share.
    #[command(subcommand)]
    Run(RunCommand),
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// The package that gets the test. Default: the one that the current directory is in.
    #[arg(long, short, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The service to report to.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) provider: Provider,
    /// Your organization's or your own name in TestFiesta's addresses.
    #[arg(long, value_parser = setting)]
    pub(crate) handle: Option<String>,
    /// The project's key, such as SHOP; at Testsigma its UUID, prefix or name.
    #[arg(long, value_parser = setting, value_name = "KEY")]
    pub(crate) project: Option<String>,
    /// Depend on this checkout of testfiesta in place of its release.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// Arguments for the test runner, as in `--workspace -- cart --test-threads=1`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(after_long_help = GRAMMAR)]
pub(crate) struct ServeArguments {
    /// Where to listen, as in localhost:7357; port 0 is any free one. Default: 127.0.0.1:7357 where it is free, else any port.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Fail on purpose, as in 503,share=30%; may be repeated. `--help` lists the faults.
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<Fault>,
    /// A JSON file of what Testsigma's API begins with: projects with their cases, lookups, and users.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// How many calls a second Testsigma's API answers. The service's limit is 10; default: none.
    #[arg(long, value_name = "CALLS")]
    pub(crate) testsigma_limit: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct OpenArguments {
    /// The number of the run to show, as it stands in links to it. Default: the newest.
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<i64>,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Where to listen, if it is not served yet; as of `serve`.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
}

/// Where the local TestFiesta keeps what it knows.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// The data directory. Default: TESTFIESTA_DIR, `dir` of testfiesta.toml, or testfiesta in cargo's build directory, which
    /// is its target directory unless set.
    #[arg(long = "data", value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, this once.
    Create(CreateKey),
    /// List the keys; the keys themselves are not kept.
    List(#[command(flatten)] Data),
    /// Revoke a key, with immediate effect.
    Revoke(RevokeKey),
}

#[derive(Debug, Args)]
pub(crate) struct CreateKey {
    #[command(flatten)]
    pub(crate) data: Data,
    /// What the key is for.
    #[arg(long)]
    pub(crate) name: String,
    /// When it ends: a duration such as 7d, a date such as 2027-01-31, or never.
    #[arg(long, value_parser = expiry, default_value = "7d", value_name = "WHEN")]
    pub(crate) expires: Expiry,
    /// What it allows; may be repeated. Default: all that reporting needs.
    #[arg(long = "permission", value_name = "PERMISSION")]
    pub(crate) permissions: Vec<Permission>,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeKey {
    #[command(flatten)]
    pub(crate) data: Data,
    /// The key's name, or its id as `list` shows it.
    #[arg(value_name = "NAME|ID")]
    pub(crate) key: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Arguments for `cargo test --no-run`, as in `--workspace`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Fail for what is else only told, too; may be repeated, or take several with a comma between. Comes before ARGS.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(crate) deny: Vec<Deny>,
    /// What to hand on to `cargo test --no-run`, as in `--workspace`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(crate) arguments: Vec<OsString>,
}

/// What `check` tells, and does not fail for by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// An id under which the next report creates a case.
    New,
    /// An id that several tests name.
    Duplicate,
    /// A case that no test names.
    Uncovered,
    /// A test that names no case.
    WithoutId,
}

/// What is given here is refused, with the way to do it right.
#[derive(Args)]
pub(crate) struct LoginArguments {
    /// Whose API key it is.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) provider: Provider,
    #[arg(long, hide = true)]
    pub(crate) token: Option<OsString>,
    #[arg(hide = true)]
    pub(crate) words: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct LogoutArguments {
    /// Whose API key it is.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) provider: Provider,
}

/// A service that takes outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// TestFiesta.
    #[default]
    Testfiesta,
    /// Test Management by Testsigma.
    Testsigma,
}

impl Provider {
    /// The command that stores its API key.
    pub(crate) fn login(self) -> &'static str {
        match self {
            Self::Testfiesta => "login",
            Self::Testsigma => "login --provider testsigma",
        }
    }
}

impl fmt::Debug for LoginArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginArguments").finish_non_exhaustive()
    }
}

#[derive(Debug, Args)]
pub(crate) struct ResendArguments {
    /// Say what would be delivered, and deliver nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = FIELDS)]
pub(crate) struct ReportArguments {
    /// The run's key, or its number in a service where no other run here has it. Default: the newest run. Where there is no
    /// such run, those that there are are listed.
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// What to write. Default: as the extension of `--output` says (.html, .xml, .md or .json), else markdown.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// The file to write; it is there whole, or left as it was. Default, and what `-` means: stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A page in one file, for people.
    Html,
    /// JUnit XML, for CI services.
    #[value(alias = "xml")]
    Junit,
    /// For people, as `$GITHUB_STEP_SUMMARY` takes it.
    #[value(alias = "md")]
    Markdown,
    /// For programs; `--help` lists the fields.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// Create a run, and print its key, number and page as JSON.
    Create(CreateRun),
    /// End the run that TESTFIESTA_RUN_ID or TESTFIESTA_RUN_KEY names, as `run-close` says.
    Close(CloseRun),
}

#[derive(Debug, Args)]
pub(crate) struct CreateRun {
    /// Print what lets a job join the run as NAME=value instead, as `>> "$GITHUB_ENV"` takes it.
    #[arg(long)]
    pub(crate) env: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CloseRun {
    /// Close the run as failed. Failures that this machine's journals know count by themselves.
    #[arg(long)]
    pub(crate) failed: bool,
}

/// When a key expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry(pub(crate) Option<SystemTime>);

/// What may stand in testfiesta.toml, on one line.
fn setting(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_control) {
        return Err("expected a text on one line".to_owned());
    }
    Ok(text.to_owned())
}

fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry(None));
    }
    let as_date = humantime::parse_rfc3339_weak(&format!("{text} 00:00:00"))
        .or_else(|_| humantime::parse_rfc3339_weak(text));
    let as_duration = humantime::parse_duration(text).ok();
    // A duration may be longer than the clock has room for.
    let as_duration = as_duration.and_then(|duration| SystemTime::now().checked_add(duration));
    let Some(at) = as_duration.or(as_date.ok()) else {
        return Err("expected a duration such as `7d`, a date such as `2027-01-31`, or `never`".to_owned());
    };
    if at <= SystemTime::now() {
        return Err("that is in the past".to_owned());
    }
    Ok(Expiry(Some(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed_on(line: &str) -> Vec<String> {
        let arguments = called_with(line.split(' ').map(OsString::from));
        let Cargo::Testfiesta(arguments) = Cargo::try_parse_from(arguments).expect("arguments");
        let (Command::Test(TestArguments { arguments })
        | Command::Nextest(TestArguments { arguments })
        | Command::List(ListArguments { arguments })
        | Command::Check(CheckArguments { arguments, .. })) = arguments.command
        else {
            panic!("a command that hands arguments on")
        };
        arguments.into_iter().map(|it| it.into_string().expect("text")).collect()
    }

    #[test]
    fn what_stands_behind_the_command_is_handed_on_as_it_is() {
        for command in ["test", "nextest", "list", "check", "check --deny=new,uncovered --deny duplicate"] {
            for arguments in ["-- --test-threads=1", "-p cart -- one -- two", "-- --", "--workspace"] {
                let line = format!("cargo-testfiesta testfiesta {command} {arguments}");
                assert_eq!(handed_on(&line).join(" "), arguments, "{command}");
            }
        }
    }

    #[test]
    fn a_key_may_never_expire() {
        assert_eq!(expiry("never"), Ok(Expiry(None)));
    }

    #[test]
    fn a_key_may_expire_after_days() {
        let in_six_days = SystemTime::now() + std::time::Duration::from_secs(6 * 86_400);
        assert!(expiry("7d").expect("an expiry").0.expect("a time") > in_six_days);
    }

    #[test]
    fn a_duration_that_no_clock_can_hold_is_refused() {
        assert!(expiry("200000000000000d").is_err());
    }

    #[test]
    fn a_key_may_expire_on_a_date() {
        let expected = humantime::parse_rfc3339("2999-01-31T00:00:00Z").expect("a time");
        assert_eq!(expiry("2999-01-31"), Ok(Expiry(Some(expected))));
    }

    #[test]
    fn a_date_in_the_past_is_refused() {
        assert!(expiry("2020-01-01").expect_err("an error").contains("past"));
    }

    #[test]
    fn another_text_is_answered_with_the_forms() {
        assert!(expiry("soon").expect_err("an error").contains("`7d`"));
    }
}
