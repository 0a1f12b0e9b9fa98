//! The local TestFiesta of one invocation, where no service is set.

use std::path::Path;

use anyhow::Result;
use testfiesta_client::{
    BaseUrl, Token,
    testfiesta::{Client, Uid},
};
use testfiesta_harness::{settings::Settings, summary::Summary};
use testfiesta_server::Store;

use crate::{
    local::{self, BorrowedKey, Served},
    say::say,
};

/// A local TestFiesta for this invocation.
pub(super) struct Local {
    served: Served,
    key: BorrowedKey,
}

impl Local {
    /// Starts it, with its data in `directory`, and makes the project that results go to.
    pub(super) async fn start(directory: &Path, project_name: &str) -> Result<Self> {
        let store = Store::open(directory)?;
        let served = Served::open_for_itself(local::app(store.clone())).await?;
        let key = BorrowedKey::make(&store, "cargo testfiesta test")?;
        local::ensure_project(&served.url(), &key.token, local::PROJECT, project_name).await?;
        Ok(Self { served, key })
    }

    /// These settings, with it as the service.
    pub(super) fn settings(&self, settings: Settings) -> Settings {
        local::settings(settings, &self.served.url(), &self.key)
    }

    /// Puts links that work once this command is over in the place of those that work until then.
    pub(super) fn make_links_last(&self, summary: &mut Summary) {
        let runs = summary.destinations.iter_mut().filter_map(|destination| destination.run.as_mut());
        for link in runs.filter_map(|run| run.url.as_mut()) {
            if let Some(path) = link.strip_prefix(&self.served.url()) {
                *link = self.served.lasting_url() + path;
            }
        }
    }

    /// Says what it holds now, and how to look at that once this command is over.
    pub(super) async fn show(&self, summary: &Summary) {
        let run = summary.destinations.iter().find_map(|destination| destination.run.as_ref());
        let Some((run, link)) = run.and_then(|run| Some((run, run.url.as_ref()?))) else { return };
        match self.stored(&run.id).await {
            Ok((name, executions)) => {
                say(format_args!("testfiesta: the run “{name}” holds {executions} executions"))
            }
            Err(error) => say(format_args!("testfiesta: the run could not be read back: {error:#}")),
        }
        match self.served {
            Served::Here(_) => {
                say(format_args!("testfiesta: to see it: `cargo testfiesta serve`, then {link}"));
            }
            Served::Elsewhere(_) => say(format_args!("testfiesta: to see it: {link}")),
        }
    }

    /// The run's name and how many executions it has, read back from the server.
    async fn stored(&self, run: &str) -> Result<(String, u64)> {
        let uid: Uid = run.parse()?;
        let client =
            Client::new(BaseUrl::parse(&self.served.url())?, local::HANDLE, Token::new(&self.key.token)?)?;
        let run = client.project(local::PROJECT).run(uid).await?;
        Ok((run.name, run.custom_fields.case_count.unwrap_or_default()))
    }

    /// Takes its key back, and lets it end.
    pub(super) async fn close(self) {
        drop(self.key);
        if let Err(error) = self.served.close().await {
            say(format_args!("testfiesta: the local TestFiesta did not end well: {error:#}"));
        }
    }
}
