//! Cases that exist already, named by their numbers.

use tempfile::TempDir;
use testfiesta_client::testfiesta::Uid;

use crate::{
    fixtures::{shop, shop_binary},
    support::{Output, Service, subcommand},
};

const STATUSES: &str = "passed=2,failed=4,skipped=5";

/// A project with three cases, and what the tests said of them.
struct Matched {
    service: Service,
    output: Output,
    data: TempDir,
}

fn matched(statuses: &str) -> Matched {
    matched_by(Service::with_cases(), statuses)
}

fn matched_by(service: Service, statuses: &str) -> Matched {
    let data = tempfile::tempdir().expect("a directory");
    let program = shop_binary("uids", &service, data.path()).env("TESTFIESTA_CASE_MATCH", "uid");
    let output = program.env("TESTFIESTA_STATUSES", statuses).run().with_code(101);
    Matched { service, output, data }
}

#[test]
fn outcomes_are_executions_of_the_cases_with_these_numbers() {
    let service = matched(STATUSES).service;
    let mut told: Vec<_> = service
        .executions()
        .iter()
        .filter_map(|it| Some((it.test_case_uid?.get(), it.status?.get())))
        .filter(|(case, _)| *case <= 3)
        .collect();
    told.sort();
    assert_eq!(told, [(1, 2), (2, 4), (3, 5)]);
}

#[test]
fn the_run_is_made_with_the_cases_that_exist() {
    let service = matched(STATUSES).service;
    let creation = service.told().into_iter().rfind(|told| told.path.ends_with("/runs"));
    assert_eq!(creation.expect("a run").body["caseUids"], serde_json::json!([1, 2, 3]));
}

#[test]
fn an_unknown_number_is_unmapped_and_named() {
    matched(STATUSES).output.says(&["unmapped: is_unknown (UID-999)", "no case 999"]);
}

#[test]
fn an_id_without_a_number_is_unmapped_and_named() {
    matched(STATUSES).output.says(&["unmapped: has_no_number (without-number)"]);
}

#[test]
fn the_others_are_confirmed() {
    matched(STATUSES).output.says(&["6 executed = 3 confirmed + 0 queued + 3 unmapped + 0 rejected"]);
}

#[test]
fn a_test_without_an_id_is_unmapped_and_makes_no_case() {
    let Matched { service, output, .. } = matched(STATUSES);
    output.says(&["unmapped: has_no_id", "the annotation names no case"]);
    let names: Vec<_> = service.cases().into_iter().map(|case| case.name).collect();
    assert_eq!(names, ["case 1", "case 2", "case 3"]);
}

#[test]
fn a_failure_keeps_its_message() {
    let service = matched(STATUSES).service;
    let executions = service.executions();
    let failed = executions.iter().find(|it| it.test_case_uid == Some(Uid::new(2))).expect("an execution");
    assert_eq!(failed.custom_fields["message"], "told by number");
}

#[test]
fn a_missing_number_for_a_status_is_an_error_that_says_where_to_find_it() {
    let matched = matched("passed=2,failed=4");
    matched.output.says(&["6 queued, because", "TESTFIESTA_STATUSES", "skipped", "get_statuses"]);
    assert_eq!(matched.service.runs().len(), 0);
}

#[test]
fn an_execution_whose_answer_was_lost_is_confirmed() {
    let service = Service::with_cases();
    service.fail("reset=after,method=POST,path=*/executions,times=1");
    matched_by(service, STATUSES)
        .output
        .says(&["6 executed = 3 confirmed + 0 queued + 3 unmapped + 0 rejected"]);
}

#[test]
fn what_is_wrong_with_the_account_costs_no_result() {
    for fault in ["402,path=*/executions", "415,path=*/executions"] {
        let service = Service::with_cases();
        let data = tempfile::tempdir().expect("a directory");
        let reporting = || {
            let program = shop_binary("uids", &service, data.path()).env("TESTFIESTA_CASE_MATCH", "uid");
            program.env("TESTFIESTA_STATUSES", STATUSES).env("TESTFIESTA_DEADLINE", "3s")
        };
        service.fail(fault);
        reporting().run().with_code(101).says(&["queued, because", "+ 0 rejected"]);
        service.heal();
        let resend = subcommand(&["resend"]).current_dir(shop().directory()).envs(service.settings());
        let resend = resend.env("TESTFIESTA_DIR", data.path()).env("TESTFIESTA_CASE_MATCH", "uid");
        resend.env("TESTFIESTA_STATUSES", STATUSES).run().with_code(0);
        assert_eq!(service.executions().len(), 3, "{fault}");
    }
}

#[test]
fn a_number_that_is_no_status_costs_no_result() {
    let Matched { service, output, data } = matched("passed=999,failed=4,skipped=5");
    output.says(&["queued, because", "status", "TESTFIESTA_STATUSES", "0 rejected"]);
    let resend = subcommand(&["resend"]).current_dir(shop().directory()).envs(service.settings());
    let resend = resend.env("TESTFIESTA_DIR", data.path()).env("TESTFIESTA_CASE_MATCH", "uid");
    resend.env("TESTFIESTA_STATUSES", STATUSES).run().says(&["3 confirmed"]);
}
