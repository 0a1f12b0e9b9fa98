//! `cargo testfiesta resend`

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use testfiesta_client::provider::Provider;
use testfiesta_harness::{
    journal::{self, Elsewhere},
    reporter::providers,
    settings::Settings,
};

use crate::{
    cli::ResendArguments,
    delivery::{self, LeftAlone, Queued},
    exit_code, lock,
    say::{count, say},
    workspace,
};

pub(crate) async fn run(arguments: ResendArguments) -> Result<ExitCode> {
    let settings = workspace::settings(None)?;
    let directory = &settings.directory;
    let destinations = providers(&settings).map_err(anyhow::Error::msg);
    let looked_after = journal::attribute_crashes(directory);
    delivery::say_obstacles(&looked_after);
    // Where nothing was ever kept, nothing is to be delivered, nor anything to be made.
    let delivers = !arguments.dry_run && directory.is_dir();
    let _turn = delivers.then(|| turn(directory)).transpose()?;
    let elsewhere = workspace::elsewhere();
    let Rest { waiting, left_open, all_read } =
        rest(directory, destinations.as_deref().unwrap_or_default(), &elsewhere)?;
    let mut complete = all_read && looked_after.obstacles.is_empty();
    let mut in_silence = false;
    if !arguments.dry_run && !waiting.is_empty() {
        if destinations?.is_empty() {
            bail!(
                "{}. Nothing was sent, and everything is kept; `cargo testfiesta serve` takes it in and shows it",
                workspace::NO_SERVICE
            );
        }
        let mut waiting = waiting.into_iter();
        while let Some(run) = waiting.next() {
            let delivered = deliver(&settings, &run, &elsewhere).await.unwrap_or_else(|error| {
                say(format_args!("testfiesta: not delivered: {}: {error:#}", run.display()));
                Delivered::default()
            });
            complete &= delivered.all;
            // Who does not answer would keep each of the others waiting for as long.
            in_silence = delivered.in_silence;
            if in_silence {
                if waiting.len() > 0 {
                    let left = count(waiting.len(), "run");
                    say(format_args!("testfiesta: nobody answers; not tried, and still queued: {left}"));
                }
                break;
            }
        }
    }
    if !arguments.dry_run && !in_silence {
        for run in left_open {
            match delivery::close_rest(&settings, &run, &elsewhere).await {
                Ok(troubles) => {
                    troubles.iter().for_each(|(_, trouble)| say(format_args!("testfiesta: {trouble}")));
                }
                Err(error) => say(format_args!("testfiesta: not closed: {}: {error:#}", run.display())),
            }
        }
    }
    Ok(if complete { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}

/// What became of the rest of a run.
#[derive(Default)]
struct Delivered {
    /// Every service has answered for all of it.
    all: bool,
    /// No service answered at all.
    in_silence: bool,
}

/// Delivers what is left of a run, and ends it if its processes would have done so.
async fn deliver(settings: &Settings, run: &Path, elsewhere: &Elsewhere) -> Result<Delivered> {
    let mut delivered = delivery::deliver_rest(settings, run, elsewhere).await?;
    let in_silence = !delivered.is_empty() && delivered.iter().all(|destination| destination.is_silent);
    for (name, trouble) in delivery::close_rest(settings, run, elsewhere).await? {
        let destination = delivered.iter_mut().find(|destination| destination.name == name);
        destination.map(|destination| destination.trouble.get_or_insert(trouble));
    }
    let summary = journal::sum_up(run, delivered, elsewhere.clone())?;
    summary.lines().iter().for_each(|line| say(format_args!("testfiesta: {line}")));
    delivery::recount(&settings.directory, run, &summary)?;
    Ok(Delivered { all: summary.is_settled() && !summary.awaits_files(), in_silence })
}

/// Waits until no other process delivers what this one would: a result that is sent twice may leave two traces.
fn turn(directory: &Path) -> Result<File> {
    let lock = lock::file(directory, "resend.lock")?;
    let locked = match lock.try_lock() {
        Err(TryLockError::WouldBlock) => {
            say("testfiesta: another `cargo testfiesta resend` is delivering; this one waits for its end");
            lock.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => Ok(()),
    };
    locked.with_context(|| format!("resend.lock in {} cannot be locked", directory.display()))?;
    Ok(lock)
}

/// What is left to do.
struct Rest {
    /// The runs of which something is to be delivered.
    waiting: Vec<PathBuf>,
    /// The runs that only have to be ended.
    left_open: Vec<PathBuf>,
    /// Whether every journal could be read.
    all_read: bool,
}

/// Looks what is left to do. Says how much is to be delivered, and what is left to others.
fn rest(directory: &Path, services: &[Box<dyn Provider>], elsewhere: &Elsewhere) -> Result<Rest> {
    let mut left_alone = LeftAlone::new();
    let (mut waiting, mut left_open, mut all_read) = (Vec::new(), Vec::new(), true);
    let mut total = Queued::default();
    for run in journal::runs(directory)? {
        match delivery::queued(&run, services, elsewhere, &mut left_alone) {
            Ok((queued, obstacles)) => {
                for obstacle in &obstacles {
                    say(format_args!("testfiesta: not delivered: {obstacle}"));
                }
                all_read &= obstacles.is_empty();
                if !queued.is_nothing() {
                    waiting.push(run);
                    total += queued;
                } else if delivery::is_left_open(&run, services)? {
                    left_open.push(run);
                }
            }
            // One that cannot be read must not keep the others from being delivered.
            Err(error) => {
                say(format_args!("testfiesta: not delivered: {}: {error:#}", run.display()));
                all_read = false;
            }
        }
    }
    say(format_args!("testfiesta: {total} in {} of {}", count(waiting.len(), "run"), directory.display()));
    for line in delivery::lines_of(&left_alone) {
        say(format_args!("testfiesta: {line}"));
    }
    Ok(Rest { waiting, left_open, all_read })
}
