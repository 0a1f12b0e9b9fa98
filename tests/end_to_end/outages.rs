//! A service that fails costs no test its verdict, nobody their time, and nothing its outcome.

use std::{fs, path::Path, time::Duration};

use tempfile::TempDir;
use testfiesta_server::keys::Permission;

use crate::{
    fixtures::{FIRST, SECOND, shop, shop_binary},
    support::{Output, Program, Service, eventually, subcommand},
};

const DEADLINE: Duration = Duration::from_secs(2);
/// What a process may take beyond its deadline.
const GRACE: Duration = Duration::from_secs(2);

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `first` of the shop, which waits for the service for 2 s at most.
fn first(service: &Service, data: &Path) -> Program {
    shop_binary("first", service, data).env("TESTFIESTA_DEADLINE", "2s")
}

/// `cargo testfiesta resend` to a service.
fn resend(service: &Service, data: &Path) -> Output {
    let command = subcommand(&["resend"]).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data).run()
}

/// Every file below a directory, as text.
fn texts(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let text = |path: &Path| vec![String::from_utf8_lossy(&fs::read(path).expect("a file")).into_owned()];
    entries.flat_map(|path| if path.is_dir() { texts(&path) } else { text(&path) }).collect()
}

#[track_caller]
fn assert_without_secret(service: &Service, output: &Output, data: &Path) {
    assert!(!output.text().contains(service.secret()), "{}", output.text());
    for text in texts(data) {
        assert!(!text.contains(service.secret()), "{text}");
    }
}

/// What holds whatever the service does.
fn assert_survived(service: &Service, reason: &str) {
    let data = directory();
    let output = first(service, data.path()).run().with_code(0);
    assert!(output.elapsed < DEADLINE + GRACE, "{:?}", output.elapsed);
    let queued = format!("{FIRST} queued, because ");
    let line = output.said().into_iter().find(|line| line.starts_with(&queued)).map(str::to_owned);
    let line = line.unwrap_or_else(|| panic!("no line begins with {queued:?}:\n{}", output.stderr));
    assert!(line.contains(reason), "no {reason:?} in {line}");
    assert!(line.contains("cargo testfiesta resend"), "{line}");
    assert_without_secret(service, &output, data.path());

    let healthy = Service::start();
    resend(&healthy, data.path()).with_code(0);
    resend(&healthy, data.path()).with_code(0);
    assert_eq!(healthy.execution_count(healthy.the_run().uid), FIRST);
}

macro_rules! survived {
    ($($name:ident: $service:expr, $reason:literal;)*) => {
        $(
            #[test]
            fn $name() {
                assert_survived(&$service, $reason);
            }
        )*
    };
}

survived! {
    a_service_that_is_gone_leaves_all_to_be_resent: Service::gone(), "";
    a_service_that_answers_401_leaves_all_to_be_resent: Service::failing("401"), "401";
    a_service_that_answers_403_leaves_all_to_be_resent: Service::failing("403"), "403";
    a_service_that_answers_404_leaves_all_to_be_resent: Service::failing("404"), "404";
    a_service_that_answers_422_leaves_all_to_be_resent: Service::failing("422"), "422";
    a_service_that_answers_500_leaves_all_to_be_resent: Service::failing("500"), "500";
    a_service_that_answers_503_leaves_all_to_be_resent: Service::failing("503"), "503";
    a_service_that_answers_pages_leaves_all_to_be_resent: Service::failing("html"), "502";
    a_service_behind_a_login_leaves_all_to_be_resent: Service::failing("html=200"), "a page";
    a_service_that_breaks_connections_leaves_all_to_be_resent: Service::failing("reset=before"), "";
    a_service_that_takes_all_and_answers_nothing_leaves_all_to_be_resent: Service::failing("reset=after"), "";
    a_service_that_breaks_off_leaves_all_to_be_resent: Service::failing("reset=within"), "";
    a_service_that_hangs_leaves_all_to_be_resent: Service::failing("hang"), "within the deadline of 2s";
    a_service_that_takes_all_and_hangs_leaves_all_to_be_resent: Service::failing("hang=after"), "within the deadline of 2s";
    a_service_that_takes_nothing_that_large_leaves_all_to_be_resent: Service::failing("too-large=0"), "413";
}

#[test]
fn a_service_that_starts_while_tests_run_gets_everything() {
    let (service, data, signs) = (Service::gone(), directory(), directory());
    let program = shop_binary("waiting", &service, data.path()).args(["--test-threads=1"]);
    let output = program.env("END_TO_END_SIGNS", signs.path()).run_while(|_| {
        let runs = || fs::read_dir(data.path().join("runs")).into_iter().flatten();
        let is_noted = |entry: fs::DirEntry| entry.path().to_string_lossy().ends_with(".outages.json");
        eventually("the outage is noted", || runs().any(|entry| entry.is_ok_and(is_noted)));
        service.come_back();
        eventually("the first outcome is there", || service.verdicts() == ["a_passes: passed"]);
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0).says(&["4 executed = 4 confirmed"]);
}

#[test]
fn an_outage_does_not_turn_a_failure_into_a_success() {
    let data = directory();
    first(&Service::failing("503"), data.path()).env("END_TO_END_BREAK", "1").run().with_code(101);
}

#[test]
fn strict_mode_tells_an_outage_from_a_failure() {
    let data = directory();
    let strict = |program: Program| program.env("TESTFIESTA_STRICT", "1");
    strict(first(&Service::failing("401"), data.path())).run().with_code(102);
    strict(first(&Service::failing("401"), data.path())).env("END_TO_END_BREAK", "1").run().with_code(101);
}

#[test]
fn plain_http_to_another_machine_is_refused_before_the_token_leaves() {
    let (service, data) = (Service::start(), directory());
    let program = first(&service, data.path()).env("TESTFIESTA_URL", "http://testfiesta.example");
    let output = program.run().with_code(0);
    assert_without_secret(&service, &output, data.path());
    output.says(&["3 queued, because", "TESTFIESTA_URL", "https"]);
}

#[test]
fn a_test_that_prints_the_token_does_not_journal_it() {
    let (service, data) = (Service::failing("503"), directory());
    let program = first(&service, data.path()).env("END_TO_END_LEAK", &service.token);
    program.run().with_code(101);
    for text in texts(data.path()) {
        assert!(!text.contains(service.secret()), "{text}");
    }
}

#[test]
fn a_half_made_configuration_keeps_its_token_secret_too() {
    let (service, data) = (Service::start(), directory());
    let program = first(&service, data.path()).env("END_TO_END_LEAK", &service.token);
    let output = program.without_env("TESTFIESTA_PROJECT").run().with_code(101);
    assert_without_secret(&service, &output, data.path());
}

#[test]
fn a_test_that_prints_the_token_does_not_show_it() {
    let (service, data) = (Service::failing("503"), directory());
    let output = first(&service, data.path()).env("END_TO_END_LEAK", &service.token).run().with_code(101);
    assert!(!output.text().contains(service.secret()), "{}", output.text());
}

#[test]
fn a_test_that_prints_the_token_does_not_send_it() {
    let (service, data) = (Service::start(), directory());
    let leak = service.token.clone();
    shop_binary("first", &service, data.path()).env("END_TO_END_LEAK", &leak).run().with_code(101);
    let told = format!("{:?}", service.told());
    assert!(told.contains("the key is") && !told.contains(&leak), "{told}");
}

#[test]
fn a_project_that_does_not_exist_is_named() {
    let (service, data) = (Service::start(), directory());
    let program = shop_binary("first", &service, data.path()).env("TESTFIESTA_PROJECT", "NOPE");
    program.run().with_code(0).says(&["3 queued, because", "NOPE"]);
}

#[test]
fn a_key_that_was_revoked_leaves_all_to_be_resent() {
    let (service, data) = (Service::start(), directory());
    service.revoke_key();
    let output = shop_binary("first", &service, data.path()).run().with_code(0);
    output.says(&["3 queued, because", "401", "the API key was revoked"]);
}

#[test]
fn a_key_that_allows_too_little_is_told_what_it_lacks() {
    let (service, data) = (Service::start(), directory());
    let key = service.key_that_allows(Permission::EntitiesView);
    let output = shop_binary("first", &service, data.path()).env("TESTFIESTA_TOKEN", key).run().with_code(0);
    output.says(&["3 queued, because", "403", "activities:edit"]);
}

#[test]
fn what_ended_before_a_crash_arrives() {
    let (service, data) = (Service::start(), directory());
    let program = shop_binary("crashing", &service, data.path()).args(["--test-threads=1"]);
    assert_ne!(program.run().code, Some(0));
    resend(&service, data.path());
    let executions = service.executions();
    let passed = executions.iter().find(|it| it.custom_fields["test"] == "a_passes").expect("an execution");
    assert_eq!(passed.status_text.as_deref(), Some("passed"));
}

#[test]
fn a_refused_result_costs_no_other() {
    let (service, data) = (Service::start(), directory());
    service.fail("422,method=POST,path=*/data,body=SHOP-2");
    let output = shop_binary("first", &service, data.path()).run().with_code(0);
    assert_eq!(service.executions().len(), FIRST - 1);
    output.says(&[
        "3 executed = 2 confirmed + 0 queued + 0 unmapped + 1 rejected",
        "rejected: may_fail (SHOP-2)",
    ]);
}

#[test]
fn a_result_of_which_something_is_not_found_stays_queued_and_costs_no_other() {
    let (service, data) = (Service::start(), directory());
    service.fail("404,method=POST,path=*/data,body=SHOP-2");
    shop_binary("first", &service, data.path()).run().with_code(0).says(&[
        "3 executed = 2 confirmed + 1 queued + 0 unmapped + 0 rejected",
        "1 queued, because may_fail (SHOP-2)",
    ]);
    service.heal();
    resend(&service, data.path()).with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST);
}

#[test]
fn nothing_is_rejected_while_the_way_to_the_service_is_not_found() {
    let (service, data) = (Service::start(), directory());
    let shard = |target| shop_binary(target, &service, data.path()).env("TESTFIESTA_RUN_KEY", "shards");
    shard("first").run().with_code(0);
    service.fail("404,method=POST,path=*/data");
    shard("second").run().with_code(0).says(&["+ 0 unmapped + 0 rejected"]);
}

#[test]
fn a_result_that_the_service_breaks_over_is_named_and_costs_no_other() {
    let (service, data) = (Service::start(), directory());
    service.fail("500,path=*/data,body=SHOP-2");
    shop_binary("first", &service, data.path()).run().with_code(0).says(&[
        "3 executed = 2 confirmed + 1 queued + 0 unmapped + 0 rejected",
        "1 queued, because may_fail (SHOP-2): the service failed",
    ]);
    service.heal();
    resend(&service, data.path()).with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST);
}

#[test]
fn a_refused_result_is_not_resent() {
    let (service, data) = (Service::start(), directory());
    service.fail("422,body=SHOP-2");
    shop_binary("first", &service, data.path()).run().with_code(0);
    let before = service.told().len();
    resend(&service, data.path()).with_code(0).says(&["0 queued"]);
    assert_eq!(service.told().len(), before);
}

#[test]
fn only_the_rest_is_resent_and_to_the_same_run() {
    let (service, data) = (Service::start(), directory());
    let shard = |target| shop_binary(target, &service, data.path()).env("TESTFIESTA_RUN_KEY", "shards");
    shard("first").run().with_code(0);
    service.fail("503,method=POST,path=*/data");
    shard("second").env("TESTFIESTA_DEADLINE", "2s").run().with_code(0).says(&["2 queued, because"]);
    service.heal();
    let before = service.told().len();
    resend(&service, data.path()).with_code(0);
    let resent: Vec<_> = service.told().split_off(before);
    let sent = |test: &str| format!("{resent:?}").contains(test);
    assert!(sent("SHOP-4") && sent("SHOP-5") && !sent("SHOP-1"), "{resent:?}");
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn resend_without_a_service_says_what_to_set() {
    let data = directory();
    first(&Service::failing("503"), data.path()).run().with_code(0);
    let command = subcommand(&["resend"]).current_dir(shop().directory());
    let output = command.env("TESTFIESTA_DIR", data.path()).run();
    assert_ne!(output.code, Some(0));
    output.says(&["no service is configured", "TESTFIESTA_TOKEN"]);
}

#[test]
fn resend_changes_nothing_in_a_dry_run() {
    let data = directory();
    first(&Service::failing("503"), data.path()).run().with_code(0);
    let healthy = Service::start();
    let command = subcommand(&["resend", "--dry-run"]).current_dir(shop().directory());
    let output = command.envs(healthy.settings()).env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    output.says(&["3 queued in 1 run"]);
    assert_eq!(healthy.told().len(), 0);
}

#[test]
fn resend_to_a_service_that_is_still_down_fails_and_keeps_everything() {
    let data = directory();
    first(&Service::failing("503"), data.path()).run().with_code(0);
    let command = subcommand(&["resend"]).current_dir(shop().directory());
    let down = Service::failing("401");
    let output = command.envs(down.settings()).env("TESTFIESTA_DIR", data.path()).run();
    assert_ne!(output.code, Some(0));
    assert_without_secret(&down, &output, data.path());
    let healthy = Service::start();
    resend(&healthy, data.path()).with_code(0);
    assert_eq!(healthy.executions().len(), FIRST);
}

#[test]
fn what_ran_into_a_closed_stdout_is_delivered() {
    let (service, data) = (Service::start(), directory());
    let output = shop_binary("first", &service, data.path()).run_until_line("running 3 tests");
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    let executed = service.executions().len();
    assert!(executed > 0, "{}", output.stderr);
    output.says(&[&format!("{executed} executed = {executed} confirmed")]);
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let data = directory();
    let program = shop().binary("first").env("TESTFIESTA_DIR", data.path());
    let program =
        program.env("TESTFIESTA_URL", "https://service.invalid").env("TESTFIESTA_TOKEN", "testfiesta_x");
    let program = program.env("TESTFIESTA_HANDLE", "acme").env("TESTFIESTA_PROJECT", "SHOP");
    let output = program.env("HTTPS_PROXY", "http://127.0.0.1:1").run().with_code(0);
    assert!(output.stderr.contains("HTTPS_PROXY is set"), "{}", output.stderr);
}
