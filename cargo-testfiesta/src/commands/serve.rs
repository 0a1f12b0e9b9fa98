//! `cargo testfiesta serve`

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    path::Path,
    process::{self, ExitCode},
};

use anyhow::{Context, Result, bail};
use testfiesta_harness::{
    journal::{self, Elsewhere},
    settings::Settings,
    summary::Destination,
};
use testfiesta_server::{
    Store,
    faults::Faults,
    testsigma::{self, Seed},
};
use tokio::net::lookup_host;

use crate::{
    cli::ServeArguments,
    delivery::{self, LeftAlone},
    exit_code,
    interrupt::Interrupt,
    local::{self, BorrowedKey, Served},
    out,
    say::say,
    workspace,
};

pub(crate) async fn run(arguments: ServeArguments) -> Result<ExitCode> {
    let settings = workspace::settings(arguments.data.directory.as_deref())?;
    let directory = settings.directory.clone();
    let store = Store::open(&directory)?;
    let faults = Faults::default();
    let mut app = local::app(store.clone()).with_faults(faults.clone());
    if let Some(calls) = arguments.testsigma_limit {
        app = app.with_testsigma_limit(calls);
    }
    if let Some(file) = &arguments.seed {
        sow(&store, file).with_context(|| format!("{} cannot be used", file.display()))?;
    }
    let served = Served::open(app, &addresses(arguments.listen.as_deref()).await?).await?;
    let url = served.url();
    if matches!(served, Served::Elsewhere(_)) {
        bail!("{} is already served at {url}", directory.display());
    }
    take_in(&store, settings, &served).await?;
    if !arguments.faults.is_empty() {
        // From here on: what the journals hold already is no part of the experiment, nor is making the project.
        faults.set(arguments.faults);
        say(format_args!("the API fails on purpose, as --fault says; project {} is there", local::PROJECT));
    }
    announce(&served, &directory)?;
    last(served).await
}

/// Where to listen: there alone, be it called by the name of a host; or where it is free.
pub(super) async fn addresses(given: Option<&str>) -> Result<Vec<SocketAddr>> {
    let Some(name) = given else { return Ok(vec![local::USUAL, local::ANY_PORT]) };
    let found = lookup_host(name).await;
    let found = found.with_context(|| format!("{name} is no address to listen on, as 127.0.0.1:7357 is"))?;
    let mut found: Vec<_> = found.collect();
    // As without a name: links say 127.0.0.1.
    found.sort_by_key(SocketAddr::is_ipv6);
    Ok(found)
}

/// Says that it can be reached now.
pub(super) fn announce(served: &Served, directory: &Path) -> Result<()> {
    let mut out = out::stdout();
    writeln!(out, "listening on {}", served.listens_at())?;
    out.flush()?;
    say(format_args!("data in {}; Ctrl-C ends it", directory.display()));
    Ok(())
}

/// Serves until somebody ends it.
pub(super) async fn last(served: Served) -> Result<ExitCode> {
    shutdown_signal().await?;
    tokio::select! {
        closed = served.close() => closed?,
        // Who asks again does not want to wait for requests under way, nor for what they do.
        asked = shutdown_signal() => {
            asked?;
            process::exit(Interrupt::KEYS.exit_code().into());
        }
    }
    Ok(exit_code::SUCCESS.into())
}

/// Puts what a file holds into the store.
fn sow(store: &Store, file: &Path) -> Result<()> {
    let seed: Seed = serde_json::from_str(&fs::read_to_string(file)?)?;
    Ok(testsigma::seed(store, &seed)?)
}

/// What tests left in the journal when no service was configured is shown here. Whoever begins to serve makes the project,
/// which others may want to report to before there is a run.
pub(super) async fn take_in(store: &Store, settings: Settings, served: &Served) -> Result<()> {
    delivery::say_obstacles(&journal::attribute_crashes(&settings.directory));
    let mut waiting = Vec::new();
    for run in journal::runs(&settings.directory)? {
        // A journal that cannot be read must not keep the others from being shown.
        match delivery::queued(&run, &[], &Elsewhere::Shown, &mut LeftAlone::new()) {
            Ok((queued, obstacles)) => {
                obstacles.iter().for_each(|obstacle| say(format_args!("not taken in: {obstacle}")));
                if !queued.is_nothing() {
                    waiting.push(run);
                }
            }
            Err(error) => say(format_args!("{}: {error:#}", run.display())),
        }
    }
    if waiting.is_empty() && matches!(served, Served::Elsewhere(_)) {
        return Ok(());
    }
    let (url, key) = (served.url(), BorrowedKey::make(store, "cargo testfiesta serve")?);
    local::ensure_project(&url, &key.token, local::PROJECT, "Local").await?;
    let settings = local::settings(settings, &url, &key);
    for run in waiting {
        match delivery::deliver_rest(&settings, &run, &Elsewhere::Shown).await {
            Ok(destinations) => destinations.iter().for_each(say_taken_in),
            Err(error) => say(format_args!("{}: {error:#}", run.display())),
        }
    }
    Ok(())
}

fn say_taken_in(destination: &Destination) {
    match (&destination.trouble, &destination.run) {
        (Some(trouble), _) => say(format_args!("not taken in: {trouble}")),
        (None, Some(run)) => say(format_args!("taken in: {}", run.url.as_ref().unwrap_or(&run.key))),
        (None, None) => {}
    }
}

#[cfg(unix)]
async fn shutdown_signal() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn shutdown_signal() -> Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
