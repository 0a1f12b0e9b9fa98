//! One run under one key, though machines that share the key share no lock. Nobody knows whether the service filters a list
//! of runs by title (contract, section 5): where it does not, the list itself tells where its newest runs are.

use std::time::{Duration, SystemTime};

use super::{Testsigma, run::is_marked};
use crate::{
    Error,
    testsigma::{Pages, ProjectClient, Run, Time},
};

/// How many pages of runs are asked for at most. Where the service honours the filter, one holds ours.
const PAGES: usize = 30;
/// Where the newest runs come first, none is looked at that is older. Who shares a key begins within days.
const RECENT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// What was created under one marker before.
pub(super) struct Existing {
    /// Of several, the one with the lowest number.
    pub(super) open: Option<Run>,
    pub(super) closed: Vec<Run>,
    /// Whether there may be others among the runs that were not looked at.
    pub(super) is_doubtful: bool,
    /// Where runs that are created from now on will be listed.
    end: Pages<Run>,
}

impl Testsigma {
    /// The runs that were created under this marker. Only who has to find one that may be there looks `thoroughly`: through a
    /// list that may be of all runs.
    pub(super) async fn existing(
        &self,
        project: &ProjectClient,
        marker: &str,
        thoroughly: bool,
    ) -> Result<Existing, Error> {
        look(project, marker, thoroughly, filtered(project, marker)).await
    }

    /// Of runs that were created at once under one marker, all keep to the one with the lowest number. Who made another
    /// deletes it: nothing was written to it yet.
    pub(super) async fn give_way(
        &self,
        project: &ProjectClient,
        marker: &str,
        before: Existing,
        own: Run,
    ) -> Run {
        let first = look(project, marker, true, before.end).await.ok().and_then(|existing| existing.open);
        let Some(first) = first.filter(|first| rank(first) < rank(&own)) else { return own };
        // Should it stay, it is empty, and others find the first one too.
        let _ = project.delete_run(&own.id).await;
        first
    }
}

fn filtered(project: &ProjectClient, marker: &str) -> Pages<Run> {
    project.runs().filter("title__CONTAINS", marker)
}

async fn look(
    project: &ProjectClient,
    marker: &str,
    thoroughly: bool,
    mut pages: Pages<Run>,
) -> Result<Existing, Error> {
    let end = filtered(project, marker);
    let mut existing = Existing { open: None, closed: Vec::new(), is_doubtful: true, end };
    let (mut times, mut trouble) = (Vec::new(), None);
    for left in (0..PAGES).rev() {
        let here = pages.clone();
        let runs = match pages.next().await {
            Ok(Some(runs)) => runs,
            Ok(None) => {
                existing.is_doubtful = false;
                break;
            }
            Err(error @ Error::Unreadable { .. }) => {
                trouble = Some(error);
                break;
            }
            Err(error) => return Err(error),
        };
        let granted = runs.len() as u64;
        times.extend(runs.iter().map(|run| run.created_at));
        let is_filtered = runs.iter().all(|run| run.title.contains(marker));
        existing.add(marker, runs);
        if is_in_order(&times, |earlier, later| earlier <= later) {
            existing.end = here;
        }
        if is_filtered {
            continue;
        }
        if !thoroughly {
            break;
        }
        let is_newest_first = is_in_order(&times, |earlier, later| earlier >= later);
        if is_newest_first && times.last().is_some_and(|last| !is_recent(*last)) {
            existing.is_doubtful = false;
            break;
        }
        if !is_newest_first && pages.left().is_some_and(|more| more > left as u64 * granted) {
            break;
        }
    }
    if thoroughly && existing.is_doubtful && existing.open.is_none() {
        // Public clients find runs so, though nobody says what it looks at.
        let page = project.runs().filter("search", marker).next().await;
        existing.add(marker, page.ok().flatten().unwrap_or_default());
        if let Some(error) = trouble.filter(|_| existing.open.is_none()) {
            return Err(error);
        }
    }
    Ok(existing)
}

impl Existing {
    /// A filter that is not known is ignored: what came may be anything.
    fn add(&mut self, marker: &str, runs: Vec<Run>) {
        for run in runs.into_iter().filter(|run| is_marked(&run.title, marker)) {
            if run.status == "CLOSED" {
                self.closed.push(run);
            } else if self.open.as_ref().is_none_or(|open| rank(&run) < rank(open)) {
                self.open = Some(run);
            }
        }
    }
}

/// Whether runs that were created at different times came in this order.
fn is_in_order(times: &[Option<Time>], order: fn(Time, Time) -> bool) -> bool {
    let is_ordered = |earlier: &Option<Time>, later: &Option<Time>| {
        earlier.zip(*later).is_some_and(|(earlier, later)| order(earlier, later))
    };
    times.first() != times.last() && times.is_sorted_by(is_ordered)
}

/// Whether this is a time of these days; one that is not known may be.
fn is_recent(created: Option<Time>) -> bool {
    created.is_none_or(|at| at >= Time::from(SystemTime::now() - RECENT))
}

/// Its number, as in `TC-R-7`; one without comes after all others.
pub(super) fn rank(run: &Run) -> (u64, &str) {
    let number = run.human_id.rsplit('-').next().and_then(|number| number.parse().ok());
    (number.unwrap_or(u64::MAX), &run.id)
}
