//! What the journals of a run hold, put together.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Result, bail};
use testfiesta_harness::{
    event::CaseFinished,
    journal::{self, Elsewhere, ProcessJournal},
    reporter::providers,
    run_file::RunRecord,
    settings::Settings,
    summary::{Attachments, Destination, RunLink, Summary},
};

use super::{
    model::{Attachment, Delivery, Report, Target, Test},
    text::Room,
    which::Run,
};
use crate::local;

/// Reads all of a run that can be read. What tests printed is kept as far as there is room for it.
pub(super) fn report(run: &Run, settings: &Settings, room: Room) -> Result<Report> {
    let living = journal::living(&settings.directory, &run.directory)?.len();
    let mut gathered = Gathered { room, ..Gathered::default() };
    for process in journal::processes(&run.directory)?.flatten() {
        gathered.add(&process)?;
    }
    let Run { directory, key, record, .. } = run;
    let (summary, destinations) = delivered(directory, key, record, &gathered, settings)?;
    if gathered.processes == 0 {
        bail!("nothing of the run {key} can be read: {}", summary.gaps().join("; "));
    }
    let delivery = |settled: Destination| Delivery {
        executed: summary.executed.saturating_sub(settled.elsewhere),
        queued: settled.queued(summary.executed),
        settled,
    };
    Ok(Report {
        key: key.clone(),
        facts: record.facts.clone(),
        began: at(gathered.began),
        duration: at(gathered.ended).duration_since(at(gathered.began)).unwrap_or_default(),
        outcomes: summary.outcomes,
        executed: summary.executed,
        deliveries: destinations.into_iter().map(delivery).collect(),
        gaps: [summary.unread, summary.unended].concat(),
        living,
        targets: gathered.into_targets(),
    })
}

/// What is known so far.
#[derive(Default)]
struct Gathered {
    room: Room,
    processes: usize,
    /// In milliseconds since the Unix epoch.
    began: u64,
    ended: u64,
    /// Where results are meant to go.
    aims: Vec<String>,
    /// Where somebody answered for results.
    answered: Vec<String>,
    /// Each with what was attached in processes that tell no outcome of the test: to nextest, each attempt is a process.
    targets: BTreeMap<Place, (Target, Attached)>,
}

/// What tells a test binary, and what it runs on, from others.
type Place = (String, String, Option<String>, Option<u32>);

/// What tests attached, by test.
type Attached = HashMap<String, Vec<Attachment>>;

impl Gathered {
    fn add(&mut self, process: &ProcessJournal) -> Result<()> {
        let started = &process.started;
        self.began = if self.processes == 0 { started.at } else { self.began.min(started.at) };
        self.processes += 1;
        remember(&mut self.aims, started.destinations.iter().flatten());
        remember(&mut self.answered, process.acknowledged.iter().map(|batch| &batch.destination));
        let (package, target) = (started.package.to_string(), started.target.to_string());
        let (variant, repetition) = (started.variant.as_ref().map(ToString::to_string), started.repetition);
        let place = (package.clone(), target.clone(), variant.clone(), repetition);
        let mut attached = attachments(process)?;
        let Self { targets, room, ended, .. } = self;
        let (tests, unfinished) = (Vec::new(), Vec::new());
        let fresh = || (Target { package, target, variant, repetition, tests, unfinished }, Attached::new());
        let (target, attached_before) = targets.entry(place).or_insert_with(fresh);
        for case in &process.finished {
            *ended = (*ended).max(case.at.saturating_add(case.micros / 1_000));
            let attachments = attached.remove(&*case.test).unwrap_or_default();
            target.tests.push(Test { case: room.fit(whole(process, case)), attachments });
        }
        target.unfinished.extend(process.unfinished.iter().map(|case| case.test.to_string()));
        for (test, attachments) in attached {
            attached_before.entry(test).or_default().extend(attachments);
        }
        Ok(())
    }

    fn into_targets(self) -> Vec<Target> {
        let mut targets: Vec<_> = self.targets.into_values().map(with_all_attachments).collect();
        let is_one = targets.iter().all(|target| target.variant == targets[0].variant);
        for target in &mut targets {
            target.tests.sort_by(|one, other| one.case.test.cmp(&other.case.test));
            target.unfinished.sort();
            // What all have in common tells nothing apart.
            target.variant.take_if(|_| is_one);
        }
        targets
    }
}

/// Gives each test what its earlier attempts attached.
fn with_all_attachments((mut target, mut attached_before): (Target, Attached)) -> Target {
    for Test { case, attachments } in &mut target.tests {
        attachments.splice(..0, attached_before.remove(&*case.test).unwrap_or_default());
    }
    target
}

fn remember<'n>(known: &mut Vec<String>, names: impl Iterator<Item = &'n String>) {
    for name in names {
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
}

/// A test with what it printed, which may lie beside the journal.
fn whole(process: &ProcessJournal, case: &CaseFinished) -> CaseFinished {
    journal::brought_back(&process.path, case.clone())
}

/// What the tests of a process attached.
fn attachments(process: &ProcessJournal) -> Result<Attached> {
    let mut attachments = Attached::new();
    for (attached, place) in process.attached()? {
        let kept = match (place, attached.trouble) {
            (Some(place), _) => match fs::metadata(&place) {
                Ok(file) => Ok((place, file.len())),
                Err(error) => Err(error.to_string()),
            },
            (None, trouble) => Err(trouble.unwrap_or_default()),
        };
        let (name, media_type) = (attached.name, attached.media_type);
        attachments.entry(attached.test.into_owned()).or_default().push(Attachment {
            name,
            media_type,
            kept,
        });
    }
    Ok(attachments)
}

/// What became of the results wherever they were meant to go, or went.
fn delivered(
    run_directory: &Path,
    key: &str,
    record: &RunRecord,
    gathered: &Gathered,
    settings: &Settings,
) -> Result<(Summary, Vec<Destination>)> {
    let mut aims = record.destinations.clone();
    remember(&mut aims, gathered.aims.iter());
    let here: Vec<_> = providers(settings).unwrap_or_default().iter().map(|it| it.destination()).collect();
    let destination = |name: &String| {
        let link = |url: String| match local::lasting_link(name, &url) {
            Some(lasting) if !here.contains(name) => lasting,
            _ => url,
        };
        let created = record.created.get(name).cloned();
        let run = created.map(|run| RunLink { id: run.id, key: key.to_owned(), url: run.url.map(link) });
        let mut destination = Destination { name: name.clone(), run, ..Destination::default() };
        let is_wanted = settings.attachments.are_wanted_by(destination.service());
        destination.attachments = is_wanted.then(Attachments::default);
        destination
    };
    let mut summary =
        journal::sum_up(run_directory, aims.iter().map(destination).collect(), Elsewhere::Left)?;
    let mut destinations = std::mem::take(&mut summary.destinations);
    // Such as the local TestFiesta, to which nobody sent them, but which took them in.
    let others: Vec<_> =
        gathered.answered.iter().filter(|name| !aims.contains(name)).map(destination).collect();
    if !others.is_empty() {
        destinations.extend(journal::sum_up(run_directory, others, Elsewhere::Shown)?.destinations);
    }
    Ok((summary, destinations))
}

fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}
