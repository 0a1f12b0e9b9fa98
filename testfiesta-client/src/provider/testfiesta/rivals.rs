//! One run under one key, though machines that share the key share no lock, and the service has none to offer.

use super::{TestFiesta, run_uid};
use crate::{
    Error,
    provider::{NewRun, Run},
    testfiesta,
};

/// How many of the newest runs are looked at for a key: no list can be asked for one (contract, section 2).
const LOOKED_AT: usize = 500;

impl TestFiesta {
    /// Creates a run unless there is one under its key, and gives it up for an older one that was created meanwhile.
    /// Where the service cannot be asked, the run is created all the same.
    pub(super) async fn create_once(&self, new: &NewRun) -> Result<Run, Error> {
        if new.may_exist {
            match self.find(&new.key).await {
                Ok(Some(run)) => return Ok(run),
                // Who is not there, or hangs, is not asked for more.
                Err(error @ (Error::Unreachable { .. } | Error::TimedOut { .. })) => return Err(error),
                Ok(None) | Err(_) => {}
            }
        }
        match self.create(new).await {
            Ok((own, true)) if new.may_exist => self.give_way(own).await,
            Ok((run, _)) => Ok(run),
            // Who hangs is not asked more: that costs as much again.
            Err(error) if error.nothing_was_done() || matches!(error, Error::TimedOut { .. }) => Err(error),
            // It may be there, and only the answer lost.
            Err(error) => self.find(&new.key).await.ok().flatten().ok_or(error),
        }
    }

    /// The run under this key; of several, the one on which all agree: that with the lowest number.
    pub(super) async fn find(&self, key: &str) -> Result<Option<Run>, Error> {
        let first = self.runs_under(key).await?.into_iter().min_by_key(|run| run.uid);
        first.map(|run| self.run(run.uid, key, &run.name)).transpose()
    }

    async fn give_way(&self, own: Run) -> Result<Run, Error> {
        let uid = run_uid(&own)?;
        let older = match self.runs_under(&own.key).await {
            Ok(runs) => runs.into_iter().filter(|run| run.uid < uid).min_by_key(|run| run.uid),
            Err(_) => None,
        };
        let Some(older) = older else { return Ok(own) };
        // Nothing was reported to it. Should it stay, it is empty.
        let _ = self.project.delete_run(uid).await;
        self.run(older.uid, &own.key, &older.name)
    }

    async fn runs_under(&self, key: &str) -> Result<Vec<testfiesta::Run>, Error> {
        let mut pages = self.project.runs().newest_first();
        let (mut found, mut looked_at) = (Vec::new(), 0);
        while looked_at < LOOKED_AT
            && let Some(page) = pages.next().await?
        {
            looked_at += page.len();
            found.extend(page.into_iter().filter(|run| self.is_under(run, key)));
        }
        Ok(found)
    }

    fn is_under(&self, run: &testfiesta::Run, key: &str) -> bool {
        run.external_id.as_deref() == Some(key)
            && run.source.as_ref().is_none_or(|source| *source == self.options.source)
    }
}
