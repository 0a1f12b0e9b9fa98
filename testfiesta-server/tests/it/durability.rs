//! What was answered 2xx survives `kill -9`: a server in a process of its own, killed while it works.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;
use testfiesta_server::{App, Store, keys, serve};

use crate::app::http_client;

const DATA: &str = "DURABILITY_DATA";

/// Not a test: what the tests of this file run as another process.
#[tokio::test]
#[ignore = "the server process that the other tests of this file start and kill"]
async fn serve_until_killed() {
    let Some(data) = env::var_os(DATA) else { return };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    eprintln!("listening on http://{}", listener.local_addr().unwrap());
    serve(listener, App::new(Store::open(data).unwrap()), std::future::pending()).await.unwrap();
}

struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "durability::serve_until_killed"])
            .env(DATA, data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        Self { process, url: url.expect("the server said where it listens") }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn every_acknowledged_import_is_there_after_the_process_was_killed() {
    let directory = tempfile::tempdir().unwrap();
    // The server runs already when the key is made: both have the same directory open.
    let server = Server::start(directory.path());
    let (key, _) =
        keys::create(&Store::open(directory.path()).unwrap(), keys::NewKey::named("test")).unwrap();
    let http = http_client();
    let projects = format!("{}/v1/local/projects", server.url);
    let post = async |path: &str, body| {
        let request = http.post(format!("{projects}{path}")).bearer_auth(key.reveal()).json(&body);
        request.send().await.ok().is_some_and(|it| it.status().is_success())
    };
    assert!(post("", json!({ "name": "Demo", "key": "DEMO", "customFields": {} })).await);

    let import = |index: usize| {
        let id = format!("TC-{index}");
        json!({ "entities": {
            "runs": { "entries": [{ "name": "run", "externalId": "run", "source": "test" }] },
            "cases": { "entries": [{ "name": id, "externalId": id, "source": "test" }] },
            "executions": { "entries": [{ "caseRef": id, "runRef": "run", "source": "test", "status": "passed",
                "externalId": id }] } } })
    };
    let mut server = Some(server);
    let mut acknowledged = 0;
    for index in 0.. {
        let answered = tokio::join!(post("/DEMO/data", import(index)), async {
            if index == 30 {
                // While this import is under way.
                server.take().unwrap().kill();
            }
        })
        .0;
        if !answered {
            break;
        }
        acknowledged += 1;
    }
    assert!(acknowledged >= 30, "only {acknowledged} imports were acknowledged");

    let server = Server::start(directory.path());
    let list = format!("{}/v1/local/projects/DEMO/executions?limit=1000", server.url);
    let page: serde_json::Value =
        http.get(list).bearer_auth(key.reveal()).send().await.unwrap().json().await.unwrap();
    server.kill();
    let kept = page["count"].as_u64().unwrap();
    // The last one may have been written without having been answered any more.
    assert!((acknowledged..=acknowledged + 1).contains(&kept), "{kept} kept of {acknowledged} acknowledged");
}
