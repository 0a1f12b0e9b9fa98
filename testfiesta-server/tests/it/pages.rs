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

/// The page of a run with one execution that has these custom fields.
async fn page_of(status: &str, custom_fields: serde_json::Value) -> String {
    let app = TestApp::start().await;
    let execution = json!({ "caseRef": "TC-1", "runRef": "run", "source": "test", "status": status,
        "externalId": "e", "customFields": custom_fields });
    let payload = json!({ "entities": {
        "runs": { "entries": [{ "name": "nightly", "externalId": "run", "source": "test" }] },
        "cases": { "entries": [{ "name": "adds", "externalId": "TC-1", "source": "test" }] },
        "executions": { "entries": [execution] } } });
    app.import(payload).await.ok();
    look(&app, RUN).await.text
}

#[tokio::test]
async fn all_that_a_reporter_tells_of_a_failure_is_shown() {
    let told = json!({ "message": "it failed", "left": "l-2", "right": "r-3", "chain": "no checkout\ncaused by: x",
        "thread": "courier", "failedAt": "src/cart.rs:7", "strayPanics": "the parcel is late",
        "backtrace": "0: cart::add", "stdout": "printed", "stderr": "complained" });
    let page = page_of("failed", told.clone()).await;
    for text in told.as_object().unwrap().values() {
        assert!(page.contains(&format!("<pre>{}</pre>", text.as_str().unwrap())), "{text}: {page}");
    }
    for name in ["stdout", "stderr", "backtrace"] {
        assert!(
            page.contains(&format!(r#"<details><summary class="muted">{name}</summary><pre>"#)),
            "{page}"
        );
    }
}

#[tokio::test]
async fn of_a_long_output_the_end_is_shown() {
    let page = page_of("failed", json!({ "stdout": format!("first{}last", "é".repeat(50_000)) })).await;
    assert!(page.contains("élast</pre>") && page.contains("the last 64 KiB"), "{page}");
    assert!(!page.contains("firsté"), "{page}");
}

#[tokio::test]
async fn a_flaky_test_is_marked_and_shows_its_earlier_attempts() {
    let told = json!({ "flaky": "true", "attempts": "2", "earlierAttempts": "not yet" });
    let page = page_of("passed", told).await;
    assert!(page.contains(r#"<span class="status left">flaky</span>"#), "{page}");
    assert!(page.contains("earlier attempts</summary><pre>not yet</pre>"), "{page}");
    assert!(!page_of("passed", json!({})).await.contains("flaky"));
}

/// What the official client submits of one case that failed so.
fn submitted(run: &str, reason: Option<&str>) -> serde_json::Value {
    let mut case = json!({ "name": "adds", "externalId": "tc_1", "source": "junit-xml", "time": 0.1 });
    let mut status = "passed";
    if let Some(reason) = reason {
        status = "failed";
        case["failure"] = json!({ "message": reason, "type": "assertion", "_text": format!("at {reason}") });
        case["system-out"] = format!("printed {reason}").into();
    }
    json!({ "entities": {
        "runs": { "entries": [{ "name": run, "externalId": run, "source": "junit-xml" }] },
        "cases": { "entries": [case] },
        "executions": { "entries": [{ "caseRef": "tc_1", "runRef": run, "source": "junit-xml", "status": status,
            "externalId": "tc_1", "time": 0.1 }] } } })
}

#[tokio::test]
async fn each_run_of_the_official_client_keeps_its_own_reason() {
    let app = TestApp::start().await;
    for (run, reason) in [("first", Some("too dark")), ("second", Some("too loud")), ("third", None)] {
        app.import(submitted(run, reason)).await.ok();
    }
    let texts = [
        look(&app, RUN).await.text,
        look(&app, "/local/DEMO/runs/2/folders").await.text,
        look(&app, "/local/DEMO/runs/3/folders").await.text,
    ];
    let shown = |reason: &str| texts.each_ref().map(|it| it.matches(reason).count());
    // As its message, its text, and what was printed.
    assert_eq!((shown("too dark"), shown("too loud")), ([3, 0, 0], [0, 3, 0]));
}

#[tokio::test]
async fn a_row_of_an_earlier_version_has_the_reason_of_its_case_until_the_case_has_another() {
    let app = TestApp::start().await;
    app.import(submitted("first", Some("too dark"))).await.ok();
    let database = rusqlite::Connection::open(app.store.directory().join("testfiesta.db")).unwrap();
    database.execute("UPDATE executions SET custom_fields = '{}'", []).unwrap();
    assert!(look(&app, RUN).await.text.contains("<pre>too dark</pre>"));
    database.execute("UPDATE cases SET updated_at = '2100-01-01T00:00:00.000Z'", []).unwrap();
    assert!(!look(&app, RUN).await.text.contains("too dark"));
}

#[tokio::test]
async fn a_planned_case_without_an_execution_is_listed_as_untested() {
    let app = reported().await;
    let run = json!({ "name": "planned", "caseUids": [1, 2, 3] });
    app.post("/v1/local/projects/DEMO/runs", run).await.ok();
    let execution =
        json!({ "caseRef": "TC-1", "runRef": "", "source": "test", "status": "passed", "externalId": "x" });
    app.import(json!({ "runId": 2, "entities": { "executions": { "entries": [execution] } } })).await.ok();
    let text = look(&app, "/local/DEMO/runs/2/folders").await.text;
    assert!(text.contains(r#"2 <span class="status open">untested</span>"#), "{text}");
    assert_eq!(text.matches("<tr><td>").count(), 3, "{text}");
    let places = ["waits", "subtracts", "adds"].map(|name| text.find(name).expect(name));
    assert!(places.is_sorted(), "{text}");
    assert!(!text.contains("active"), "{text}");
}

#[tokio::test]
async fn a_page_beyond_the_last_says_so_and_leads_back() {
    let app = reported().await;
    for offset in ["1000", "9223372036854775808", "18446744073709551615"] {
        for path in [RUN, "/local/DEMO/runs"] {
            let reply = look(&app, &format!("{path}?offset={offset}")).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert!(!reply.text.contains("No run yet"), "{}", reply.text);
            assert!(reply.text.contains(r#"<a rel="prev" href="?offset=0">"#), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn an_address_of_no_page_is_a_page_that_says_so_and_leads_home() {
    let app = TestApp::start().await;
    for path in ["/nothing", "/local/DEMO/nothing/at/all"] {
        let reply = look(&app, path).await;
        assert_eq!(reply.status, 404);
        assert!(reply.text.starts_with("<!DOCTYPE html>"), "{}", reply.text);
        assert!(reply.text.contains(path) && reply.text.contains(r#"<a href="/">"#), "{}", reply.text);
    }
    for path in ["/v1/nothing", "/api/nothing", "/uploads/nothing/at/all"] {
        assert!(look(&app, path).await.json()["message"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn an_address_that_was_cut_short_leads_to_where_one_would_expect() {
    let app = reported().await;
    for (path, expected) in [
        ("/local", "Projects"),
        ("/local/DEMO", "Demo"),
        ("/local/DEMO/", "Demo"),
        ("/local/DEMO/runs/", "Demo"),
        ("/local/DEMO/runs/1", "&lt;b&gt;nightly&lt;/b&gt;"),
        ("/local/DEMO/runs/1/", "&lt;b&gt;nightly&lt;/b&gt;"),
        ("/local/DEMO/runs/1/folders/", "&lt;b&gt;nightly&lt;/b&gt;"),
    ] {
        let reply = look(&app, path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.text.contains(&format!("<h1>{expected}</h1>")), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn blanks_around_a_status_do_not_change_its_colour() {
    let page = page_of("PASSED ", json!({})).await;
    assert!(page.contains(r#"<span class="status good">PASSED</span>"#), "{page}");
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
