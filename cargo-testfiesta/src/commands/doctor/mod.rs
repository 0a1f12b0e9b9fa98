//! `cargo testfiesta doctor`: why does it not report?

mod journals;
mod report;
mod service;
mod settings;
mod targets;
mod tools;

use std::{env, io, process::ExitCode};

use anyhow::Result;
use testfiesta_harness::settings::{Settings, Sources};

use self::report::Report;
use crate::{exit_code, workspace};

pub(crate) async fn run() -> Result<ExitCode> {
    let mut report = Report::new(io::stdout());
    let metadata = workspace::metadata();
    let here = match &metadata {
        Ok(metadata) => Some(metadata.workspace_root.clone().into_std_path_buf()),
        Err(_) => env::current_dir().ok(),
    };
    let directory = workspace::directory(None).ok();
    let mut settings = Settings::load_around(here.as_deref());
    if let Some(directory) = &directory {
        settings.directory.clone_from(directory);
    }

    settings::show(&mut report, &mut Sources::around(here.as_deref()), &settings)?;
    tools::check(&mut report)?;
    match &metadata {
        Ok(metadata) => targets::check(&mut report, metadata)?,
        Err(error) => report.note(&format!("{error:#}"))?,
    }
    service::check(&mut report, &settings).await?;
    if let Some(directory) = &directory {
        journals::check(&mut report, directory, &settings)?;
    }
    Ok(if report.conclude()? == 0 { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}
