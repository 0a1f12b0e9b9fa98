//! Delivers what the journals of a run hold: while they are written, and what no service has confirmed later.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    ops::AddAssign,
    path::Path,
    slice,
    time::{Duration, Instant},
};

use anyhow::{Context, Error, Result, anyhow};
use testfiesta_client::provider::Provider;
use testfiesta_harness::{
    journal::{self, Addressees, Elsewhere, LookedAfter, Meant, Obstacle, Recipient},
    reporter::{Courier, Follower, new_run, providers},
    run_file::{RunFile, RunRecord},
    settings::Settings,
    summary::{Destination, Summary},
};
use tokio::{sync::watch, task::JoinHandle};

use crate::{invocation::is_alone, say::say};

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

    /// Delivers what is left, and ends the run if nobody else reports to it. Says which processes that died could not be
    /// looked after.
    pub(crate) async fn conclude(self, settings: &Settings, run_directory: &Path) -> Result<Summary> {
        say_obstacles(&journal::attribute_crashes(&settings.directory));
        if is_alone(settings)
            && let Some(run_file) = RunFile::of_run_directory(run_directory)
        {
            // Before anything takes long: whoever delivers the rest may then end the run. Should this fail, nobody does.
            let _ = run_file.update(|record| record.over = Some(true));
        }
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
            // Where not all journals can be summed up, the verdict is not known; below it is said why.
            if is_alone(settings)
                && let Ok(so_far) = journal::sum_up(run_directory, Vec::new(), Elsewhere::Left)
                && so_far.gaps().is_empty()
            {
                let patience = settings.deadline.saturating_sub(over.elapsed());
                follower.close(so_far.outcomes.any_failed(), true, patience).await;
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

/// A follower of this run for each service that is set. `may_exist` says that the run is not of this moment.
fn followers(
    settings: &Settings,
    run_directory: &Path,
    run_key: &str,
    may_exist: bool,
    elsewhere: &Elsewhere,
) -> Result<Vec<Follower>> {
    let run_file = RunFile::of_run_directory(run_directory).context("the journal's directory has no name")?;
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

/// How often the rest of a run is looked for, when others add to it meanwhile.
const LOOKS: usize = 3;

/// Brings the rest of a run to each service that is set. Sending a result twice is harmless, since it goes under its own
/// external id.
pub(crate) async fn deliver_rest(
    settings: &Settings,
    run_directory: &Path,
    elsewhere: &Elsewhere,
) -> Result<Vec<Destination>> {
    let Some(key) = run_key(run_directory)? else { return Ok(Vec::new()) };
    if let Some(run_file) = RunFile::of_run_directory(run_directory) {
        say_damage(&run_file);
        // Closed by one process before another had delivered: its verdict may change.
        let reopen = |record: &mut RunRecord| {
            if record.over == Some(false) {
                record.closed.clear()
            }
        };
        let _ = run_file.update(reopen);
    }
    let tests_are_over = watch::channel(true).1;
    let mut deliveries = Vec::new();
    for mut follower in followers(settings, run_directory, &key, true, elsewhere)? {
        let tests_are_over = tests_are_over.clone();
        deliveries.push(tokio::spawn(async move {
            for _ in 0..LOOKS {
                follower.follow(tests_are_over.clone(), None).await;
                if !follower.has_missed_some() {
                    break;
                }
            }
            follower.destination()
        }));
    }
    let mut destinations = Vec::new();
    for delivery in deliveries {
        destinations.push(delivery.await?);
    }
    Ok(destinations)
}

/// Ends the runs that an invocation made and could not end, where it is over and everything of it is delivered. Answers
/// which could not be ended now, by destination, and why.
pub(crate) async fn close_rest(
    settings: &Settings,
    run_directory: &Path,
    elsewhere: &Elsewhere,
) -> Result<Vec<(String, String)>> {
    let mut troubles = Vec::new();
    let run_file = RunFile::of_run_directory(run_directory).context("the journal's directory has no name")?;
    let record = run_file.read()?;
    let (Some(over), Some(key)) = (record.over, run_key(run_directory)?) else { return Ok(troubles) };
    let so_far = journal::sum_up(run_directory, Vec::new(), Elsewhere::Left)?;
    // Who lives ends it itself, and where not everything is known, neither is the verdict.
    if !journal::living(&settings.directory, run_directory)?.is_empty() || !so_far.gaps().is_empty() {
        return Ok(troubles);
    }
    for service in providers(settings).map_err(|trouble| anyhow!(trouble))? {
        let destination = service.destination();
        // A run that the settings name belongs to others.
        if settings.run.joined(service.service()).is_some() || !record.is_left_open(&destination) {
            continue;
        }
        let (rest, _) = queued(run_directory, slice::from_ref(&service), elsewhere, &mut LeftAlone::new())?;
        if rest.is_nothing() {
            let new_run = new_run(settings, &key, record.facts.clone());
            let mut courier = Courier::new(service, run_file.clone(), new_run, None);
            courier.open().await;
            let closed = courier.close(record.failed || so_far.outcomes.any_failed(), over).await;
            troubles.extend(closed.err().map(|trouble| (destination, trouble)));
        }
    }
    Ok(troubles)
}

/// Whether one of these services has a run of an invocation that is over and did not end it.
pub(crate) fn is_left_open(run_directory: &Path, services: &[Box<dyn Provider>]) -> Result<bool> {
    let run_file = RunFile::of_run_directory(run_directory).context("the journal's directory has no name")?;
    let record = run_file.read()?;
    Ok(record.over.is_some() && services.iter().any(|service| record.is_left_open(&service.destination())))
}

/// What of a run is still to be brought to one of these services.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) results: usize,
    pub(crate) attachments: usize,
}

/// Results that wait for a destination that is not set here, by package and destination.
pub(crate) type LeftAlone = BTreeMap<(String, String), usize>;

/// What of a run is still to be brought to one of these services; where there are none, the results that nobody has. What
/// waits for others is added to `left_alone`. And what stands in the way of knowing the rest.
pub(crate) fn queued(
    run_directory: &Path,
    services: &[Box<dyn Provider>],
    elsewhere: &Elsewhere,
    left_alone: &mut LeftAlone,
) -> Result<(Queued, Vec<Obstacle>)> {
    let run_file = RunFile::of_run_directory(run_directory).context("the journal's directory has no name")?;
    let addressees = Addressees { of_run: run_file.read()?.destinations, elsewhere: elsewhere.clone() };
    let destinations: Vec<_> = services.iter().map(|service| service.destination()).collect();
    let (mut queued, mut obstacles) = (Queued::default(), Vec::new());
    for process in journal::processes(run_directory)? {
        let process = match process {
            Ok(process) => process,
            Err(obstacle) => {
                obstacles.push(obstacle);
                continue;
            }
        };
        obstacles.extend(process.damage());
        let meant = |destination| addressees.meant(destination, &process.started);
        let recipients: Vec<_> = destinations
            .iter()
            .map(|destination| Recipient { destination, meant: meant(destination) })
            .collect();
        if recipients.iter().any(|recipient| recipient.meant == Meant::ForAnother) {
            for aim in addressees.aims(&process.started).iter().filter(|aim| !destinations.contains(aim)) {
                let waiting = process.undelivered(Recipient { destination: aim, meant: Meant::ForIt }).len();
                if waiting > 0 {
                    let package = process.started.package.clone().into_owned();
                    *left_alone.entry((package, aim.clone())).or_default() += waiting;
                }
            }
        }
        let left = Recipient::or_nobody(&recipients).iter().map(|recipient| process.undelivered(*recipient));
        queued.results += left.fold(HashSet::new(), |all, left| &all | &left).len();
        for (_, recipient) in
            services.iter().zip(&recipients).filter(|(service, _)| service.takes_attachments())
        {
            queued.attachments += usize::try_from(process.queued_attachments(*recipient)?)?;
        }
    }
    Ok((queued, obstacles))
}

/// Says what is left alone, and for whom.
pub(crate) fn lines_of(left_alone: &LeftAlone) -> impl Iterator<Item = String> {
    left_alone.iter().map(|((package, aim), results)| {
        format!("left alone: {results} of {package}, meant for {aim}; deliver them where that is set")
    })
}

impl Queued {
    /// Whether everything is where it is to be.
    pub(crate) fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl AddAssign for Queued {
    fn add_assign(&mut self, other: Self) {
        self.results += other.results;
        self.attachments += other.attachments;
    }
}

impl fmt::Display for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} queued", self.results)?;
        match self.attachments {
            0 => Ok(()),
            1 => write!(f, " and 1 attachment"),
            attachments => write!(f, " and {attachments} attachments"),
        }
    }
}

/// Writes what became of a run's results where its processes were asked to (`TESTFIESTA_SUMMARY`).
pub(crate) fn recount(directory: &Path, run_directory: &Path, summary: &Summary) -> Result<()> {
    let Some(key) = run_key(run_directory)? else { return Ok(()) };
    let counted = journal::recount(directory, run_directory, &key, summary);
    counted.context("the summary could not be written (TESTFIESTA_SUMMARY)")
}

/// The key that the first journal knows which can be read.
fn run_key(run_directory: &Path) -> Result<Option<String>> {
    let files = journal::files(run_directory)?;
    Ok(files.iter().find_map(|file| Some(journal::started(file).ok()??.run_key)))
}
