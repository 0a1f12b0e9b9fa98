//! `cargo testfiesta doctor`: why does it not report?

mod journals;
mod report;
mod service;
mod settings;
mod targets;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use testfiesta_harness::settings::Settings;

use self::report::Report;
use crate::{exit_code, out, workspace};

pub(crate) async fn run() -> Result<ExitCode> {
    let mut report = Report::new(out::stdout());
    let settings = workspace::settings(None);
    let directory = settings.as_ref().ok().map(|settings| settings.directory.clone());
    let settings = settings.unwrap_or_else(|_| Settings::from_sources(workspace::sources()));

    settings::show(&mut report, &mut workspace::sources(), &settings, directory.as_deref())?;
    tools::check(&mut report)?;
    match workspace::metadata() {
        Ok(metadata) => targets::check(&mut report, metadata)?,
        Err(error) => report.note(&format!("{error:#}"))?,
    }
    service::check(&mut report, &settings).await?;
    if let Some(directory) = &directory {
        journals::check(&mut report, directory, &settings)?;
    }
    Ok(if report.conclude()? == 0 { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}
