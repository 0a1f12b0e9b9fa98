//! What of a run no service has confirmed yet.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    ops::AddAssign,
    path::Path,
};

use anyhow::Result;
use testfiesta_client::provider::Provider;
use testfiesta_harness::journal::{self, Addressees, Elsewhere, Meant, Obstacle, Recipient};

use super::run_file_of;

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
    let run_file = run_file_of(run_directory)?;
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
                let waiting = process.undelivered(Recipient::intended(aim)).len();
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
