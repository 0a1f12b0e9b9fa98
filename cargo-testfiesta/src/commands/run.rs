//! `cargo testfiesta run create|close`: a run that several jobs of a pipeline report to.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::json;
use testfiesta_client::provider::{Closing, NewRun, Provider, Run};
use testfiesta_harness::{
    facts::RunFacts,
    journal::{self, Elsewhere},
    reporter::{Courier, aims, new_run, providers},
    run_file::RunFile,
    settings::{RunClose, Settings, TESTFIESTA, TESTSIGMA, variable},
};

use crate::{
    cli::{CloseRun, CreateRun, RunCommand},
    delivery::{self, LeftAlone},
    exit_code,
    invocation::{self, run_key},
    out,
    say::say,
    workspace,
};

pub(crate) async fn run(command: RunCommand) -> Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let settings = workspace::settings(None)?;
    let services = providers(&settings).map_err(|trouble| anyhow!(trouble))?;
    if services.is_empty() {
        bail!(workspace::NO_SERVICE);
    }
    match command {
        RunCommand::Create(arguments) => {
            let facts = invocation::facts(metadata, &settings);
            create(&settings, services, facts, &arguments).await?;
        }
        RunCommand::Close(arguments) => close(&settings, &services, &arguments).await?,
    }
    Ok(exit_code::SUCCESS.into())
}

/// Creates the run in every service, and prints what the jobs need to join it.
async fn create(
    settings: &Settings,
    services: Vec<Box<dyn Provider>>,
    facts: RunFacts,
    arguments: &CreateRun,
) -> Result<()> {
    if let Some(id) = settings.run.any_id() {
        bail!("the settings name a run that exists already: {id}");
    }
    let key = run_key(settings);
    let run_file = RunFile::new(&settings.directory, &key);
    run_file
        .begin(aims(settings, &services), || facts.clone())
        .context("the run's file cannot be written")?;
    let mut runs = Vec::new();
    for service in services {
        let name = service.service();
        let new_run = NewRun { may_be_empty: true, ..new_run(settings, &key, facts.clone()) };
        let mut courier = Courier::new(service, run_file.clone(), new_run, None);
        let Some(run) = courier.open().await.cloned() else {
            let destination = courier.destination();
            bail!("{destination}: {}", courier.trouble().unwrap_or("it made no run, and does not say why"));
        };
        runs.push(Created { service: name, destination: courier.destination(), run });
    }
    Ok(out::hand_over(&printed(&key, &runs, arguments.env))?)
}

/// A run that is there now.
struct Created {
    service: &'static str,
    destination: String,
    run: Run,
}

/// One line of JSON, or one for the environment of the jobs. The number of a run says less than its key where there are
/// several services, and more where there is one: it needs no search.
fn printed(key: &str, runs: &[Created], env: bool) -> String {
    let [Created { service, run, .. }, others @ ..] = runs else { return String::new() };
    if env && others.is_empty() && *service == TESTFIESTA {
        return format!("{}={}", variable("run-id"), run.id);
    }
    if env {
        return format!("{}={key}", variable("run-key"));
    }
    let mut all = json!({ "key": key, "id": run.id, "url": run.url });
    if !others.is_empty() {
        let each = |Created { destination, run, .. }: &Created| json!({ "destination": destination, "id": run.id, "url": run.url });
        all["destinations"] = runs.iter().map(each).collect();
    }
    all.to_string()
}

/// Ends the run in every service.
async fn close(settings: &Settings, services: &[Box<dyn Provider>], arguments: &CloseRun) -> Result<()> {
    let Some(key) = settings.run.chosen_key() else {
        bail!("which run? set {} or {}", variable("run-id"), variable("run-key"));
    };
    let run_directory = journal::run_directory(&settings.directory, &key);
    let run_file = RunFile::new(&settings.directory, &key);
    let record = run_file.read()?;
    let failed_here = journal::sum_up(&run_directory, Vec::new(), Elsewhere::Left)?.outcomes.any_failed();
    let failed = arguments.failed || record.failed || record.interrupted || failed_here;
    if failed && !arguments.failed && !failed_here {
        let interrupted = record.interrupted;
        let why = if interrupted { "tests of it were interrupted" } else { "an invocation of it failed" };
        say(format_args!("testfiesta: the run counts as failed, since {why}"));
    }
    let elsewhere = workspace::elsewhere();
    for service in services {
        let destination = service.destination();
        let (queued, obstacles) = delivery::queued(
            &run_directory,
            std::slice::from_ref(service),
            &elsewhere,
            &mut LeftAlone::new(),
        )?;
        for obstacle in obstacles {
            say(format_args!("testfiesta: not all of this run is known: {obstacle}"));
        }
        if !queued.is_nothing() {
            say(format_args!("testfiesta: {queued} of this run; `cargo testfiesta resend` delivers them"));
        }
        let id = settings.run.joined(service.service());
        let run = match id.or_else(|| record.created.get(&destination).map(|run| run.id.clone())) {
            Some(id) => service.run_by_id(&id).await?,
            None => {
                let found = service.find_run(&key).await?;
                found.with_context(|| format!("{destination} has no run with the key `{key}`"))?
            }
        };
        let what = if service.is_over(&run).await? {
            "closed already".to_owned()
        } else {
            service
                .close_run(&run, Closing { failed, is_final: true })
                .await
                .context("the run could not be closed")?;
            closed(settings, service.service(), failed)
        };
        if record.created.get(&destination).is_some_and(|created| created.id == run.id) {
            // As it is now: `resend` has nothing to end. Should this fail, it ends it once more.
            let _ = run_file.update(|record| drop(record.closed.insert(destination, run.id.clone())));
        }
        let link = run.url.unwrap_or(run.name);
        say(format_args!("testfiesta: {what}: {link}"));
    }
    Ok(())
}

/// What closing a run came to, in a service that did as the settings say.
fn closed(settings: &Settings, service: &str, failed: bool) -> String {
    let verdict = if failed { "failed" } else { "passed" };
    let has_status = settings.run_statuses.get(verdict).is_some();
    let no_status = format!("`run-statuses` has no number for `{verdict}`");
    match settings.run_close {
        RunClose::Never => "left as it is, since `run-close` is `never`".to_owned(),
        // A run has no verdict there.
        _ if service == TESTSIGMA => "closed".to_owned(),
        RunClose::Status if has_status => format!("closed as {verdict}"),
        RunClose::Status => format!("left as it is, since {no_status}"),
        RunClose::Archive if has_status => format!("closed as {verdict}, and archived"),
        RunClose::Archive => format!("archived without a final status, since {no_status}"),
    }
}
