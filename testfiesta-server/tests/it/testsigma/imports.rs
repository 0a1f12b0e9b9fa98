//! JUnit imports (contract, section 7).

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;

use super::{Tms, at, only};
use crate::app::Reply;

#[tokio::test]
async fn elements_find_the_cases_that_their_names_begin_with() {
    let tms = Tms::start().await;
    let run = tms.run_of(&["TC-1", "TC-2", "TC-3"]).await["id"].as_str().unwrap().to_owned();
    let xml = r#"<testsuites><testsuite>
        <testcase name="TC-1 cart::adds"/>
        <testcase name="TC-2 cart::pays"><failure message="left != right"/></testcase>
        <testcase name="TC-3 cart::ships"><skipped/></testcase>
        <testcase name="cart::has no case"/>
    </testsuite></testsuites>"#;
    let path = format!("/api/v1{}", at(&format!("/junit-import/test-run/{run}")));
    let form = Form::new().part("junit_xml", Part::text(xml).file_name("junit.xml"));
    let reply =
        Reply::of(tms.app.request(Method::POST, &path).bearer_auth(&tms.app.key).multipart(form)).await;
    let import = only(reply.ok());
    assert_eq!(import["status"], "pending");

    let done = tms.data(&at(&format!("/junit-imports/{}/status", import["id"].as_str().unwrap()))).await;
    let counts = (&done["details"]["imported_count"], &done["details"]["failed_count"]);
    assert_eq!((&done["status"], counts), (&json!("completed"), (&json!(3), &json!(1))));
    let outcomes: Vec<_> = tms.outcomes(&run).await.into_iter().map(|(_, status)| status).collect();
    assert_eq!(outcomes, ["Passed", "Failed", "Skipped"]);
}
