//! The service's own client, `@testfiesta/tacotruck`, unchanged, against this server.

use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::app::TestApp;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tacotruck");

/// Installs the locked version on first use. `None` when this machine has no npm.
fn client() -> Option<PathBuf> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if let Err(error) = Command::new(npm).arg("--version").output() {
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}");
        assert!(env::var_os("CI").is_none(), "CI has to test with the official client: install npm");
        eprintln!("not tested with the official client: there is no npm on this machine");
        return None;
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacotruck");
    fs::create_dir_all(&home).unwrap();
    // The tests of this file may be processes of their own, and npm clears what another is installing.
    let lock = File::create(home.join("install.lock")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read(Path::new(FIXTURE).join("package-lock.json")).unwrap();
    let installed = home.join("installed");
    if fs::read(&installed).ok().as_ref() != Some(&wanted) {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(Path::new(FIXTURE).join(file), home.join(file)).unwrap();
        }
        let install =
            Command::new(npm).args(["ci", "--ignore-scripts", "--no-audit"]).current_dir(&home).output();
        let install = install.unwrap();
        assert!(install.status.success(), "npm ci: {}", String::from_utf8_lossy(&install.stderr));
        fs::write(installed, wanted).unwrap();
    }
    Some(home.join("node_modules/@testfiesta/tacotruck/bin/index.js"))
}

/// Submits the four outcomes of `outcomes.xml`; `None` without npm.
async fn submit(app: &TestApp, extra: &'static [&'static str]) -> Option<Output> {
    let (url, key) = (app.url.clone(), app.key.clone());
    let run = move || {
        let mut command = Command::new("node");
        command.arg(client()?).args([
            "testfiesta",
            "run:submit",
            "-u",
            &url,
            "-t",
            &key,
            "-h",
            "local",
            "-p",
            "DEMO",
        ]);
        command.args(["-n", "CI run 1", "-d"]).arg(Path::new(FIXTURE).join("outcomes.xml")).args(extra);
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            command.env_remove(proxy);
        }
        Some(command.output().unwrap())
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap()?;
    let shown =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    Some(output)
}

async fn attachment(app: &TestApp, attachment: &Value) -> String {
    let key = attachment["key"].as_str().unwrap();
    let reply = app.get(&format!("/v1/local/projects/DEMO/attachments/{key}")).await;
    assert_eq!(reply.status, 200);
    reply.text
}

#[tokio::test]
async fn its_outcomes_arrive_under_their_cases_in_one_run() {
    let app = TestApp::start().await;
    if submit(&app, &["-s", "rust"]).await.is_none() {
        return;
    }
    let runs = app.items("runs").await;
    assert_eq!((runs.len(), &runs[0]["name"]), (1, &json!("CI run 1")));
    assert_eq!(runs[0]["customFields"]["frequency"], json!({ "2": 1, "4": 1, "5": 1, "7": 1 }));

    let folders = app.items("folders").await;
    assert_eq!((folders.len(), &folders[0]["externalId"]), (1, &json!("ts_ce49a701f9219065")));
    let cases = app.items("cases").await;
    assert!(cases.iter().all(|case| case["parentUid"] == folders[0]["uid"]), "{cases:?}");

    let executions = app.items("executions").await;
    let outcomes: Vec<_> = executions
        .iter()
        .map(|it| {
            assert_eq!(it["testRunUid"], runs[0]["uid"]);
            let case = cases.iter().find(|case| case["uid"] == it["testCaseUid"]).unwrap();
            assert_eq!(case["externalId"], it["externalId"]);
            (case["name"].as_str().unwrap(), it["statusText"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        outcomes,
        [("adds", "passed"), ("subtracts", "failed"), ("divides", "error"), ("multiplies", "skipped")]
    );
}

#[tokio::test]
async fn its_attachments_arrive_byte_for_byte() {
    let app = TestApp::start().await;
    if submit(&app, &[]).await.is_none() {
        return;
    }
    let mut found = Vec::new();
    for execution in app.items("executions").await {
        for file in execution["attachments"].as_array().unwrap() {
            found.push((
                execution["name"].as_str().unwrap().to_owned(),
                file["fileName"].as_str().unwrap().to_owned(),
                attachment(&app, file).await,
            ));
        }
    }
    let detail =
        |message: &str, kind: &str, text: &str| json!({ "message": message, "type": kind, "text": text });
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[0], ("adds".into(), "system-out.txt".into(), "two and two".into()));
    assert_eq!(found[1], ("adds".into(), "system-err.txt".into(), "a warning".into()));
    for (place, case, file, expected) in [
        (2, "subtracts", "failure-data.json", detail("left != right", "assertion", "at src/lib.rs:7")),
        (3, "divides", "error-data.json", detail("divided by zero", "panic", "at src/lib.rs:9")),
    ] {
        assert_eq!((&*found[place].0, &*found[place].1), (case, file));
        assert_eq!(serde_json::from_str::<Value>(&found[place].2).unwrap(), expected);
    }
}

#[tokio::test]
async fn two_submissions_are_two_runs_of_the_same_cases() {
    let app = TestApp::start().await;
    if submit(&app, &[]).await.is_none() {
        return;
    }
    submit(&app, &[]).await.unwrap();
    for (resource, expected) in [("runs", 2), ("folders", 1), ("cases", 4), ("executions", 8)] {
        assert_eq!(app.items(resource).await.len(), expected, "{resource}");
    }
}
