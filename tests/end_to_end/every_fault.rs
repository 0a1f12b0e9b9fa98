//! Everything that can go wrong, once, at each kind of request: nothing is lost, nothing is doubled, and there is one run.

use crate::{
    fixtures::{shop, shop_binary},
    support::{Program, Service, subcommand},
};

const FAULTS: &[&str] = &[
    "429",
    "429,retry-after=1s",
    "500",
    "502",
    "503",
    "503,retry-after=1s",
    "html",
    "html=200",
    "too-large=0",
    "reset=before",
    "reset=within",
    "reset=after",
    "hang",
    "hang=after",
    "truncated",
    "slow=1s",
    "latency=200ms",
];

const BY_NUMBER: &[(&str, &str)] =
    &[("TESTFIESTA_CASE_MATCH", "uid"), ("TESTFIESTA_STATUSES", "passed=2,failed=4,skipped=5")];

/// What a service holds when a test target has reported to it, and the rest was resent.
fn held(target: &str, variables: &[(&str, &str)], fault: Option<&str>) -> Vec<String> {
    let (service, data) = (Service::with_cases(), tempfile::tempdir().expect("a directory"));
    if let Some(fault) = fault {
        service.fail(fault);
    }
    let set =
        |program: Program| variables.iter().fold(program, |program, (name, value)| program.env(name, value));
    set(shop_binary(target, &service, data.path()).env("TESTFIESTA_DEADLINE", "3s")).run();
    service.heal();
    let resend = subcommand(&["resend"]).current_dir(shop().directory()).envs(service.settings());
    set(resend.env("TESTFIESTA_DIR", data.path())).run().with_code(0);
    assert_eq!(service.runs().len(), 1, "{fault:?}");
    service.verdicts()
}

/// Each fault strikes the first request of a kind.
fn assert_survived(request: &str, target: &str, variables: &[(&str, &str)]) {
    let expected = held(target, variables, None);
    assert!(!expected.is_empty());
    for fault in FAULTS {
        let fault = format!("{fault},times=1,{request}");
        assert_eq!(held(target, variables, Some(&fault)), expected, "{fault}");
    }
}

#[test]
fn at_the_creation_of_a_run() {
    assert_survived("method=POST,path=*/runs", "first", &[]);
}

#[test]
fn at_an_import() {
    assert_survived("path=*/data", "first", &[]);
}

#[test]
fn at_an_execution() {
    assert_survived("path=*/executions", "uids", BY_NUMBER);
}

#[test]
fn at_the_end_of_a_run() {
    assert_survived("method=PATCH,path=*/runs/*", "first", &[("TESTFIESTA_RUN_CLOSE", "archive")]);
}
