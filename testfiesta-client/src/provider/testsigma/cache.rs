//! UUIDs that were asked for once: they do not change (contract, section 9).

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::disk;
use crate::short_name;

/// What is known of one account, by this process and by those before it.
pub(super) struct Cache {
    path: Option<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    /// By prefix or name, in lower case.
    projects: HashMap<String, String>,
    /// By [`key`].
    cases: HashMap<String, String>,
}

impl Cache {
    pub(super) fn new(directory: Option<&Path>, account: &str) -> Self {
        let path = directory.map(|it| it.join(format!("ids-{}.json", short_name(account))));
        let known = path.as_deref().map(disk::read).unwrap_or_default();
        Self { path, known: Mutex::new(known) }
    }

    pub(super) fn project(&self, name: &str) -> Option<String> {
        self.known().projects.get(&name.to_lowercase()).cloned()
    }

    pub(super) async fn learn_project(&self, name: &str, uuid: &str) {
        self.change(&|known| drop(known.projects.insert(name.to_lowercase(), uuid.to_owned()))).await;
    }

    pub(super) fn case(&self, project: &str, human_id: &str) -> Option<String> {
        self.known().cases.get(&key(project, human_id)).cloned()
    }

    pub(super) async fn learn_cases(&self, project: &str, cases: &[(String, String)]) {
        self.change(&|known| {
            for (human_id, uuid) in cases {
                known.cases.insert(key(project, human_id), uuid.clone());
            }
        })
        .await;
    }

    pub(super) async fn forget_cases(&self, project: &str, human_ids: &[&str]) {
        self.change(&|known| {
            for human_id in human_ids {
                known.cases.remove(&key(project, human_id));
            }
        })
        .await;
    }

    /// Changes what is known, here and on disk. A file that cannot be written costs requests, nothing else.
    async fn change(&self, change: &(dyn Fn(&mut Known) + Sync)) {
        let lock = match &self.path {
            Some(path) => disk::lock(path).await.ok().map(|lock| (path, lock)),
            None => None,
        };
        let mut known = self.known();
        if let Some((path, _)) = &lock {
            // What other processes learned meanwhile.
            *known = disk::read(path);
        }
        change(&mut known);
        if let Some((path, _lock)) = lock {
            let _ = disk::write(path, &*known);
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A case of a project, whatever the case of its human id.
fn key(project: &str, human_id: &str) -> String {
    format!("{project} {}", human_id.to_uppercase())
}
