//! Pages for people.

use reqwest::Method;
use serde_json::json;

use crate::app::{Reply, TestApp};

async fn look(app: &TestApp, path: &str) -> Reply {
    Reply::of(app.request(Method::GET, path)).await
}

/// A run with a passing, a skipped and a failing test, in that order.
async fn reported() -> TestApp {
    let app = TestApp::start().await;
    let entry = |id: &str, status: &str, message: Option<&str>| {
        json!({ "caseRef": id, "runRef": "run", "source": "test", "status": status, "externalId": id, "time": 0.25,
            "message": message })
    };
    let case = |id: &str, name: &str| json!({ "name": name, "externalId": id, "source": "test" });
    let payload = json!({ "entities": {
        "runs": { "entries": [{ "name": "<b>nightly</b>", "externalId": "run", "source": "test",
            "link": "javascript:alert(1)", "description": "main & more" }] },
        "cases": { "entries": [case("TC-1", "adds"), case("TC-2", "waits"), case("TC-3", "subtracts")] },
        "executions": { "entries": [entry("TC-1", "passed", None), entry("TC-2", "skipped", Some("later")),
            entry("TC-3", "failed", Some("<script>alert(1)</script>"))] } } });
    app.import(payload).await.ok();
    app
}

const RUN: &str = "/local/DEMO/runs/1/folders";

#[tokio::test]
async fn the_first_page_leads_to_the_projects() {
    let app = TestApp::start().await;
    let reply = look(&app, "/").await;
    assert_eq!(reply.status, 200);
    assert!(reply.text.contains(r#"<a href="/local/DEMO/runs">Demo</a>"#), "{}", reply.text);
}

#[tokio::test]
async fn the_page_of_a_project_leads_to_its_runs() {
    let app = reported().await;
    let reply = look(&app, "/local/DEMO/runs").await;
    assert!(reply.text.contains(r#"<a href="/local/DEMO/runs/1/folders">"#), "{}", reply.text);
}

#[tokio::test]
async fn a_run_shows_failures_first_and_passes_last() {
    let app = reported().await;
    let text = look(&app, RUN).await.text;
    let places = ["subtracts", "waits", "adds"].map(|name| text.find(name).expect(name));
    assert!(places.is_sorted(), "{text}");
}

#[tokio::test]
async fn whatever_was_reported_is_escaped() {
    let app = reported().await;
    let text = look(&app, RUN).await.text;
    assert!(
        text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && text.contains("&lt;b&gt;nightly"),
        "{text}"
    );
    assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
}

#[tokio::test]
async fn a_link_that_is_no_web_address_cannot_be_clicked() {
    let app = reported().await;
    assert!(!look(&app, RUN).await.text.contains(r#"href="javascript"#));
}

#[tokio::test]
async fn pages_forbid_scripts_and_frames() {
    let app = reported().await;
    let reply = look(&app, RUN).await;
    let policy = reply.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_shows_nothing() {
    let app = reported().await;
    let reply = Reply::of(app.request(Method::GET, RUN).header("host", "rebound.example")).await;
    assert_eq!(reply.status, 403);
    assert!(!reply.text.contains("nightly"));
}

#[tokio::test]
async fn localhost_is_a_name_of_this_machine() {
    let app = reported().await;
    assert_eq!(Reply::of(app.request(Method::GET, RUN).header("host", "localhost:8080")).await.status, 200);
}

#[tokio::test]
async fn an_unknown_run_is_a_page_that_says_so() {
    let app = reported().await;
    let reply = look(&app, "/local/DEMO/runs/9/folders").await;
    assert_eq!(reply.status, 404);
    assert!(reply.text.contains("no run 9 here"), "{}", reply.text);
}

#[tokio::test]
async fn an_address_that_names_nothing_is_a_page_that_says_so() {
    let app = reported().await;
    for path in ["runs/abc/folders", "runs?offset=x", "attachments/none"] {
        let reply = look(&app, &format!("/local/DEMO/{path}")).await;
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
        assert!(reply.text.starts_with("<!DOCTYPE html>"), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_time_that_no_test_takes_is_not_shown() {
    let app = TestApp::start().await;
    for (id, time) in [("TC-1", json!(1e308)), ("TC-2", json!(-5)), ("TC-3", json!(1.5))] {
        let execution = json!({ "caseRef": id, "runRef": "run", "source": "test", "status": "passed",
            "externalId": id, "time": time });
        let payload = json!({ "entities": {
            "runs": { "entries": [{ "name": "nightly", "externalId": "run", "source": "test" }] },
            "cases": { "entries": [{ "name": id, "externalId": id, "source": "test" }] },
            "executions": { "entries": [execution] } } });
        app.import(payload).await.ok();
    }
    let text = look(&app, RUN).await.text;
    let times: Vec<_> =
        text.split("<td class=\"time\">").skip(1).map(|it| &it[..it.find('<').unwrap()]).collect();
    assert_eq!(times, ["", "", "1.50 s"]);
}

#[tokio::test]
async fn another_handle_shows_nothing() {
    let app = reported().await;
    assert_eq!(look(&app, "/acme/DEMO/runs").await.status, 404);
}

#[tokio::test]
async fn a_long_list_is_cut_into_pages() {
    let app = TestApp::start().await;
    for index in 0..51 {
        app.run(&format!("run {index}")).await;
    }
    let text = look(&app, "/local/DEMO/runs").await.text;
    assert!(text.contains(r#"<a rel="next" href="?offset=50">"#) && text.contains("1–50 of 51"), "{text}");
}

mod beyond_loopback {
    //! The router on its own, which no listener has told that it is on loopback.

    use std::future::pending;

    use super::*;
    use testfiesta_server::{App, app};
    use tokio::net::TcpListener;

    async fn exposed() -> (TestApp, String) {
        let inner = reported().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = app(App::new(inner.store.clone()));
        tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(pending()).into_future());
        (inner, url)
    }

    #[tokio::test]
    async fn pages_ask_for_a_key() {
        let (_app, url) = exposed().await;
        let reply = Reply::of(crate::app::http_client().get(format!("{url}{RUN}"))).await;
        assert_eq!(reply.status, 401);
        assert!(reply.headers["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    }

    #[tokio::test]
    async fn a_key_as_the_password_opens_them() {
        let (app, url) = exposed().await;
        let request = crate::app::http_client().get(format!("{url}{RUN}")).basic_auth("me", Some(&app.key));
        assert_eq!(Reply::of(request).await.status, 200);
    }
}
