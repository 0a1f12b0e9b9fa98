//! One run under one key, though machines that share the key share no lock, and the service has none to offer.

use std::time::{Duration, SystemTime};

use super::{TestFiesta, run_uid};
use crate::{
    Error,
    provider::{NewRun, Run},
    testfiesta::{self, Pages},
};

/// How many of the newest are looked at for a key, however old they are: no list can be asked for one, and none has to keep
/// the order that is asked for (contract, section 2).
const NEWEST: u64 = 500;
/// Where none of those has it, all runs that are younger than this are looked at. Who shares a key begins within days.
const RECENT: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// How many pages of those are asked for at most, from either end.
const PAGES: usize = 50;

/// What was looked at of a list.
struct Look {
    /// What goes by the key.
    found: Vec<testfiesta::Run>,
    /// Whether there is nothing behind it.
    is_all: bool,
    /// Whether each was created before the one in front of it, as was asked for.
    descends: bool,
    /// Whether any is of these days.
    is_recent: bool,
}

/// What was not looked at.
pub(super) struct Rest {
    /// Goes on behind the first ones.
    pages: Pages<testfiesta::Run>,
    /// How many stand in front of the last ones, where those are the newest.
    before: u64,
}

impl TestFiesta {
    /// Creates a run unless there is one under its key, and gives it up for an older one that was created meanwhile.
    /// Where the service does not let itself be asked, the run is created all the same.
    pub(super) async fn create_once(&self, new: &NewRun) -> Result<Run, Error> {
        if new.may_exist {
            match self.find(&new.key).await {
                Ok(Some(run)) => return Ok(run),
                // The run may stand in the list that cannot be had now, or not be read: a second one would go unnoticed.
                Err(error) if may_hide_it(&error) => return Err(error),
                Ok(None) | Err(_) => {}
            }
        }
        match self.create(new).await {
            Ok((own, true)) if new.may_exist => self.give_way(own).await,
            Ok((run, _)) => Ok(run),
            // Who hangs is not asked more: that costs as much again.
            Err(error) if error.nothing_was_done() || matches!(error, Error::TimedOut { .. }) => Err(error),
            // It may be there, and only the answer lost.
            Err(error) => self.find_new(&new.key).await.ok().flatten().ok_or(error),
        }
    }

    /// The run under this key; of several, the one on which all agree: that with the lowest number.
    pub(super) async fn find(&self, key: &str) -> Result<Option<Run>, Error> {
        let (mut found, rest) = self.newest(key, self.project.runs()).await?;
        if let Some(rest) = rest.filter(|_| found.is_empty()) {
            found = self.searched(key).await?;
            if found.is_empty() {
                found = self.recent(key, rest).await?;
            }
        }
        self.first(key, found)
    }

    /// The run under this key, if it is of this moment.
    async fn find_new(&self, key: &str) -> Result<Option<Run>, Error> {
        let (found, _) = self.newest(key, self.project.runs()).await?;
        self.first(key, found)
    }

    async fn give_way(&self, own: Run) -> Result<Run, Error> {
        let first = match self.find_new(&own.key).await {
            // Whoever asks next finds both.
            Err(error) if may_hide_it(&error) => return Err(error),
            first => first.ok().flatten(),
        };
        let Some(older) = first.filter(|first| first.id != own.id) else { return Ok(own) };
        // Nothing was reported to it. Should it stay, it is empty.
        let _ = self.project.delete_run(run_uid(&own)?).await;
        Ok(older)
    }

    fn first(&self, key: &str, runs: Vec<testfiesta::Run>) -> Result<Option<Run>, Error> {
        let first = runs.into_iter().min_by_key(|run| run.uid);
        first.map(|run| self.run(run.uid, key, &run.name)).transpose()
    }

    /// Those of the newest that go by this key, and what of the list is not looked at then.
    pub(super) async fn newest(
        &self,
        key: &str,
        list: Pages<testfiesta::Run>,
    ) -> Result<(Vec<testfiesta::Run>, Option<Rest>), Error> {
        let mut pages = list.newest_first();
        let Look { mut found, is_all, descends, .. } = self.look(key, &mut pages, NEWEST).await?;
        if is_all {
            return Ok((found, None));
        }
        let mut before = 0;
        if found.is_empty() && !descends {
            // The newest may be the last ones, and some more by now.
            before = pages.count().saturating_sub(NEWEST);
            if before > 0 {
                found = self.look(key, &mut pages.clone().starting_at(before), 2 * NEWEST).await?.found;
            }
        }
        Ok((found, Some(Rest { pages, before })))
    }

    /// Looks for a key at the next pages, until there were so many items.
    async fn look(&self, key: &str, pages: &mut Pages<testfiesta::Run>, items: u64) -> Result<Look, Error> {
        let mut look = Look { found: Vec::new(), is_all: false, descends: true, is_recent: false };
        let (mut looked_at, mut last) = (0, None);
        while looked_at < items {
            let Some(page) = pages.next().await? else {
                look.is_all = true;
                break;
            };
            looked_at += page.len() as u64;
            for run in page {
                look.descends &= last.is_none_or(|last| run.uid < last);
                last = Some(run.uid);
                look.is_recent |= is_recent(&run);
                if self.is_ours(&run, key) {
                    look.found.push(run);
                }
            }
        }
        Ok(look)
    }

    /// What a service finds that looks for external ids too, which none has to.
    async fn searched(&self, key: &str) -> Result<Vec<testfiesta::Run>, Error> {
        match self.look(key, &mut self.project.runs().search(key), 1).await {
            Ok(look) => Ok(look.found),
            Err(error) if may_hide_it(&error) && !error.is_internal() => Err(error),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// What further pages have under this key, as long as they are of these days.
    async fn recent(&self, key: &str, rest: Rest) -> Result<Vec<testfiesta::Run>, Error> {
        let Rest { mut pages, mut before } = rest;
        for _ in 0..PAGES / 5 {
            if before == 0 {
                break;
            }
            before = before.saturating_sub(NEWEST);
            let look = self.look(key, &mut pages.clone().starting_at(before), NEWEST).await?;
            if !look.found.is_empty() {
                return Ok(look.found);
            }
            if !look.is_recent {
                break;
            }
        }
        for _ in 0..PAGES {
            let look = self.look(key, &mut pages, 1).await?;
            if !look.found.is_empty() || !look.is_recent {
                return Ok(look.found);
            }
        }
        Ok(Vec::new())
    }
}

/// Whether what is looked for may stand in the list that was answered with this. Who is not there, hangs, or has trouble now
/// is asked again later; who has no list for us, never.
pub(super) fn may_hide_it(error: &Error) -> bool {
    error.is_retryable() || matches!(error, Error::Unreadable { .. })
}

/// Whether a run was created in these days, as far as the service says when.
fn is_recent(run: &testfiesta::Run) -> bool {
    let created = run.created_at.as_deref().and_then(|at| humantime::parse_rfc3339(at).ok());
    created.is_some_and(|at| SystemTime::now().duration_since(at).unwrap_or_default() < RECENT)
}
