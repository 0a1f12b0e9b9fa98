//! What processes left behind that died before they had sent it.

use testfiesta_client::provider::NewRun;
use tokio::sync::watch;

use super::{courier::Courier, destinations::providers, follower::Follower, open::new_run};
use crate::{
    journal::{self, Addressees, Elsewhere, Meant},
    run_file::RunFile,
    settings::Settings,
};

/// Notes which tests crashed with their processes, and delivers what those processes had not sent. What keeps that from
/// being done is no concern of the run at hand: the next one, or `cargo testfiesta resend`, tries again.
pub(super) async fn deliver(settings: Settings) {
    let journals = journal::attribute_crashes(&settings.directory).journals;
    let tests_are_over = watch::channel(true).1;
    for path in journals {
        let Some(run_directory) = path.parent() else { continue };
        let Some(run_file) = RunFile::of_run_directory(run_directory) else { continue };
        let (Ok(record), Ok(Some(process))) = (run_file.read(), journal::started(&path)) else { continue };
        let addressees = Addressees { of_run: record.destinations, elsewhere: Elsewhere::Left };
        for provider in providers(&settings).unwrap_or_default() {
            if addressees.meant(&provider.destination(), &process) != Meant::ForIt {
                // It may be another package's, or left here on purpose: that is for `cargo testfiesta resend`.
                continue;
            }
            let new_run = new_run(&settings, &process.run_key, record.facts.clone());
            let new_run = NewRun { may_exist: true, ..new_run };
            // What the settings name is the run of this invocation, and of no other.
            let joined = record.joined.get(&provider.destination()).cloned();
            let courier = Courier::new(provider, run_file.clone(), new_run, joined);
            let mut follower = Follower::new(courier, run_directory, addressees.clone()).only(&path);
            follower.follow(tests_are_over.clone(), None).await;
        }
        // What cannot be counted is in the journal all the same.
        let _ = journal::count_dead(&path);
    }
}
