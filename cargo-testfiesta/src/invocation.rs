//! What one call of the subcommand has in common: the name and the key of its run, and whose run it is.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::{SystemTime, UNIX_EPOCH},
};

use cargo_metadata::Metadata;
use testfiesta_harness::{
    facts::{RunFacts, Subject},
    settings::Settings,
};

/// The root package's name, or that of the workspace's directory.
pub(crate) fn project_name(metadata: &Metadata) -> String {
    if let Some(package) = metadata.root_package() {
        return package.name.to_string();
    }
    metadata.workspace_root.file_name().unwrap_or("workspace").to_owned()
}

/// What names and describes a run of this workspace.
pub(crate) fn facts(metadata: &Metadata, settings: &Settings) -> RunFacts {
    let name = project_name(metadata);
    let subject = Subject { package: &name, version: "", target: None };
    let root = metadata.workspace_root.as_std_path();
    RunFacts::gather(subject, root, SystemTime::now()).overridden_by(&settings.run)
}

/// As the user chose, or new: no other invocation has it.
pub(crate) fn run_key(settings: &Settings) -> String {
    settings.run.chosen_key().unwrap_or_else(|| {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        format!("invocation-{millis}-{:016x}", RandomState::new().build_hasher().finish())
    })
}

/// Whether nobody else reports to the run: its key is of this invocation.
pub(crate) fn is_alone(settings: &Settings) -> bool {
    settings.run.chosen_key().is_none()
}
