//! What tests attach arrives under their results, and can only cost itself.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    fixtures::attaching,
    support::{Output, Program, Service, eventually, nextest_is_here, subcommand},
};

/// What the service holds of the tests that always attach the same.
const ATTACHED: [&str; 5] = [
    "attaches_a_file: \u{fffd}PNG",
    "attaches_and_fails: one, two",
    "attaches_text: {}",
    "attaches_to_two_cases: for both",
    "attaches_to_two_cases: for both",
];

struct Place {
    service: Service,
    data: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { service: Service::start(), data: tempfile::tempdir().expect("a directory") }
    }

    fn reporting(&self, program: Program) -> Program {
        program.envs(self.service.settings()).env("TESTFIESTA_DIR", self.data.path())
    }

    fn binary(&self) -> Program {
        self.reporting(attaching().binary("attaching"))
    }

    fn subcommand(&self, arguments: &[&str]) -> Program {
        self.reporting(subcommand(arguments).current_dir(attaching().directory()))
    }

    /// Runs the tests that always attach the same.
    fn run(&self) -> Output {
        self.binary().args(SAME).run().with_code(101)
    }

    /// `test: contents, contents` of every execution that has attachments, sorted.
    fn attached(&self) -> Vec<String> {
        let mut attached: Vec<_> = self
            .service
            .executions()
            .iter()
            .filter_map(|it| {
                let contents: Vec<_> = it.attachments.iter().map(|it| self.contents(it)).collect();
                let test = it.custom_fields["test"].as_str().expect("a name");
                (!contents.is_empty()).then(|| format!("{test}: {}", contents.join(", ")))
            })
            .collect();
        attached.sort();
        attached
    }

    fn contents(&self, attachment: &Value) -> String {
        let contents = fs::read(self.service.attachment(attachment["key"].as_str().expect("a key")));
        String::from_utf8_lossy(&contents.expect("the bytes")).into_owned()
    }
}

/// Chooses the tests that always attach the same.
const SAME: [&str; 5] = ["a_file", "and_fails", "text", "two_cases", "nothing"];

#[test]
fn files_arrive_under_the_results_of_their_tests() {
    let place = Place::new();
    place.run().says(&["6 executed = 6 confirmed", "6 attached = 6 sent + 0 queued + 0 refused"]);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn a_file_keeps_its_name_and_says_what_it_is() {
    let place = Place::new();
    place.run();
    let kinds: BTreeMap<_, _> = place
        .service
        .executions()
        .iter()
        .flat_map(|it| &it.attachments)
        .map(|it| {
            (
                it["fileName"].as_str().unwrap_or_default().to_owned(),
                it["fileType"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    assert_eq!(kinds["cart.json"], "application/json");
    assert_eq!(kinds["both"], "text/plain; charset=utf-8");
    assert!(kinds.iter().any(|(name, kind)| name.starts_with("shot-") && kind == "image/png"), "{kinds:?}");
}

#[test]
fn they_arrive_from_threads_as_they_do_from_workers() {
    let place = Place::new();
    place.binary().env("TESTFIESTA_ISOLATION", "threads").args(SAME).run().with_code(101);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn they_arrive_from_nextest_as_they_do_from_workers() {
    if !nextest_is_here() {
        return;
    }
    let place = Place::new();
    let command = place.reporting(attaching().cargo(&["nextest", "run", "--no-fail-fast"]));
    command.args(SAME).run().with_code(100);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn the_subcommand_brings_them_and_sums_them_up() {
    let place = Place::new();
    let output = place.subcommand(&["test", "--test", "attaching", "--"]).args(SAME).run().with_code(101);
    output.says(&["6 executed = 6 confirmed", "6 attached = 6 sent + 0 queued + 0 refused"]);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn a_thread_of_a_test_attaches_to_it_where_the_test_is_alone() {
    let place = Place::new();
    place.binary().args(["from_a_thread"]).run().with_code(0);
    assert_eq!(place.attached(), ["attaches_from_a_thread: from a thread"]);
}

#[test]
fn an_attachment_outlives_a_test_that_aborts() {
    for isolation in ["workers", "threads"] {
        let place = Place::new();
        let program = place.binary().env("TESTFIESTA_ISOLATION", isolation).env("END_TO_END_ABORTS", "1");
        program.args(["aborts"]).run();
        place.subcommand(&["resend"]).run().with_code(0);
        assert_eq!(place.attached(), ["attaches_and_aborts: last words"], "{isolation}");
    }
}

#[test]
fn what_cannot_be_uploaded_costs_no_result_and_is_queued() {
    let place = Place::new();
    place.service.fail("503,path=*/data/url");
    place.run().says(&[
        "6 executed = 6 confirmed",
        "6 attached = 0 sent + 6 queued",
        "cargo testfiesta resend",
    ]);
}

#[test]
fn resend_brings_what_is_queued_and_nothing_twice() {
    let place = Place::new();
    // Others get there.
    place.service.fail("503,path=*/data/url,body=second");
    place.run();
    place.service.heal();
    let output = place.subcommand(&["resend"]).run().with_code(0);
    output.says(&["0 queued and", "6 attached = 6 sent + 0 queued + 0 refused"]);
    place.subcommand(&["resend"]).run().with_code(0).says(&["0 queued in 0 runs"]);
    assert_eq!(place.attached(), ATTACHED);
}

/// Fails in a way that has nothing to do with the files.
fn assert_queued_while(fault: &str) {
    let place = Place::new();
    place.service.fail(fault);
    place.run().says(&["6 executed = 6 confirmed", "6 attached = 0 sent + 6 queued + 0 refused"]);
    place.service.heal();
    place.subcommand(&["resend"]).run().with_code(0);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn what_a_token_may_not_attach_now_is_queued() {
    assert_queued_while("401,path=*/data/url");
}

#[test]
fn what_a_login_page_stands_in_the_way_of_is_queued() {
    assert_queued_while("html=200,path=*/data/url");
}

#[test]
fn what_the_storage_does_not_take_any_more_is_queued() {
    assert_queued_while("403,path=/uploads/*");
}

#[test]
fn what_no_service_can_be_told_of_is_counted() {
    let place = Place::new();
    let program = place.binary().env("TESTFIESTA_PROJECT", "").args(SAME);
    program
        .run()
        .with_code(101)
        .says(&["6 executed = 0 confirmed + 6 queued", "6 attached = 0 sent + 6 queued"]);
}

#[test]
fn what_waits_for_a_run_is_counted() {
    let place = Place::new();
    place.service.fail("hang,method=POST,path=*/runs");
    let program = place.binary().env("TESTFIESTA_DEADLINE", "1s").args(SAME);
    program
        .run()
        .with_code(101)
        .says(&["6 executed = 0 confirmed + 6 queued", "6 attached = 0 sent + 6 queued"]);
}

#[test]
fn an_upload_that_hangs_holds_up_no_result() {
    let (place, signs) = (Place::new(), tempfile::tempdir().expect("a directory"));
    place.service.fail("hang,path=*/data/url");
    let program = place.binary().env("END_TO_END_SIGNS", signs.path()).env("TESTFIESTA_DEADLINE", "3s");
    let output = program.args(["attaches_text", "waits_for_a_sign", "--test-threads=2"]).run_while(|_| {
        let is_under_way = || place.service.told().iter().any(|told| told.path.ends_with("/data/url"));
        eventually("the upload is under way", is_under_way);
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0).says(&["2 executed = 2 confirmed", "1 attached = 0 sent + 1 queued"]);
}

#[test]
fn what_arrived_unanswered_is_sent_again_and_there_once() {
    let place = Place::new();
    place.service.fail("hang=after,path=/uploads/*,times=1");
    let output = place.binary().env("TESTFIESTA_DEADLINE", "3s").args(SAME).run().with_code(101);
    output.says(&[
        "6 executed = 6 confirmed",
        "attachments queued: 6, because the service did not answer within",
    ]);
    place.service.heal();
    place.subcommand(&["resend"]).run().with_code(0);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn what_the_service_does_not_take_is_named_with_its_reason() {
    let place = Place::new();
    place.service.fail("422,path=*/data/url,body=second.txt");
    let output = place.run();
    output.says(&[
        "6 attached = 5 sent + 0 queued + 1 refused",
        "not attached: second.txt of attaches_and_fails",
    ]);
}

#[test]
fn what_the_service_fails_at_costs_no_other_file() {
    for fault in ["500,path=*/data/url,body=first.txt", "403,path=/uploads/*,body=one"] {
        let place = Place::new();
        place.service.fail(fault);
        place.run().says(&["6 executed = 6 confirmed", "6 attached = 5 sent + 1 queued + 0 refused"]);
        place.service.heal();
        let output = place.subcommand(&["resend"]).run().with_code(0);
        output.says(&["6 attached = 6 sent + 0 queued + 0 refused"]);
    }
}

#[test]
fn what_a_result_had_that_was_refused_is_refused_with_it() {
    let place = Place::new();
    place.service.fail("422,path=*/data,body=SHOP-1");
    let output = place.run();
    output.says(&[
        "1 rejected",
        "not attached: cart.json of attaches_text: the service did not take its result",
    ]);
}

#[test]
fn what_cannot_be_read_is_said_at_the_end_and_fails_no_test() {
    let place = Place::new();
    let output = place.binary().args(["not_there"]).run().with_code(0);
    output.says(&[
        "1 attached = 0 sent + 0 queued + 1 refused",
        "not attached: file.png of attaches_what_is_not_there",
    ]);
}

#[test]
fn what_is_too_large_is_said_at_the_end() {
    let place = Place::new();
    let output = place.binary().env("TESTFIESTA_ATTACHMENT_LIMIT", "1").args(["too_much"]).run().with_code(0);
    output.says(&[
        "not attached: flood.bin of attaches_too_much: it has 2 MB, more than the 1 MB that are allowed",
    ]);
}

#[test]
fn secrets_are_taken_out_before_anything_is_kept() {
    for isolation in ["workers", "threads"] {
        let place = Place::new();
        let program =
            place.binary().env("TESTFIESTA_ISOLATION", isolation).env("SHOP_PASSWORD", "hunter2hunter2");
        program.args(["environment"]).run().with_code(0);
        let [attached] = place.attached().try_into().expect("one");
        assert!(attached.contains("(\"SHOP_PASSWORD\", \"[hidden]\")"), "{attached}");
        assert!(!attached.contains(place.service.secret()), "{isolation}");
    }
}

#[test]
fn they_can_be_turned_off() {
    let place = Place::new();
    let output = place.binary().env("TESTFIESTA_ATTACHMENTS", "0").args(SAME).run().with_code(101);
    assert!(!output.text().contains("attached"), "{}", output.text());
    assert_eq!(place.attached().len(), 0);
}

#[test]
fn testsigma_is_given_them_by_choice_only() {
    for (choice, expected) in [("0", 0), ("1", 1)] {
        let service = Service::start().with_testsigma_cases("SHOP", 4);
        let data = tempfile::tempdir().expect("a directory");
        let program = attaching().binary("attaching").envs(service.testsigma_settings());
        let program = program.env("TESTFIESTA_DIR", data.path()).env("TESTFIESTA_PROVIDER", "testsigma");
        let program = program.env("TESTSIGMA_RATE", "1000").env("TESTSIGMA_ATTACHMENTS", choice);
        let output = program.args(["attaches_text"]).run().with_code(0);
        let output = output.says(&["1 executed = 1 confirmed"]);
        assert_eq!(service.attachments().len(), expected, "{}", output.text());
    }
}

/// Asks for the run to be archived when it is over.
fn archiving(program: Program) -> Program {
    program.env("TESTFIESTA_RUN_CLOSE", "archive")
}

fn under_the_subcommand(place: &Place) -> Program {
    place.subcommand(&["test", "--test", "attaching", "--"])
}

#[test]
fn a_run_is_archived_once_it_has_them() {
    for tested in [Place::binary, under_the_subcommand] {
        let place = Place::new();
        place.service.fail("503,path=*/data/url");
        let output = archiving(tested(&place).args(SAME)).run().with_code(101);
        output.says(&["6 attached = 0 sent + 6 queued"]);
        assert_eq!(place.service.the_run().archived_at, None);
        place.service.heal();
        let resend = archiving(place.subcommand(&["resend"])).run().with_code(0);
        resend.says(&["6 attached = 6 sent + 0 queued + 0 refused"]);
        assert_eq!(place.attached(), ATTACHED);
        assert!(place.service.the_run().archived_at.is_some());
    }
}

#[test]
fn a_deadline_that_they_miss_leaves_the_run_open_for_them() {
    let place = Place::new();
    place.service.fail("hang,path=*/data/url");
    let program = archiving(under_the_subcommand(&place)).env("TESTFIESTA_DEADLINE", "2s");
    let output = program.args(SAME).run().with_code(101);
    output.says(&["attachments queued: 6, because the results came first, and time was up"]);
    assert_eq!(place.service.the_run().archived_at, None);
}

#[test]
fn those_that_are_not_taken_keep_no_run_from_its_final_status() {
    let place = Place::new();
    place.service.fail("403,path=*/data/url");
    for program in [place.binary(), under_the_subcommand(&place)] {
        let program = program.env("TESTFIESTA_RUN_STATUSES", "passed=13,failed=14");
        let output = program.args(SAME).run().with_code(101);
        output.says(&["6 attached = 0 sent + 6 queued"]);
    }
    let statuses =
        place.service.runs().into_iter().map(|run| run.custom_fields.status.expect("a status").get());
    assert_eq!(statuses.collect::<Vec<_>>(), [14, 14]);
}

#[test]
fn what_an_archived_run_does_not_take_is_queued() {
    let place = Place::new();
    place.service.fail("503,path=*/data/url");
    place.run();
    place.service.heal();
    place.service.archive_the_run(true);
    let reason = "attachments queued: 6, because run 1 is archived: take it out of the archive";
    place.subcommand(&["resend"]).run().with_code(1).says(&[reason]);
    place.service.archive_the_run(false);
    place.subcommand(&["resend"]).run().with_code(0);
    assert_eq!(place.attached(), ATTACHED);
}

#[test]
fn the_summary_file_counts_them() {
    let place = Place::new();
    let path = place.data.path().join("summary.json");
    place.binary().env("TESTFIESTA_SUMMARY", &path).args(SAME).run().with_code(101);
    let summary: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    assert_eq!(summary["attachments"], serde_json::json!({ "sent": 6, "queued": 0, "refused": 0 }));
}

#[test]
fn without_a_service_they_wait_to_be_shown() {
    let place = Place::new();
    attaching().binary("attaching").env("TESTFIESTA_DIR", place.data.path()).args(SAME).run().with_code(101);
    place.subcommand(&["resend"]).run().with_code(0);
    assert_eq!(place.attached(), ATTACHED);
}
