//! One run under one key, though machines that share the key share no lock, and the service has none to offer.

use std::time::{Duration, SystemTime};

use super::{TestFiesta, run_uid};
use crate::{
    Error,
    provider::{NewRun, Run},
    testfiesta::{self, Pages},
};

/// How many of the newest runs are looked at for a key, however old they are: no list can be asked for one (contract,
/// section 2).
const NEWEST: usize = 500;
/// Where none of those has it, all that are younger than this are looked at. Who shares a key begins within days.
const RECENT: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// How many pages of those are asked for at most.
const PAGES: usize = 50;

impl TestFiesta {
    /// Creates a run unless there is one under its key, and gives it up for an older one that was created meanwhile.
    /// Where the service does not let itself be asked, the run is created all the same.
    pub(super) async fn create_once(&self, new: &NewRun) -> Result<Run, Error> {
        if new.may_exist {
            match self.find(&new.key).await {
                Ok(Some(run)) => return Ok(run),
                // Who is not there, or hangs, is not asked for more; and where the run may stand in a list that cannot be
                // read, a second one would go unnoticed.
                Err(
                    error @ (Error::Unreachable { .. } | Error::TimedOut { .. } | Error::Unreadable { .. }),
                ) => return Err(error),
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
        let mut pages = self.project.runs().newest_first();
        let (mut found, is_all) = self.newest(key, &mut pages).await?;
        if found.is_empty() && !is_all {
            found = self.searched(key).await;
        }
        if found.is_empty() && !is_all {
            found = self.recent(key, &mut pages).await?;
        }
        self.first(key, found)
    }

    /// The run under this key, if it is of this moment.
    async fn find_new(&self, key: &str) -> Result<Option<Run>, Error> {
        let (found, _) = self.newest(key, &mut self.project.runs().newest_first()).await?;
        self.first(key, found)
    }

    async fn give_way(&self, own: Run) -> Result<Run, Error> {
        let first = self.find_new(&own.key).await.ok().flatten();
        let Some(older) = first.filter(|first| first.id != own.id) else { return Ok(own) };
        // Nothing was reported to it. Should it stay, it is empty.
        let _ = self.project.delete_run(run_uid(&own)?).await;
        Ok(older)
    }

    fn first(&self, key: &str, runs: Vec<testfiesta::Run>) -> Result<Option<Run>, Error> {
        let first = runs.into_iter().min_by_key(|run| run.uid);
        first.map(|run| self.run(run.uid, key, &run.name)).transpose()
    }

    /// Those of the newest runs that are under this key, and whether there are no others.
    async fn newest(
        &self,
        key: &str,
        pages: &mut Pages<testfiesta::Run>,
    ) -> Result<(Vec<testfiesta::Run>, bool), Error> {
        let (mut found, mut looked_at) = (Vec::new(), 0);
        while looked_at < NEWEST {
            let Some(page) = pages.next().await? else { return Ok((found, true)) };
            looked_at += page.len();
            found.extend(self.under(key, page));
        }
        Ok((found, false))
    }

    /// What a service finds that looks for external ids too, which none has to.
    async fn searched(&self, key: &str) -> Vec<testfiesta::Run> {
        let page = self.project.runs().search(key).next().await;
        self.under(key, page.ok().flatten().unwrap_or_default())
    }

    /// What further pages have under this key, as long as they are of these days.
    async fn recent(
        &self,
        key: &str,
        pages: &mut Pages<testfiesta::Run>,
    ) -> Result<Vec<testfiesta::Run>, Error> {
        for _ in 0..PAGES {
            let Some(page) = pages.next().await? else { break };
            let is_recent = page.iter().any(is_recent);
            let found = self.under(key, page);
            if !found.is_empty() || !is_recent {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Those that are under this key.
    fn under(&self, key: &str, mut runs: Vec<testfiesta::Run>) -> Vec<testfiesta::Run> {
        runs.retain(|run| self.is_ours(run, key));
        runs
    }
}

/// Whether a run was created in these days, as far as the service says when.
fn is_recent(run: &testfiesta::Run) -> bool {
    let created = run.created_at.as_deref().and_then(|at| humantime::parse_rfc3339(at).ok());
    created.is_some_and(|at| SystemTime::now().duration_since(at).unwrap_or_default() < RECENT)
}
