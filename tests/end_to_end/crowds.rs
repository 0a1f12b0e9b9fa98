//! Hundreds of outcomes, and a service that fails.

use std::path::Path;

use crate::{
    chaos::TESTS,
    fixtures::chaotic,
    support::{Output, Program, Service, subcommand},
};

/// This many modules of tests, reporting to a service. Each module has some that fail.
fn modules(number: usize, service: &Service, data: &Path) -> Program {
    let filters: Vec<String> = (0..number).map(|module| format!("m{module:02}::")).collect();
    set_up(chaotic().binary("chaotic").args(filters), service, data).env("TESTFIESTA_DEADLINE", "2s")
}

fn set_up(program: Program, service: &Service, data: &Path) -> Program {
    let program = program.current_dir(chaotic().directory()).envs(service.settings());
    program.env("TESTFIESTA_DIR", data).env("END_TO_END_LEDGER", data.join("ledger"))
}

fn resend(service: &Service, data: &Path) -> Output {
    set_up(subcommand(&["resend"]), service, data).run()
}

#[test]
fn an_outage_costs_none_of_three_hundred_outcomes() {
    let (service, data) = (Service::failing("503"), tempfile::tempdir().expect("a directory"));
    let output = modules(300 / TESTS, &service, data.path()).run().with_code(101);
    output
        .says(&["300 executed = 0 confirmed + 300 queued + 0 unmapped + 0 rejected", "300 queued, because"]);
    service.heal();
    resend(&service, data.path()).with_code(0).says(&["300 executed = 300 confirmed + 0 queued"]);
    assert_eq!(service.execution_count(service.the_run().uid), 300);
}

#[test]
fn one_refused_outcome_costs_none_of_the_other_199() {
    let (service, data) = (Service::failing("503"), tempfile::tempdir().expect("a directory"));
    modules(200 / TESTS, &service, data.path()).run().with_code(101).says(&["200 queued"]);
    // All of them wait, and travel together now.
    service.fail("422,body=C2-7");
    let output = resend(&service, data.path()).with_code(0);
    output.says(&[
        "200 executed = 199 confirmed + 0 queued + 0 unmapped + 1 rejected",
        "rejected: m02::t7 (C2-7)",
    ]);
    assert_eq!(service.execution_count(service.the_run().uid), 199);
}

#[test]
fn many_refused_outcomes_in_a_row_cost_none_of_the_others() {
    let (service, data) = (Service::failing("503"), tempfile::tempdir().expect("a directory"));
    modules(200 / TESTS, &service, data.path()).run().with_code(101).says(&["200 queued"]);
    service.fail("422,body=C0-");
    let output = resend(&service, data.path()).with_code(0);
    let (taken, refused) = (200 - TESTS, TESTS);
    output.says(&[&format!("200 executed = {taken} confirmed + 0 queued + 0 unmapped + {refused} rejected")]);
    assert_eq!(service.execution_count(service.the_run().uid), taken);
}
