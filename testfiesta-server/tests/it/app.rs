//! A server of its own for every test: a fresh directory, port 0, real HTTP.

use std::sync::Once;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use testfiesta_server::{App, Store, faults::Faults, keys, serve};
use tokio::net::TcpListener;

/// A running server and a key to it.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    http: reqwest::Client,
    _directory: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl TestApp {
    /// Without any project.
    pub(crate) async fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let (key, _) = keys::create(&store, keys::NewKey::named("test")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let faults = Faults::default();
        let server = App::new(store.clone()).with_faults(faults.clone());
        tokio::spawn(serve(listener, server, std::future::pending()));
        let key = key.reveal().to_owned();
        Self { url, key, store, faults, http: http_client(), _directory: directory }
    }

    /// With the project `DEMO`.
    pub(crate) async fn start() -> Self {
        let app = Self::empty().await;
        app.post("/v1/local/projects", json!({ "name": "Demo", "key": "DEMO", "customFields": {} }))
            .await
            .ok();
        app
    }

    /// A request without a key.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self.request(method, path).bearer_auth(&self.key);
        Reply::of(if let Some(body) = body { request.json(&body) } else { request }).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    /// The items of a list in the project `DEMO`.
    pub(crate) async fn items(&self, resource: &str) -> Vec<Value> {
        let page = self.get(&format!("/v1/local/projects/DEMO/{resource}")).await.ok();
        page["items"].as_array().unwrap().clone()
    }

    /// Creates a run in the project `DEMO` and returns its uid.
    pub(crate) async fn run(&self, name: &str) -> i64 {
        let run =
            self.post("/v1/local/projects/DEMO/runs", json!({ "name": name, "caseUids": [] })).await.ok();
        run["uid"].as_i64().unwrap()
    }

    pub(crate) async fn import(&self, payload: Value) -> Reply {
        self.post("/v1/local/projects/DEMO/data", payload).await
    }

    /// A key with these permissions alone.
    pub(crate) fn key_with(&self, permissions: &[keys::Permission]) -> String {
        let new = keys::NewKey { permissions: permissions.to_vec(), ..keys::NewKey::named("narrow") };
        keys::create(&self.store, new).unwrap().0.reveal().to_owned()
    }
}

impl Reply {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// The body; null when it is empty.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).expect(&self.text) }
    }

    /// The status and the body, to be asserted at once.
    #[track_caller]
    pub(crate) fn refusal(&self) -> (u16, Value) {
        (self.status, self.json())
    }
}

/// Times and keys differ from run to run; everything else of an object is pinned by the snapshots.
pub(crate) fn with_times_hidden(mut object: Value) -> Value {
    for (name, value) in object.as_object_mut().unwrap() {
        if name.ends_with("At") && value.is_string() {
            *value = "[time]".into();
        }
    }
    object
}

pub(crate) fn http_client() -> reqwest::Client {
    static TLS: Once = Once::new();
    // Plain http needs no TLS, but the client is built with it and wants to know whose.
    TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    reqwest::Client::builder().no_proxy().build().unwrap()
}
