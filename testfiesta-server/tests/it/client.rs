//! Our own typed client against this server: both sides of the wire types.

use testfiesta_client::{
    BaseUrl, Error, Token,
    provider::{CaseMatch, Provider, RunClose, TestFiesta, TestFiestaOptions},
    testfiesta::{
        CaseData, Client, CreateRun, DataImport, Entities, ExecutionData, ProjectClient, UpdateRun,
        UploadFile,
    },
};

use crate::app::TestApp;

fn client(app: &TestApp) -> ProjectClient {
    let url = BaseUrl::parse(&app.url).unwrap();
    Client::new(url, "local", Token::new(&app.key).unwrap()).unwrap().project("DEMO")
}

fn provider(app: &TestApp) -> TestFiesta {
    let url = BaseUrl::parse(&app.url).unwrap();
    let client = Client::new(url, "local", Token::new(&app.key).unwrap()).unwrap();
    let options = TestFiestaOptions {
        source: "cargo-test".into(),
        case_match: CaseMatch::ExternalId,
        statuses: Box::new(|_| None),
        run_statuses: Box::new(|_| None),
        run_close: RunClose::Never,
        dashboard: None,
        attachments: false,
    };
    TestFiesta::new(client, "DEMO", options)
}

fn outcomes(number: usize) -> DataImport {
    let case = |index| CaseData {
        name: format!("case {index}"),
        external_id: format!("TC-{index}"),
        source: "cargo-test".into(),
        ..CaseData::default()
    };
    let execution = |index| ExecutionData {
        case_ref: format!("TC-{index}"),
        run_ref: "run".into(),
        source: "cargo-test".into(),
        status: "passed".into(),
        external_id: Some(format!("e-{index}")),
        time: Some(0.5.into()),
        ..ExecutionData::default()
    };
    let entities = Entities {
        cases: (0..number).map(case).collect(),
        executions: (0..number).map(execution).collect(),
        ..Entities::default()
    };
    DataImport { entities, run_id: None }
}

#[tokio::test]
async fn a_run_is_created_filled_read_back_and_archived() {
    let app = TestApp::start().await;
    let client = client(&app);
    let run = client.create_run(&CreateRun { name: "nightly".into(), ..CreateRun::default() }).await.unwrap();
    client.import(&DataImport { run_id: Some(run.uid), ..outcomes(3) }).await.unwrap();

    let executions = client.executions().filter("runUid", run.uid).all().await.unwrap();
    assert!(executions.iter().all(|it| it.custom_fields["time"] == 0.5), "{executions:?}");
    assert_eq!(client.run(run.uid).await.unwrap().custom_fields.case_count, Some(3));

    let archive = UpdateRun { archive: Some(true), ..UpdateRun::default() };
    assert!(client.update_run(run.uid, &archive).await.unwrap().unwrap().archived_at.is_some());
}

#[tokio::test]
async fn a_run_is_found_by_its_key_under_hundreds_of_newer_ones() {
    let app = TestApp::start().await;
    let client = client(&app);
    let run = |name: String| CreateRun {
        external_id: Some(name.clone()),
        source: Some("cargo-test".into()),
        name,
        ..CreateRun::default()
    };
    let ours = client.create_run(&run("ours".into())).await.unwrap();
    for number in 0..600 {
        client.create_run(&run(format!("another {number}"))).await.unwrap();
    }
    let found = provider(&app).find_run("ours").await.unwrap();
    assert_eq!(found.map(|run| run.id), Some(ours.uid.to_string()));
}

#[tokio::test]
async fn its_pages_reach_every_item_once() {
    let app = TestApp::start().await;
    let client = client(&app);
    let run = client.create_run(&CreateRun { name: "nightly".into(), ..CreateRun::default() }).await.unwrap();
    client.import(&DataImport { run_id: Some(run.uid), ..outcomes(25) }).await.unwrap();
    let mut uids: Vec<_> =
        client.executions().per_page(10).all().await.unwrap().iter().map(|it| it.uid).collect();
    uids.dedup();
    assert_eq!(uids.len(), 25);
}

#[tokio::test]
async fn it_uploads_what_the_server_hands_out_again() {
    let app = TestApp::start().await;
    let client = client(&app);
    let run = client.create_run(&CreateRun { name: "nightly".into(), ..CreateRun::default() }).await.unwrap();
    let file = UploadFile {
        file_name: "out.txt".into(),
        file_type: "text/plain".into(),
        size: 5,
        external_id: "e-0".into(),
        run_id: run.uid,
        ..UploadFile::default()
    };
    let signed = client.upload_urls(vec![file]).await.unwrap().files.remove(0);
    client.upload(&signed, "text/plain", b"hello".to_vec()).await.unwrap();
    let object = signed.object_url.strip_prefix(&app.url).unwrap();
    assert_eq!(app.get(object).await.text, "hello");
}

#[tokio::test]
async fn it_tells_the_words_of_a_refusal() {
    let app = TestApp::start().await;
    let error: Error = client(&app).import(&outcomes(1)).await.unwrap_err();
    assert_eq!(error.status().map(|it| it.to_string().starts_with("422")), Some(true));
    let message = "entities.executions.entries[0].runRef: no run with the externalId `run`";
    assert!(error.to_string().contains(message), "{error}");
}
