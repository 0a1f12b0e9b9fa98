//! Testsigma, alone and beside TestFiesta.

use testfiesta_client::{
    BaseUrl, Token,
    testsigma::{Client, ClientOptions, CreateRun, ProjectClient, Run, RunStatus, UpdateRun},
};
use testfiesta_server::keys::Permission;

use crate::{
    fixtures::{attaching, shop},
    support::{Program, Service, block_on, subcommand},
};

/// A service with the cases `SHOP-1` to `SHOP-5`, and where journals are.
struct Place {
    service: Service,
    data: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let service = Service::start().with_testsigma_cases("SHOP", 5);
        Self { service, data: tempfile::tempdir().expect("a directory") }
    }

    /// A program that reports to Testsigma here.
    fn reporting(&self, program: Program) -> Program {
        program
            .envs(self.service.testsigma_settings())
            .env("TESTFIESTA_PROVIDER", "testsigma")
            .env("TESTSIGMA_RATE", "1000")
            .env("TESTFIESTA_DIR", self.data.path())
    }

    fn binary(&self, target: &str) -> Program {
        self.reporting(shop().binary(target))
    }

    #[cfg(target_os = "linux")]
    fn cargo(&self, arguments: &[&str]) -> Program {
        self.reporting(shop().cargo(arguments))
    }

    fn resend(&self) -> Program {
        self.reporting(subcommand(&["resend"]).current_dir(shop().directory()))
    }

    /// To both services.
    fn to_both(&self, program: Program) -> Program {
        program.envs(self.service.settings()).env("TESTFIESTA_PROVIDER", "testfiesta,testsigma")
    }

    fn client(&self, token: &str) -> Client {
        let url = BaseUrl::parse(&self.service.url).expect("an address");
        let token = Token::new(token).expect("a token");
        Client::new(url, token, ClientOptions { rate: 1000.0, ..ClientOptions::default() })
    }

    fn project(&self) -> ProjectClient {
        let client = self.client(&self.service.token);
        let projects = block_on(client.projects().all()).expect("projects");
        let project =
            projects.into_iter().find(|project| project.human_id_prefix == "SHOP").expect("a project");
        client.project(&project.id)
    }

    /// The one run that there is.
    #[track_caller]
    fn the_run(&self) -> Run {
        let runs = block_on(self.project().runs().all()).expect("runs");
        let [run] = <[Run; 1]>::try_from(runs).expect("one run");
        run
    }

    /// As somebody may who is allowed to.
    fn delete_the_run(&self) {
        let client = self.client(&self.service.key_that_allows(Permission::ActivitiesDelete));
        let project = client.project(self.project().id());
        block_on(project.delete_run(&self.the_run().id)).expect("deleted");
    }

    /// `case: status` of every case of the run.
    fn verdicts(&self) -> Vec<String> {
        let run = self.the_run().id;
        let cases = block_on(self.project().run_cases(&run).all()).expect("cases");
        cases.iter().map(|case| format!("{}: {}", case.test_case.human_id, case.status)).collect()
    }
}

#[test]
fn outcomes_arrive_under_their_human_ids_in_a_run_that_is_closed() {
    let place = Place::new();
    let output = place.binary("first").env("END_TO_END_BREAK", "1").run().with_code(101);
    output
        .says(&["3 executed = 3 confirmed", "run SHOP-R-"])
        .says(&["note: results are written in the name of ", "since `testsigma-user` names nobody"]);
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Failed", "SHOP-3: Passed"]);
    assert_eq!(place.the_run().status, "CLOSED");
}

#[test]
fn a_result_that_the_service_breaks_over_is_named_and_costs_no_other() {
    let place = Place::new();
    place.service.fail("500,method=PUT,path=*/test_cases,body=may_fail");
    place.binary("first").run().with_code(0).says(&[
        "3 executed = 2 confirmed + 1 queued + 0 unmapped + 0 rejected",
        "1 queued, because may_fail (SHOP-2): the service failed",
    ]);
    place.service.heal();
    place.resend().run().with_code(0);
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed"]);
}

#[test]
fn what_a_run_refuses_that_holds_nothing_stays_queued_and_keeps_the_run_open() {
    let place = Place::new();
    place.service.fail("422,method=PUT,path=*/test_cases");
    place.binary("first").run().with_code(0).says(&[
        "3 executed = 0 confirmed + 3 queued + 0 unmapped + 0 rejected",
        "it is not rejected before the run takes another result",
    ]);
    assert_ne!(place.the_run().status, "CLOSED");
    place.service.heal();
    place.resend().run().with_code(0).says(&["3 confirmed"]);
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed"]);
    assert_eq!(place.the_run().status, "CLOSED");
}

#[test]
fn a_run_that_was_deleted_is_made_anew_with_all_that_it_held() {
    let place = Place::new();
    let shard = |target: &str| place.binary(target).env("TESTFIESTA_RUN_KEY", "shards");
    shard("first").run().with_code(0);
    place.delete_the_run();
    shard("second").run().with_code(0).says(&[
        "2 executed = 2 confirmed",
        "note: the run was deleted in the service; what other processes had reported to it is queued",
    ]);
    place.resend().run().with_code(0).says(&["3 queued in 1 run", "5 confirmed"]);
    let expected =
        ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed", "SHOP-4: Passed", "SHOP-5: Skipped"];
    assert_eq!(place.verdicts(), expected);
}

#[test]
#[cfg(target_os = "linux")]
fn targets_of_one_cargo_test_share_a_run_that_grows() {
    let place = Place::new();
    place.cargo(&["test", "--test", "first", "--test", "second"]).run().with_code(0);
    let expected =
        ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed", "SHOP-4: Passed", "SHOP-5: Skipped"];
    assert_eq!(place.verdicts(), expected);
}

#[test]
fn one_invocation_reports_to_both_services() {
    let place = Place::new();
    let output = place.to_both(place.binary("first")).run().with_code(0);
    output.says(&["testfiesta: 3 executed = 3 confirmed", "testsigma: 3 executed = 3 confirmed"]);
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed"]);
    assert_eq!(place.service.verdicts(), ["may_fail: passed", "may_leak: passed", "passes: passed"]);
}

#[test]
fn a_service_that_is_down_does_not_hold_up_the_other() {
    let place = Place::new();
    let gone = Service::gone();
    let output = place.to_both(place.binary("first")).env("TESTSIGMA_URL", &gone.url).run().with_code(0);
    output.says(&["testfiesta: 3 executed = 3 confirmed", "testsigma: 3 executed = 0 confirmed + 3 queued"]);
    assert_eq!(place.service.verdicts().len(), 3);
}

#[test]
fn what_waited_for_an_address_is_brought_to_the_right_one() {
    let place = Place::new();
    let gone = Service::gone();
    place.to_both(place.binary("first")).env("TESTSIGMA_URL", &gone.url).run().with_code(0);
    for left in ["3 confirmed", "0 queued in 0 runs"] {
        place.to_both(place.resend()).run().with_code(0).says(&[left]);
    }
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed"]);
    assert_eq!(place.service.verdicts().len(), 3);
}

#[test]
fn what_was_queued_is_delivered_by_resend_and_once() {
    let place = Place::new();
    place.service.fail("503,path=*/api/v1/*");
    place.binary("first").run().with_code(0).says(&["3 executed = 0 confirmed + 3 queued"]);
    place.service.heal();
    for _ in 0..2 {
        place.resend().run().with_code(0);
    }
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed"]);
}

#[test]
fn a_case_may_have_another_id_at_each_service() {
    let place = Place::new();
    let output = place.to_both(place.binary("elsewhere")).run().with_code(101);
    output.says(&["testfiesta: 3 executed = 3 confirmed", "testsigma: 3 executed = 3 confirmed"]);
    // The worst of two tests counts.
    assert_eq!(place.verdicts(), ["SHOP-4: Failed", "SHOP-5: Passed"]);
    let ids: Vec<_> = place.service.cases().into_iter().filter_map(|case| case.external_id).collect();
    assert!(ids.contains(&"HERE-1".to_owned()) && !ids.contains(&"SHOP-4".to_owned()), "{ids:?}");
}

#[test]
fn ids_that_there_are_not_are_unmapped_and_cost_no_other() {
    let service = Service::start().with_testsigma_cases("SHOP", 2);
    let place = Place { service, data: tempfile::tempdir().expect("a directory") };
    let output = place.binary("first").run().with_code(0);
    output.says(&["3 executed = 2 confirmed + 0 queued + 1 unmapped", "the project has no case SHOP-3"]);
}

#[test]
fn an_existing_run_is_joined_by_its_human_id() {
    let place = Place::new();
    place.binary("first").env("TESTFIESTA_RUN_CLOSE", "never").run().with_code(0);
    let run = place.the_run().human_id;
    place.binary("second").env("TESTSIGMA_RUN_ID", &run).run().with_code(0);
    assert_eq!(place.verdicts().len(), 5);
}

#[test]
fn what_a_closed_run_does_not_take_waits_for_another() {
    let place = Place::new();
    // The run is there when nothing can be written to it yet.
    place.service.fail("503,method=PUT,path=*/test_cases");
    let first = place.binary("first").env("TESTFIESTA_RUN_CLOSE", "never");
    first.run().with_code(0).says(&["3 executed = 0 confirmed + 3 queued"]);
    place.service.heal();
    let (project, closed) = (place.project(), place.the_run());
    block_on(project.update_run(&closed.id, &UpdateRun::status(RunStatus::Closed))).expect("closed");
    let reason = format!("run {} is closed, and takes no results any more", closed.human_id);
    place.resend().run().with_code(1).says(&["3 queued", &reason]);
    let other = block_on(project.create_run(&CreateRun::of("another", project.id(), Vec::new())));
    let other = other.expect("a run").human_id;
    place.resend().env("TESTSIGMA_RUN_ID", &other).run().with_code(0).says(&["3 confirmed"]);
}

#[test]
fn a_status_that_there_is_not_costs_no_result() {
    let place = Place::new();
    let nothing = "00000000-0000-4000-8000-000000000000";
    let program = place.binary("first").env("TESTSIGMA_STATUSES", format!("passed={nothing}"));
    let reason = format!("no status has the id `{nothing}`: set TESTSIGMA_STATUSES");
    program.run().with_code(0).says(&["3 executed = 0 confirmed + 3 queued", &reason]);
    place.resend().run().with_code(0).says(&["3 confirmed"]);
    assert_eq!(place.verdicts(), ["SHOP-1: Passed", "SHOP-2: Passed", "SHOP-3: Passed"]);
}

#[test]
fn a_run_that_is_created_ahead_needs_the_project() {
    let place = Place::new();
    let create =
        |place: &Place| place.reporting(subcommand(&["run", "create"]).current_dir(shop().directory()));
    create(&place).run().with_code(1).says(&["set TESTSIGMA_PROJECT"]);
    create(&place).env("TESTSIGMA_PROJECT", "SHOP").run().with_code(0);
}

#[test]
fn a_run_that_is_delivered_later_is_closed_then() {
    let place = Place::new();
    place.service.fail("503,method=PUT,path=*/test_cases");
    place.binary("first").run().with_code(0).says(&["0 confirmed + 3 queued"]);
    place.service.heal();
    place.resend().run().with_code(0).says(&["3 confirmed + 0 queued"]);
    assert_eq!(place.the_run().status, "CLOSED");
}

/// What a test attached cannot be sent; this is done to the run, and then it is delivered.
fn resent_after(meanwhile: impl FnOnce(&Place), says: &str) -> Place {
    let place = Place::new();
    let reporting = |program| place.reporting(program).env("TESTSIGMA_ATTACHMENTS", "1");
    place.service.fail("503,method=PUT,path=*/test_cases,body=cart.json");
    let output = reporting(attaching().binary("attaching")).args(["attaches_text"]).run().with_code(0);
    output.says(&["1 executed = 1 confirmed", "1 attached = 0 sent + 1 queued"]);
    place.service.heal();
    meanwhile(&place);
    let resend = subcommand(&["resend"]).current_dir(attaching().directory());
    reporting(resend).run().says(&[says]);
    place
}

#[test]
fn a_run_is_closed_once_it_has_what_was_attached() {
    let place = resent_after(
        |place| assert_eq!(place.the_run().status, "ACTIVE"),
        "1 attached = 1 sent + 0 queued + 0 refused",
    );
    assert_eq!((place.service.attachments().len(), &*place.the_run().status), (1, "CLOSED"));
}

#[test]
fn what_was_attached_is_queued_where_somebody_closed_the_run() {
    let close = |place: &Place| {
        let (project, run) = (place.project(), place.the_run());
        block_on(project.update_run(&run.id, &UpdateRun::status(RunStatus::Closed))).expect("closed");
    };
    resent_after(close, "attachments queued: 1, because run SHOP-R-1 is closed, and takes no attachments");
}
