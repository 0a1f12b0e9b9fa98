//! What is sent.

use serde_json::json;
use testfiesta_client::testsigma::{Attachment, CaseResult, CaseResults, CreateRun, RunStatus, UpdateRun};
use testfiesta_client::{BaseUrl, Token};

use super::{client, project};
use crate::service::{Received, Reply, Service};

async fn answering(body: serde_json::Value) -> Service {
    Service::answering([Reply::json(body)]).await
}

/// A form with its boundary, which is random, replaced.
fn form(received: &Received) -> String {
    let (_, boundary) = received.header("content-type").unwrap().split_once("boundary=").unwrap();
    received.to_string().replace(boundary, "BOUNDARY").replace('\r', "")
}

fn result(case: &str) -> CaseResult {
    CaseResult {
        test_case_id: case.into(),
        test_run_status_id: "s1".into(),
        user_id: "u1".into(),
        description: String::new(),
    }
}

#[tokio::test]
async fn every_call_carries_the_token_and_asks_for_json() {
    let service = answering(json!({ "data": { "test_case": { "id": "c1" } } })).await;
    project(&service).case("TC-1").await.unwrap();
    let received = service.only();
    assert_eq!(received.header("authorization"), Some(&*format!("Bearer {}", crate::service::TOKEN)));
    assert_eq!(received.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn an_address_with_a_path_is_taken_as_it_is() {
    let service = answering(json!({ "data": { "statuses": [] } })).await;
    let url = BaseUrl::parse(&format!("{}/tms/", service.url())).unwrap();
    let client = testfiesta_client::testsigma::Client::new(
        url,
        Token::new("t").unwrap(),
        testfiesta_client::testsigma::ClientOptions::default(),
    );
    client.statuses().await.unwrap();
    assert_eq!(service.only().line, "GET /tms/test_runs/statuses?page_size=100");
}

#[tokio::test]
async fn a_case_is_searched_for_where_its_id_leads_nowhere() {
    let service = Service::answering([
        Reply::new(404, ""),
        // The search was ignored: everything comes.
        Reply::json(json!({ "data": { "test_cases": [
            { "id": "c1", "human_id": "TC-1" }, { "id": "c12", "human_id": "tc-12" }] } })),
    ])
    .await;
    let case = project(&service).case_by_human_id("TC-12").await.unwrap();
    assert_eq!(case.map(|case| case.id), Some("c12".into()));
    let lines: Vec<_> = service.received().into_iter().map(|received| received.line).collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/projects/p1/test_cases/TC-12",
            "GET /api/v1/projects/p1/test_cases?page_size=100&search=TC-12"
        ]
    );
}

#[tokio::test]
async fn a_search_that_finds_something_else_finds_nothing() {
    let service = Service::answering([
        Reply::new(404, ""),
        Reply::json(json!({ "data": { "test_cases": [{ "id": "c1", "human_id": "TC-1" }] } })),
    ])
    .await;
    assert_eq!(project(&service).case_by_human_id("TC-12").await, Ok(None));
}

#[tokio::test]
async fn a_new_run() {
    let service = answering(json!({ "data": { "test_run": { "id": "r1" } } })).await;
    let run =
        CreateRun { assignee_id: Some("u1".into()), ..CreateRun::of("nightly", "p1", vec!["c1".into()]) };
    project(&service).create_run(&run).await.unwrap();
    insta::assert_snapshot!(service.only(), @r#"
    POST /api/v1/projects/p1/test_runs
    {"title":"nightly","project_id":"p1","status":"ACTIVE","selection_type":"STATIC","static_selection_filters":[{"field":"id","operator":"IN","values":["c1"]}],"dynamic_selection_filters":[],"assignee_id":"u1"}
    "#);
}

#[tokio::test]
async fn closing_says_nothing_but_the_status() {
    let service = answering(json!({ "data": { "test_run": { "id": "r1" } } })).await;
    project(&service).update_run("TC-R-7", &UpdateRun::status(RunStatus::Closed)).await.unwrap();
    insta::assert_snapshot!(service.only(), @r#"
    PUT /api/v1/projects/p1/test_runs/TC-R-7
    {"status":"CLOSED"}
    "#);
}

#[tokio::test]
async fn results_travel_as_a_form_with_json_in_it() {
    let service = answering(json!({})).await;
    let results = CaseResults { test_run_cases: vec![result("c1"), result("c2")] };
    project(&service).write_results("r1", &results, &[]).await.unwrap();
    insta::assert_snapshot!(form(&service.only()), @r#"
    PUT /api/v1/projects/p1/test_runs/r1/test_cases
    --BOUNDARY
    Content-Disposition: form-data; name="data"

    {"test_run_cases":[{"test_case_id":"c1","test_run_status_id":"s1","user_id":"u1","description":""},{"test_case_id":"c2","test_run_status_id":"s1","user_id":"u1","description":""}]}
    --BOUNDARY--
    "#);
}

#[tokio::test]
async fn attachments_are_numbered_by_their_result() {
    let service = answering(json!({})).await;
    let file = |result, name: &str| Attachment {
        result,
        file_name: name.into(),
        content_type: "text/plain".into(),
        content: b"log".to_vec(),
    };
    let results = CaseResults { test_run_cases: vec![result("c1"), result("c2")] };
    let files = [file(1, "a"), file(0, "b"), file(1, "c")];
    project(&service).write_results("r1", &results, &files).await.unwrap();
    let form = form(&service.only());
    let names: Vec<_> = form.lines().filter_map(|line| line.split("name=\"attachments").nth(1)).collect();
    assert_eq!(names, ["_1_0\"; filename=\"a\"", "_0_0\"; filename=\"b\"", "_1_1\"; filename=\"c\""]);
}

#[tokio::test]
async fn a_junit_report_is_one_file() {
    let service = answering(json!({ "data": { "import": { "id": "i1", "status": "pending" } } })).await;
    project(&service).import_junit("r1", "<testsuites/>").await.unwrap();
    insta::assert_snapshot!(form(&service.only()), @r#"
    POST /api/v1/projects/p1/junit-import/test-run/r1
    --BOUNDARY
    Content-Disposition: form-data; name="junit_xml"; filename="junit.xml"
    Content-Type: application/xml

    <testsuites/>
    --BOUNDARY--
    "#);
}

#[tokio::test]
async fn what_else_a_run_is_asked() {
    let service = answering(json!({ "data": { "x": { "id": "r1" } } })).await;
    let web = project(&service);
    web.run("TC-R-7").await.unwrap();
    web.delete_run("r1").await.unwrap();
    web.assign_user("r1", "c1", "u1").await.unwrap();
    web.import_status("i1").await.unwrap();
    let lines: Vec<_> = service.received().into_iter().map(|received| received.line).collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/projects/p1/test_runs/TC-R-7",
            "DELETE /api/v1/projects/p1/test_runs/r1",
            "PUT /api/v1/projects/p1/test_runs/r1/assign_user",
            "GET /api/v1/projects/p1/junit-imports/i1/status"
        ]
    );
}

#[tokio::test]
async fn the_user_of_a_token_is_read_from_it() {
    let service = answering(json!({})).await;
    let url = || BaseUrl::parse(&service.url()).unwrap();
    let subject = |token: &str| {
        let token = Token::new(token).unwrap();
        testfiesta_client::testsigma::Client::new(url(), token, Default::default()).subject()
    };
    // {"alg":"HS256"} . {"iss":"TMS","sub":"u-7"}
    assert_eq!(subject("eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJUTVMiLCJzdWIiOiJ1LTcifQ.c2ln"), Some("u-7".into()));
    assert_eq!(subject("no-jwt"), None);
    assert_eq!(client(&service).subject(), None);
}
