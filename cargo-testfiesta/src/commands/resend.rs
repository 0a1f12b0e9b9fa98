//! `cargo testfiesta resend`

use std::process::ExitCode;

use anyhow::{Result, bail};
use testfiesta_harness::{
    journal,
    settings::{Service, Settings},
};

use crate::{cli::ResendArguments, delivery, exit_code, totals::Totals, workspace};

pub(crate) async fn run(arguments: ResendArguments) -> Result<ExitCode> {
    let directory = workspace::directory(None)?;
    let mut waiting = Vec::new();
    for run in journal::runs(&directory)? {
        let queued = delivery::queued(&run)?;
        if queued > 0 {
            waiting.push((run, queued));
        }
    }
    let total: usize = waiting.iter().map(|(_, queued)| queued).sum();
    eprintln!("testfiesta: {total} queued in {} of {}", count(waiting.len(), "run"), directory.display());
    if arguments.dry_run || waiting.is_empty() {
        return Ok(exit_code::SUCCESS.into());
    }

    let settings = Settings::load_around(std::env::current_dir().ok().as_deref());
    let service = match &settings.service {
        Service::Ready(service) => service,
        Service::Unusable(problems) => bail!("{}", problems.join("; ")),
        Service::None => bail!(
            "no service is configured: set TESTFIESTA_TOKEN, TESTFIESTA_HANDLE and TESTFIESTA_PROJECT, or look at the \
             results with `cargo testfiesta serve`"
        ),
    };
    let provider = delivery::provider(&settings, service)?;
    let mut complete = true;
    for (run, _) in waiting {
        let trouble = match delivery::deliver_rest(&settings, &*provider, &run).await {
            Ok(delivered) => delivered.and_then(|delivered| delivered.trouble),
            Err(error) => Some(format!("{error:#}")),
        };
        let mut summary = Totals::read(&run)?.summary;
        summary.trouble = trouble;
        summary.lines().iter().for_each(|line| eprintln!("testfiesta: {line}"));
        complete &= summary.queued() == 0;
    }
    Ok(if complete { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
