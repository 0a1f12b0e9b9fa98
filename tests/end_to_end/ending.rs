//! The end of a run in the service, where its outcomes alone do not tell how it ended.

use std::sync::OnceLock;

use testfiesta_client::testfiesta::Uid;

use crate::{
    fixtures,
    support::{Built, Crate, Program, Service, subcommand},
};

const FAILED: i64 = 14;

struct Place {
    service: Service,
    data: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { service: Service::start(), data: tempfile::tempdir().expect("a directory") }
    }

    /// A program that reports here, and asks for its run to be ended with a status, and for good.
    fn ending(&self, program: Program) -> Program {
        let program = program.envs(self.service.settings()).env("TESTFIESTA_DIR", self.data.path());
        program.env("TESTFIESTA_RUN_STATUSES", "passed=13,failed=14").env("TESTFIESTA_RUN_CLOSE", "archive")
    }

    /// `cargo testfiesta …` in a crate.
    fn subcommand(&self, built: &Built, arguments: &[&str]) -> Program {
        self.ending(subcommand(arguments).current_dir(built.directory()))
    }

    /// The final status of the one run, and whether it is archived.
    fn ended(&self) -> (Option<i64>, bool) {
        let run = self.service.the_run();
        (run.custom_fields.status.map(Uid::get), run.archived_at.is_some())
    }
}

/// A target that passes, and one under libtest that fails.
fn mixed() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let passes = "#[testfiesta::case]\nfn passes() {}\n\ntestfiesta::main!();\n";
        Crate::new("end-to-end-mixed")
            .test("passes", passes)
            .test_under_libtest("plain", "#[test]\nfn fails() { panic!(\"on purpose\"); }\n")
            .build()
    })
}

#[test]
#[cfg(unix)]
fn a_worker_that_ends_badly_after_its_last_test_fails_the_run() {
    let place = Place::new();
    place.ending(fixtures::isolated().binary("unruly")).args(["is_found_out_at_exit"]).run().with_code(101);
    assert_eq!(place.ended(), (Some(FAILED), true));
}

#[test]
#[cfg(unix)]
fn a_worker_that_ends_badly_fails_the_run_that_is_delivered_later() {
    let place = Place::new();
    place.service.fail("503,method=POST,path=*/data");
    let program = place.ending(fixtures::isolated().binary("unruly")).env("TESTFIESTA_DEADLINE", "2s");
    program.args(["is_found_out_at_exit"]).run().with_code(101);
    place.service.heal();
    place.subcommand(fixtures::isolated(), &["resend"]).run().with_code(0);
    assert_eq!(place.ended(), (Some(FAILED), true));
}

#[test]
fn a_target_under_libtest_that_fails_fails_the_run() {
    let place = Place::new();
    let arguments = ["test", "--no-fail-fast", "--test", "passes", "--test", "plain"];
    place.subcommand(mixed(), &arguments).run().with_code(101).says(&["1 executed = 1 confirmed"]);
    assert_eq!(place.ended(), (Some(FAILED), true));
}

#[test]
fn a_target_under_libtest_that_fails_fails_the_run_that_is_delivered_later() {
    let place = Place::new();
    place.service.fail("503,method=POST,path=*/data");
    let arguments = ["test", "--no-fail-fast", "--test", "passes", "--test", "plain"];
    let program = place.subcommand(mixed(), &arguments).env("TESTFIESTA_DEADLINE", "2s");
    program.run().with_code(101).says(&["0 confirmed + 1 queued"]);
    place.service.heal();
    place.subcommand(mixed(), &["resend"]).run().with_code(0);
    assert_eq!(place.ended(), (Some(FAILED), true));
}

/// The run of these targets, the last of which outlives the cargo that started it, and meets this fault.
#[cfg(target_os = "linux")]
fn outlived(targets: &[&str], fault: Option<&str>) -> Place {
    let (place, signs) = (Place::new(), tempfile::tempdir().expect("a directory"));
    let cargo =
        place.ending(fixtures::shop().cargo(&["test"]).args(targets)).env("END_TO_END_SIGNS", signs.path());
    let cargo = cargo.env("TESTFIESTA_DEADLINE", if fault.is_some() { "2s" } else { "10s" });
    let output = cargo.run_while(|cargo| {
        crate::support::eventually("the second test runs", || signs.path().join("waiting").exists());
        crate::support::block_on(cargo.kill()).expect("killed");
        fault.into_iter().for_each(|fault| place.service.fail(fault));
        std::fs::write(signs.path().join("go"), "").expect("written");
    });
    output.says(&[if fault.is_some() { "4 queued" } else { "4 executed = 4 confirmed" }]);
    place.service.heal();
    place.subcommand(fixtures::shop(), &["resend"]).run().with_code(0);
    place
}

#[test]
#[cfg(target_os = "linux")]
fn a_target_that_outlives_its_cargo_does_not_end_the_run() {
    const NEW: i64 = 11;
    assert_eq!(outlived(&["--test", "waiting"], None).ended(), (Some(NEW), false));
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_was_passed_before_it_was_interrupted_is_not_any_more() {
    let targets = ["--test", "second", "--test", "waiting"];
    assert_eq!(outlived(&targets, None).ended(), (Some(FAILED), false));
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_was_passed_before_it_was_interrupted_is_not_once_the_rest_is_delivered() {
    let targets = ["--test", "second", "--test", "waiting"];
    assert_eq!(outlived(&targets, Some("503,method=POST,path=*/data")).ended(), (Some(FAILED), false));
}

#[test]
fn a_run_stays_open_for_others_only_where_it_takes_results() {
    let place = Place::new();
    let shard = |target| fixtures::shop_binary(target, &place.service, place.data.path());
    shard("first").env("TESTFIESTA_RUN_KEY", "shards").run().with_code(0);
    let open = "the run stays open for others; `cargo testfiesta run close` ends it";
    let second = || {
        let program = place.subcommand(fixtures::shop(), &["test", "--test", "second"]);
        program.env("TESTFIESTA_RUN_KEY", "shards").run().with_code(0)
    };
    place.service.archive_the_run(true);
    let output = second().says(&["2 queued, because run 1 is archived"]);
    assert!(!output.stderr.contains("stays open"), "{}", output.stderr);
    place.service.archive_the_run(false);
    place.subcommand(fixtures::shop(), &["resend"]).run().with_code(0);
    second().says(&[open]);
}
