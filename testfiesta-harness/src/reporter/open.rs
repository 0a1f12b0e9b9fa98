//! The run that all processes of one invocation share.

use std::{io, time::Duration};

use testfiesta_client::{
    Error,
    provider::{Closing, NewRun, Provider, Run},
};

use super::outages::{Outage, Outages};
use crate::{
    facts::RunFacts,
    run_file::{Aim, CreatedRun, Creating, MayBeEnded, RunFile, RunRecord},
    settings::Settings,
};

/// Another process is creating the run: how soon to look again.
const LOCK_POLL: Duration = Duration::from_millis(15);

/// The run to create for this key.
pub fn new_run(settings: &Settings, key: &str, facts: RunFacts) -> NewRun {
    NewRun {
        key: key.to_owned(),
        // Other machines may report under a key that the user chose.
        may_exist: settings.run.key.is_some(),
        name: if facts.name.is_empty() { key.to_owned() } else { facts.name },
        link: facts.link,
        description: Some(facts.description).filter(|text| !text.is_empty()),
        may_be_empty: false,
        case_ids: Vec::new(),
        tags: settings.run.tags.clone(),
        milestone: settings.run.milestone,
        configurations: settings.run.configurations.clone(),
    }
}

/// Where results of this invocation are meant to go.
pub fn aims(settings: &Settings, providers: &[Box<dyn Provider>]) -> Vec<Aim> {
    let providers = providers.iter().map(AsRef::as_ref);
    let aim = |provider: &dyn Provider| Aim {
        destination: provider.destination(),
        joined: settings.run.joined(provider.service()),
    };
    providers.map(aim).collect()
}

impl MayBeEnded {
    /// How a run ends in which tests `failed` or did not; none where that is for others to say.
    pub fn closing(self, failed: bool) -> Option<Closing> {
        (self != Self::ByOthers).then_some(Closing { failed, is_final: self == Self::ForGood })
    }
}

/// Why there is no run.
pub(super) enum OpenError {
    /// The service's own answer, or none.
    Service(Error),
    /// Another process found the service to be down.
    Outage(Outage),
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

/// The run, found or created. Of all processes on this machine that come with the same key, one creates it. Where they
/// have no file in common, it is found in the service by its key. None where the service has none of its cases.
///
/// # Errors
///
/// Why the service has no run for us.
pub(super) async fn open_run(
    provider: &dyn Provider,
    run_file: &RunFile,
    new_run: &NewRun,
    join: Option<&str>,
    outages: Option<&Outages>,
) -> Result<Option<Run>, OpenError> {
    if let Some(outage) = outages.and_then(Outages::current).filter(|outage| !outage.left().is_zero()) {
        return Err(OpenError::Outage(outage));
    }
    if let Some(id) = join {
        return Ok(Some(provider.join_run(id).await?));
    }
    let creating = match agree(provider, run_file, new_run, outages).await {
        Ok(Agreed::Known(run)) => return Ok(Some(run)),
        Ok(Agreed::Ours(creating)) => Some(creating),
        Ok(Agreed::Down(outage)) => return Err(OpenError::Outage(outage)),
        // What cannot be agreed on here is found in the service, by its key.
        Err(_) => None,
    };
    let Some(run) = provider.create_run(new_run).await? else { return Ok(None) };
    if creating.is_some() {
        let created = CreatedRun { id: run.id.clone(), url: run.url.clone() };
        // Should this fail, whoever waits asks the service in its turn.
        let _ = run_file.update(|record| drop(record.created.insert(provider.destination(), created)));
    }
    Ok(Some(run))
}

/// Who creates the run.
enum Agreed {
    /// Nobody: it is there.
    Known(Run),
    /// This process, while others wait.
    Ours(Creating),
    /// Nobody: the service is down, and another process sees whether it still is.
    Down(Outage),
}

async fn agree(
    provider: &dyn Provider,
    run_file: &RunFile,
    new_run: &NewRun,
    outages: Option<&Outages>,
) -> io::Result<Agreed> {
    let destination = provider.destination();
    let known = |record: RunRecord| {
        let created = record.created.get(&destination)?;
        Some(Agreed::Known(Run {
            id: created.id.clone(),
            key: new_run.key.clone(),
            name: new_run.name.clone(),
            url: created.url.clone(),
        }))
    };
    if let Some(run) = known(run_file.read()?) {
        return Ok(run);
    }
    let creating = loop {
        match run_file.try_creating(&destination)? {
            Some(creating) => break creating,
            None => match outages.and_then(Outages::current) {
                Some(outage) => return Ok(Agreed::Down(outage)),
                None => tokio::time::sleep(LOCK_POLL).await,
            },
        }
    };
    Ok(known(run_file.read()?).unwrap_or(Agreed::Ours(creating)))
}
