//! Delivers what the journals of a run hold: while they are written, and what no service has confirmed later.

mod queued;
mod rest;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Error, Result, anyhow};
use testfiesta_harness::{
    journal::{self, Addressees, Elsewhere, LookedAfter},
    reporter::{Courier, Follower, new_run, providers},
    run_file::{MayBeEnded, RunFile, RunRecord},
    settings::Settings,
    summary::{Destination, Summary},
};
use tokio::{sync::watch, task::JoinHandle};

pub(crate) use self::{
    queued::{LeftAlone, Queued, lines_of, queued},
    rest::{close_rest, deliver_rest, is_left_open, recount},
};
use crate::{invocation::is_alone, say::say};

/// How the runner left, as far as that says more than outcomes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As if all was well.
    Well,
    /// As if a test had failed: one that is not of ours, or a build.
    Failed,
    /// Somebody ended it.
    Interrupted,
}

/// The delivery of what test processes write, while they do.
pub(crate) struct Delivery {
    followers: Result<Vec<JoinHandle<Follower>>>,
    elsewhere: Elsewhere,
    tests_are_over: watch::Sender<bool>,
}

impl Delivery {
    /// Begins, before the first test process does.
    pub(crate) fn begin(settings: &Settings, run_directory: &Path, key: &str, elsewhere: Elsewhere) -> Self {
        let tests_are_over = watch::Sender::new(false);
        let deadline = settings.deadline;
        let following = followers(settings, run_directory, key, false, &elsewhere).map(|followers| {
            let follow = |mut follower: Follower| {
                let over = tests_are_over.subscribe();
                tokio::spawn(async move {
                    follower.follow(over, Some(deadline)).await;
                    follower
                })
            };
            followers.into_iter().map(follow).collect()
        });
        Self { followers: following, elsewhere, tests_are_over }
    }

    /// None, for this reason: what test processes write stays where it is.
    pub(crate) fn impossible(trouble: Error) -> Self {
        let tests_are_over = watch::Sender::new(false);
        Self { followers: Err(trouble), elsewhere: Elsewhere::Shown, tests_are_over }
    }

    /// Delivers what is left of a run whose tests came to this `end`, and ends it if nobody else reports to it. Says which
    /// processes that died could not be looked after.
    pub(crate) async fn conclude(
        self,
        settings: &Settings,
        run_directory: &Path,
        end: End,
    ) -> Result<Summary> {
        say_obstacles(&journal::attribute_crashes(&settings.directory));
        let note = |record: &mut RunRecord| {
            record.failed |= end == End::Failed;
            record.interrupted |= end == End::Interrupted;
            if is_alone(settings) {
                record.may_be_ended = MayBeEnded::ForGood;
            }
        };
        // Before anything takes long: whoever delivers the rest may then end the run. Should this fail, nobody else does.
        let record = run_file_of(run_directory)?.update(note).unwrap_or_else(|_| {
            let mut record = RunRecord::default();
            note(&mut record);
            record
        });
        let over = Instant::now();
        self.tests_are_over.send_replace(true);
        let followers = match self.followers {
            Ok(followers) => followers,
            Err(trouble) => {
                let destination = Destination::unreachable(Some(format!("{trouble:#}")));
                return sum_up(run_directory, vec![destination], self.elsewhere).await;
            }
        };
        let mut destinations = Vec::new();
        for follower in followers {
            let mut follower = follower.await?;
            let here = vec![follower.destination()];
            // Where not all journals can be summed up, the verdict is not known; below it is said why.
            if let Some(closing) = record.may_be_ended.closing(record.failed)
                && !record.interrupted
                && let Ok(so_far) = journal::sum_up(run_directory, here, self.elsewhere.clone())
                && so_far.gaps().is_empty()
                // Else whoever delivers the rest ends it: one that is closed takes no more.
                && so_far.is_settled()
                && !(so_far.awaits_files() && follower.shuts_attachments_out(closing))
            {
                let patience = settings.deadline.saturating_sub(over.elapsed());
                follower.close(closing.or_failed(so_far.outcomes.any_failed()), patience).await;
            }
            destinations.push(follower.destination());
        }
        // What cannot be cleared away is in nobody's way.
        let _ = journal::clear_delivered(settings);
        sum_up(run_directory, destinations, self.elsewhere).await
    }
}

/// How long to wait for room for what is nowhere but in this process.
const PATIENCE: Duration = Duration::from_secs(1);
/// How soon to look again whether there is any.
const POLL: Duration = Duration::from_millis(50);

/// Sums up the run, and writes to its journals what there was no room for. What is lost is said, and why.
async fn sum_up(
    run_directory: &Path,
    destinations: Vec<Destination>,
    elsewhere: Elsewhere,
) -> Result<Summary> {
    let mut summary = journal::sum_up(run_directory, destinations, elsewhere)?;
    let began = Instant::now();
    let mut lost = journal::write_overflow();
    // What every service holds needs no room here.
    if !summary.is_complete() {
        while !lost.is_empty() && began.elapsed() < PATIENCE {
            tokio::time::sleep(POLL).await;
            lost = journal::write_overflow();
        }
        summary.unread.extend(lost);
    }
    Ok(summary)
}

/// Says which processes that died could not be looked after.
pub(crate) fn say_obstacles(looked_after: &LookedAfter) {
    for obstacle in &looked_after.obstacles {
        say(format_args!("testfiesta: a process that died could not be looked after: {obstacle}"));
    }
}

/// Says that the file of a run tells nothing, before it is written anew.
pub(crate) fn say_damage(run_file: &RunFile) {
    if let Some(damage) = run_file.damage() {
        say(format_args!("testfiesta: {damage}; the run is looked for in the service by its key"));
    }
}

/// The file of the run whose journals these are.
fn run_file_of(run_directory: &Path) -> Result<RunFile> {
    RunFile::of_run_directory(run_directory).context("the journal's directory has no name")
}

/// A follower of this run for each service that is set. `may_exist` says that the run is not of this moment.
fn followers(
    settings: &Settings,
    run_directory: &Path,
    run_key: &str,
    may_exist: bool,
    elsewhere: &Elsewhere,
) -> Result<Vec<Follower>> {
    let run_file = run_file_of(run_directory)?;
    let record = run_file.read()?;
    let addressees = Addressees { of_run: record.destinations, elsewhere: elsewhere.clone() };
    let mut followers = Vec::new();
    for provider in providers(settings).map_err(|trouble| anyhow!(trouble))? {
        let mut new_run = new_run(settings, run_key, record.facts.clone());
        new_run.may_exist |= may_exist;
        let joined = settings.run.joined(provider.service());
        let joined = joined.or_else(|| record.joined.get(&provider.destination()).cloned());
        let courier = Courier::new(provider, run_file.clone(), new_run, joined);
        followers.push(Follower::new(courier, run_directory, addressees.clone()));
    }
    Ok(followers)
}
