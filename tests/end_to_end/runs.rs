//! The run: when it is made, how many there are, what it is called, and how it ends.

use std::path::Path;

use testfiesta_client::testfiesta::{CreateRun, Uid};

use crate::{
    fixtures::{FIRST, SECOND, shop, shop_binary},
    support::{Program, Service, block_on, subcommand},
};

const PASSED: i64 = 13;
const FAILED: i64 = 14;
const STATUSES: &str = "passed=13,failed=14";

struct Place {
    service: Service,
    data: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { service: Service::start(), data: tempfile::tempdir().expect("a directory") }
    }

    /// A test binary of the shop that reports here.
    fn binary(&self, target: &str) -> Program {
        shop_binary(target, &self.service, self.data.path())
    }

    /// cargo in the shop, reporting here.
    fn cargo(&self, arguments: &[&str]) -> Program {
        shop().cargo(arguments).envs(self.service.settings()).env("TESTFIESTA_DIR", self.data.path())
    }

    fn run_status(&self) -> Option<i64> {
        self.service.the_run().custom_fields.status.map(Uid::get)
    }
}

#[test]
fn the_run_is_there_before_the_first_test_begins() {
    let place = Place::new();
    place.binary("first").run().with_code(0);
    let created = place.service.the_run().created_at.expect("a time");
    let executions = place.service.executions();
    assert_eq!(executions.len(), FIRST);
    for execution in executions {
        let started = execution.custom_fields["startedAt"].as_str().expect("a time").to_owned();
        assert!(created <= started, "{created}, {started}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn two_targets_of_one_cargo_test_report_to_one_run() {
    let place = Place::new();
    place.cargo(&["test", "--test", "first", "--test", "second"]).run().with_code(0);
    let run = place.service.the_run();
    assert_eq!(place.service.execution_count(run.uid), FIRST + SECOND);
}

#[test]
#[cfg(target_os = "linux")]
fn a_runner_between_cargo_and_its_targets_is_no_invocation_of_its_own() {
    let place = Place::new();
    let triple = format!(
        "{}_UNKNOWN_LINUX_{}",
        std::env::consts::ARCH,
        if cfg!(target_env = "musl") { "MUSL" } else { "GNU" }
    );
    let runner = format!("CARGO_TARGET_{}_RUNNER", triple.to_uppercase());
    let cargo = place.cargo(&["test", "--test", "first", "--test", "second"]);
    cargo.env(&runner, "nice timeout 600").run().with_code(0);
    assert_eq!(place.service.execution_count(place.service.the_run().uid), FIRST + SECOND);
}

#[test]
fn two_invocations_of_cargo_test_make_two_runs() {
    let place = Place::new();
    for _ in 0..2 {
        place.cargo(&["test", "--test", "first"]).run().with_code(0);
    }
    assert_eq!(place.service.runs().len(), 2);
}

#[test]
fn a_second_run_finds_the_cases_and_folders_of_the_first() {
    let place = Place::new();
    place.binary("uids").run().with_code(101);
    let first = [place.service.cases().len(), place.service.folders().len()];
    place.binary("uids").run().with_code(101);
    assert_eq!([place.service.cases().len(), place.service.folders().len()], first);
}

#[test]
fn processes_with_one_key_report_to_one_run() {
    let place = Place::new();
    for target in ["first", "second"] {
        place.binary(target).env("TESTFIESTA_RUN_KEY", "nightly 7").run().with_code(0);
    }
    assert_eq!(place.service.execution_count(place.service.the_run().uid), FIRST + SECOND);
}

#[test]
fn machines_with_one_key_report_to_one_run() {
    let place = Place::new();
    // What machines do not share is the directory in which processes find each other.
    for target in ["first", "second"] {
        let data = tempfile::tempdir().expect("a directory");
        let machine = shop_binary(target, &place.service, data.path());
        machine.env("TESTFIESTA_RUN_KEY", "nightly 7").run().with_code(0);
    }
    assert_eq!(place.service.execution_count(place.service.the_run().uid), FIRST + SECOND);
}

#[test]
fn an_existing_run_is_joined() {
    let place = Place::new();
    let new = CreateRun { name: "made by hand".into(), ..CreateRun::default() };
    let run = block_on(place.service.client.create_run(&new)).expect("a run");
    for target in ["first", "second"] {
        place.binary(target).env("TESTFIESTA_RUN_ID", run.uid.to_string()).run().with_code(0);
    }
    assert_eq!(place.service.the_run().name, "made by hand");
    assert_eq!(place.service.execution_count(run.uid), FIRST + SECOND);
}

#[test]
fn a_run_that_does_not_exist_cannot_be_joined() {
    let place = Place::new();
    let output = place.binary("first").env("TESTFIESTA_RUN_ID", "4711").run().with_code(0);
    output.says(&["3 queued, because", "4711"]);
    assert_eq!(place.service.runs().len(), 0);
}

#[test]
fn a_run_id_that_is_no_number_is_named() {
    let place = Place::new();
    let output = place.binary("first").env("TESTFIESTA_RUN_ID", "latest").run().with_code(0);
    output.says(&["3 queued, because", "TESTFIESTA_RUN_ID is `latest`"]);
}

macro_rules! no_run {
    ($($name:ident: $target:literal, $arguments:expr, $code:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let place = Place::new();
                let arguments: &[&str] = &$arguments;
                place.binary($target).args(arguments).run().with_code($code);
                assert_eq!(place.service.told().len(), 0, "{:?}", place.service.told());
            }
        )*
    };
}

no_run! {
    listing_makes_no_run: "first", ["--list"], 0;
    terse_listing_makes_no_run: "first", ["--list", "--format", "terse"], 0;
    help_makes_no_run: "first", ["--help"], 0;
    a_bad_argument_makes_no_run: "first", ["--test-threads=0"], 101;
    a_filter_that_matches_nothing_makes_no_run: "first", ["nothing"], 0;
    an_exact_name_that_nothing_has_makes_no_run: "first", ["--exact", "pass"], 0;
    no_ignored_tests_make_no_run: "first", ["--ignored"], 0;
    two_tests_of_one_name_make_no_run: "twice", [], 101;
}

#[test]
fn nothing_is_read_from_the_service_either_when_nothing_is_selected() {
    let place = Place::new();
    place.service.fail("500,method=GET");
    let output = place.binary("first").args(["nothing"]).run().with_code(0);
    assert_eq!(output.stderr, "");
}

/// A directory that is a checkout with one commit, on the branch `trunk`.
fn checkout() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        let git = Program::new("git").args(who).args(arguments).current_dir(directory.path());
        git.run().with_code(0).stdout.trim().to_owned()
    };
    git(&["init", "--quiet", "--initial-branch=trunk"]);
    git(&["commit", "--quiet", "--allow-empty", "--message=First"]);
    directory
}

fn head(checkout: &Path) -> String {
    let git = Program::new("git").args(["rev-parse", "HEAD"]).current_dir(checkout);
    git.run().with_code(0).stdout.trim().to_owned()
}

#[test]
fn the_run_is_named_after_package_target_branch_and_commit() {
    let (place, checkout) = (Place::new(), checkout());
    place.binary("first").env("CARGO_MANIFEST_DIR", checkout.path()).run().with_code(0);
    let name = place.service.the_run().name;
    let expected = format!("end-to-end-shop first · trunk {} · ", &head(checkout.path())[..8]);
    assert!(name.starts_with(&expected), "{name}");
}

#[test]
fn the_run_is_described_with_package_commit_and_toolchain() {
    let (place, checkout) = (Place::new(), checkout());
    place.binary("first").env("CARGO_MANIFEST_DIR", checkout.path()).run().with_code(0);
    let description = place.service.the_run().description.expect("a description");
    let commit = format!("commit: {}", head(checkout.path()));
    for fact in ["package: end-to-end-shop 0.1.0", "branch: trunk", &commit, "toolchain: rustc 1."] {
        assert!(description.contains(fact), "no {fact} in {description}");
    }
}

fn github(program: Program) -> Program {
    [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_RUN_ID", "42"),
        ("GITHUB_WORKFLOW", "nightly"),
        ("GITHUB_HEAD_REF", "feature/cart"),
        ("GITHUB_REF_NAME", "7/merge"),
        ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
    ]
    .into_iter()
    .fold(program, |program, (name, value)| program.env(name, value))
}

#[test]
fn the_run_links_to_the_job_of_github() {
    let place = Place::new();
    github(place.binary("first")).run().with_code(0);
    let link = place.service.the_run().link.expect("a link");
    assert!(link.starts_with("https://github.com/acme/shop/actions/runs/42"), "{link}");
}

#[test]
fn the_branch_of_a_pull_request_on_github_is_its_own() {
    let (place, elsewhere) = (Place::new(), tempfile::tempdir().expect("a directory"));
    github(place.binary("first")).env("CARGO_MANIFEST_DIR", elsewhere.path()).run().with_code(0);
    let name = place.service.the_run().name;
    assert!(name.contains("feature/cart 01234567"), "{name}");
}

#[test]
fn settings_name_link_and_describe_the_run() {
    let place = Place::new();
    let program = github(place.binary("first")).env("TESTFIESTA_RUN_NAME", "nightly");
    let program = program.env("TESTFIESTA_RUN_LINK", "https://ci.example/1");
    program.env("TESTFIESTA_RUN_DESCRIPTION", "of the night").run().with_code(0);
    let run = place.service.the_run();
    let told = (run.name.as_str(), run.link.as_deref(), run.description.as_deref());
    assert_eq!(told, ("nightly", Some("https://ci.example/1"), Some("of the night")));
}

#[test]
fn a_source_labels_everything_that_is_created() {
    let place = Place::new();
    place.binary("first").env("TESTFIESTA_SOURCE", "nightly-rust").run().with_code(0);
    let runs = place.service.runs().into_iter().map(|run| run.source);
    let cases = place.service.cases().into_iter().map(|case| case.source);
    let executions = place.service.executions().into_iter().map(|execution| execution.source);
    let sources: Vec<_> = runs.chain(cases).chain(executions).collect();
    assert_eq!(sources, vec![Some("nightly-rust".to_owned()); 1 + FIRST + FIRST]);
}

#[test]
fn a_run_of_passed_tests_ends_as_passed() {
    let place = Place::new();
    place.binary("first").env("TESTFIESTA_RUN_STATUSES", STATUSES).run().with_code(0);
    assert_eq!(place.run_status(), Some(PASSED));
}

#[test]
fn a_run_with_a_failed_test_ends_as_failed() {
    let place = Place::new();
    let program = place.binary("first").env("TESTFIESTA_RUN_STATUSES", STATUSES);
    program.env("END_TO_END_BREAK", "1").run().with_code(101);
    assert_eq!(place.run_status(), Some(FAILED));
}

#[test]
fn who_could_not_close_a_run_says_how_to() {
    let place = Place::new();
    place.service.fail("500,method=PATCH");
    let program = place.binary("first").env("TESTFIESTA_RUN_STATUSES", STATUSES);
    let output = program.env("END_TO_END_BREAK", "1").run().with_code(101);
    let (_, way) = output.stderr.split_once("close it with `TESTFIESTA_RUN_KEY=").expect("a way");
    let (key, _) = way.split_once(" cargo testfiesta run close`").expect("a command");
    place.service.heal();
    let close = subcommand(&["run", "close"]).current_dir(shop().directory());
    let close = close.envs(place.service.settings()).env("TESTFIESTA_DIR", place.data.path());
    let close = close.env("TESTFIESTA_RUN_STATUSES", STATUSES).env("TESTFIESTA_RUN_KEY", key);
    close.run().with_code(0);
    assert_eq!(place.run_status(), Some(FAILED));
}

#[test]
#[cfg(target_os = "linux")]
fn a_failure_of_the_first_target_is_the_run_s() {
    let place = Place::new();
    let cargo = place.cargo(&["test", "--no-fail-fast", "--test", "first", "--test", "second"]);
    cargo.env("TESTFIESTA_RUN_STATUSES", STATUSES).env("END_TO_END_BREAK", "1").run().with_code(101);
    assert_eq!(place.run_status(), Some(FAILED));
}

#[test]
fn without_numbers_for_statuses_the_run_is_left_as_it_is() {
    let place = Place::new();
    place.binary("first").run().with_code(0);
    assert!(place.service.told().iter().all(|told| told.method != "PATCH"));
}

#[test]
fn a_run_is_not_closed_when_that_is_not_wanted() {
    let place = Place::new();
    let program = place.binary("first").env("TESTFIESTA_RUN_STATUSES", STATUSES);
    program.env("TESTFIESTA_RUN_CLOSE", "never").run().with_code(0);
    assert!(place.service.told().iter().all(|told| told.method != "PATCH"));
}

#[test]
fn a_process_of_its_own_archives_its_run_on_demand() {
    let place = Place::new();
    place.binary("first").env("TESTFIESTA_RUN_CLOSE", "archive").run().with_code(0);
    assert!(place.service.the_run().archived_at.is_some());
}

#[test]
fn a_run_is_archived_though_the_answer_was_lost() {
    let place = Place::new();
    place.service.fail("reset=after,method=PATCH,times=1");
    let output = place.binary("first").env("TESTFIESTA_RUN_CLOSE", "archive").run().with_code(0);
    assert!(!output.stderr.contains("could not be closed"), "{}", output.stderr);
    assert!(place.service.the_run().archived_at.is_some());
}

#[test]
fn a_run_that_others_may_join_is_not_archived_by_one_of_them() {
    let place = Place::new();
    let program = place.binary("first").env("TESTFIESTA_RUN_KEY", "shared");
    program.env("TESTFIESTA_RUN_CLOSE", "archive").run().with_code(0);
    assert_eq!(place.service.the_run().archived_at, None);
}
