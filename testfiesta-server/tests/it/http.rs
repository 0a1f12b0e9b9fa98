//! What holds for every route: how requests are refused, and how lists are cut into pages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};

const RUNS: &str = "/v1/local/projects/DEMO/runs";

async fn raw(app: &TestApp, content_type: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = app.request(Method::POST, RUNS).bearer_auth(&app.key).header("content-type", content_type);
    Reply::of(request.body(body)).await
}

#[tokio::test]
async fn malformed_json_is_400() {
    let app = TestApp::start().await;
    let reply = raw(&app, "application/json", "{\"name\": ").await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.json()["message"].as_str().unwrap().starts_with("the body is not JSON: EOF"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let app = TestApp::start().await;
    assert_eq!(raw(&app, "text/xml", "<run/>").await.status, 415);
}

#[tokio::test]
async fn a_wrong_type_is_422_with_its_field() {
    let app = TestApp::start().await;
    let reply = app.post(RUNS, json!({ "name": "a", "caseUids": [1, "x"] })).await;
    assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("caseUids[1]")));
}

#[tokio::test]
async fn what_should_be_an_object_is_not_called_by_a_type_of_ours() {
    let app = TestApp::start().await;
    for entity in ["executions", "cases", "folders", "runs"] {
        for wrong in [json!({ entity: { "entries": [1] } }), json!({ entity: 1 }), json!(1)] {
            let reply = app.import(json!({ "entities": wrong })).await;
            assert_eq!(reply.status, 422);
            assert!(reply.text.contains("expected an object"), "{}", reply.text);
            assert!(!reply.text.contains("struct"), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_compressed_body_is_415_in_words() {
    let app = TestApp::start().await;
    let request =
        app.request(Method::POST, RUNS).bearer_auth(&app.key).header("content-type", "application/json");
    let reply = Reply::of(request.header("content-encoding", "gzip").body(&b"\x1f\x8b\x08"[..])).await;
    let expected = json!({ "message": "the body has content-encoding: gzip; send it without one" });
    assert_eq!(reply.refusal(), (415, expected));
}

#[tokio::test]
async fn a_missing_field_is_422_with_its_name() {
    let app = TestApp::start().await;
    let expected =
        json!({ "message": "name: missing", "errors": [{ "field": "name", "message": "missing" }] });
    assert_eq!(app.post(RUNS, json!({})).await.refusal(), (422, expected));
}

#[tokio::test]
async fn an_array_in_the_place_of_an_object_is_422() {
    let app = TestApp::start().await;
    app.run("there").await;
    let run = format!("{RUNS}/1");
    let wrong = [
        (Method::POST, RUNS, json!(["nightly", "run"])),
        (Method::PATCH, &*run, json!([])),
        (Method::POST, "/v1/local/projects/DEMO/data", json!([{}])),
        (Method::POST, "/v1/local/projects/DEMO/cases", json!([["adds"]])),
    ];
    for (method, path, body) in wrong {
        let reply = app.call(method, path, Some(body)).await;
        assert_eq!(reply.status, 422, "{path}: {}", reply.text);
        assert!(reply.text.contains("expected an object"), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn unknown_routes_are_404_in_json() {
    let app = TestApp::start().await;
    assert_eq!(
        app.get("/v1/local/nothing").await.refusal(),
        (404, json!({ "message": "no route /v1/local/nothing" }))
    );
}

#[tokio::test]
async fn unknown_projects_are_404() {
    let app = TestApp::start().await;
    let path = "/v1/local/projects/NOPE/runs";
    assert_eq!(app.get(path).await.refusal(), (404, json!({ "message": "no project NOPE here" })));
}

#[tokio::test]
async fn an_id_that_is_no_number_is_404() {
    let app = TestApp::start().await;
    assert_eq!(app.get(&format!("{RUNS}/HM-1")).await.status, 404);
}

#[tokio::test]
async fn a_path_that_is_no_text_is_404_in_json() {
    let app = TestApp::start().await;
    for path in ["/v1/local/projects/%ff/runs", "/v1/%ff/projects", "/v1/local/tags/%ff"] {
        let reply = app.get(path).await;
        assert!(reply.json()["message"].as_str().unwrap().starts_with("nothing here goes by /"), "{reply:?}");
        assert_eq!(reply.status, 404);
    }
}

#[tokio::test]
async fn another_method_is_405_in_json() {
    let app = TestApp::start().await;
    let (status, problem) = app.delete(RUNS).await.refusal();
    assert_eq!((status, problem), (405, json!({ "message": format!("no DELETE at {RUNS}") })));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413() {
    let app = TestApp::start().await;
    let reply = raw(&app, "application/json", vec![b' '; 64 * 1024 * 1024 + 1]).await;
    assert_eq!(reply.refusal(), (413, json!({ "message": "the body is larger than 64 MiB" })));
}

#[tokio::test]
async fn a_doubled_slash_before_the_path_does_not_matter() {
    let app = TestApp::start().await;
    assert_eq!(app.get(&format!("/{RUNS}")).await.status, 200);
}

/// Five runs, `run 0` to `run 4`.
async fn five_runs() -> TestApp {
    let app = TestApp::start().await;
    for index in 0..5 {
        app.run(&format!("run {index}")).await;
    }
    app
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_page_says_how_many_there_are_and_where_the_next_begins() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?limit=2&offset=1")).await.ok();
    assert_eq!(
        (&page["count"], &page["nextOffset"], names(&page)),
        (&json!(5), &json!(3), vec!["run 1", "run 2"])
    );
}

#[tokio::test]
async fn the_last_page_has_no_next() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?limit=2&offset=3")).await.ok();
    assert_eq!(page["nextOffset"], Value::Null);
}

#[tokio::test]
async fn an_offset_beyond_the_end_is_an_empty_page() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?limit=2&offset=9")).await.ok();
    assert_eq!(page, json!({ "count": 5, "items": [], "nextOffset": null }));
}

#[tokio::test]
async fn without_limit_and_offset_the_list_begins_at_its_start() {
    let app = five_runs().await;
    assert_eq!(names(&app.get(RUNS).await.ok()).len(), 5);
}

#[tokio::test]
async fn order_by_and_order_sort() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?orderBy=name&order=desc&limit=1")).await.ok();
    assert_eq!(names(&page), ["run 4"]);
}

#[tokio::test]
async fn an_unknown_order_is_422() {
    let app = five_runs().await;
    let reply = app.get(&format!("{RUNS}?orderBy=secret_hash")).await;
    assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("orderBy")));
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_422() {
    let app = five_runs().await;
    let reply = app.get(&format!("{RUNS}?limit=all")).await;
    assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("limit")));
}

#[tokio::test]
async fn a_limit_may_be_a_double_without_a_fraction() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?limit=2.0&offset=1.0")).await.ok();
    assert_eq!(names(&page), ["run 1", "run 2"]);
    assert_eq!(app.get(&format!("{RUNS}?limit=2.5")).await.status, 422);
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_422_with_its_name() {
    let app = TestApp::start().await;
    let expected = json!({ "message": "limit: given more than once",
        "errors": [{ "field": "limit", "message": "given more than once" }] });
    assert_eq!(app.get(&format!("{RUNS}?limit=10&limit=5")).await.refusal(), (422, expected));
}

#[tokio::test]
async fn q_searches_names_literally() {
    let app = five_runs().await;
    assert_eq!(names(&app.get(&format!("{RUNS}?q=UN%203")).await.ok()), ["run 3"]);
    assert_eq!(app.get(&format!("{RUNS}?q=%25")).await.ok()["count"], 0);
}

#[tokio::test]
async fn query_type_count_leaves_the_items_out() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?queryType=count")).await.ok();
    assert_eq!(page, json!({ "count": 5, "items": [], "nextOffset": null }));
}

#[tokio::test]
async fn query_type_only_uids_leaves_the_rest_out() {
    let app = five_runs().await;
    let page = app.get(&format!("{RUNS}?queryType=onlyUids&limit=2")).await.ok();
    assert_eq!(page["items"], json!([{ "uid": 1 }, { "uid": 2 }]));
}

#[tokio::test]
async fn a_search_for_more_than_can_be_searched_for_is_422() {
    let app = TestApp::start().await;
    for (text, status) in [("%".repeat(3_333), 200), ("x".repeat(10_000), 200), ("x".repeat(10_001), 422)] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", &text).finish();
        let reply = app.get(&format!("{RUNS}?{query}")).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        assert!(status == 200 || reply.json()["errors"][0]["field"] == "q", "{}", reply.text);
    }
}

#[tokio::test]
async fn what_is_not_there_is_named_by_its_whole_path() {
    let app = TestApp::start().await;
    for path in ["/v1/local/projects/DEMO/runs/x", "/v1/local/nothing", "/v1/local/projects/%ff/runs"] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 404);
        assert!(reply.text.contains(&format!(" {path}\"")), "{}", reply.text);
    }
}
