//! What the processes of one invocation have in common, so that they report to one run.

use std::{env, process};

use crate::{
    nextest,
    run_file::MayBeEnded,
    settings::{RunSettings, Settings},
};

/// The key of the run that this process belongs to, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunKey {
    pub(crate) text: String,
    pub(crate) scope: Scope,
}

/// Who else may report under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Processes that somebody else started, and whose end somebody else sees.
    Shared,
    /// The test binaries of one cargo invocation, one after another.
    CargoInvocation,
    /// Nobody.
    Process,
}

impl Scope {
    /// Who may end the run once none of its processes is alive.
    pub(crate) fn may_be_ended(self) -> MayBeEnded {
        match self {
            Self::Shared => MayBeEnded::ByOthers,
            Self::CargoInvocation => MayBeEnded::Provisionally,
            Self::Process => MayBeEnded::ForGood,
        }
    }
}

/// The first that is known of: the user's key, nextest's run, the cargo process above us, this process.
pub(crate) fn detect(settings: &Settings) -> RunKey {
    let shared = |text: String| RunKey { text, scope: Scope::Shared };
    if let Some(key) = settings.run.chosen_key() {
        return shared(key);
    }
    if let Some(run) = nextest::run_id() {
        return shared(format!("nextest-{run}"));
    }
    if let Some(text) = cargo_invocation() {
        return RunKey { text, scope: Scope::CargoInvocation };
    }
    RunKey {
        text: format!("process-{}-{}-{}", host(), crate::event::now(), process::id()),
        scope: Scope::Process,
    }
}

/// What the tests of this process run on, where other machines may report the same tests under the same key: system,
/// toolchain, and what the settings call the run's configurations.
pub(crate) fn variant(settings: &RunSettings) -> Option<String> {
    settings.chosen_key()?;
    let mut variant = env!("TESTFIESTA_BUILD_TARGET").to_owned();
    // `rustc 1.89.0 (…)`: the rest says no more than that.
    let toolchain = env!("TESTFIESTA_BUILD_RUSTC").split(' ').nth(1);
    for part in toolchain.into_iter().chain(settings.configurations.iter().map(String::as_str)) {
        variant.push('+');
        variant.push_str(part);
    }
    Some(variant)
}

/// The cargo process that started this one, by its number, the time it began and the machine it runs on: numbers come
/// back, and containers number alike.
#[cfg(target_os = "linux")]
pub(crate) fn cargo_invocation() -> Option<String> {
    let executable = env::args_os().next()?;
    let name = std::path::Path::new(&executable).file_name()?.as_encoded_bytes();
    let mut process = std::os::unix::process::parent_id();
    for _ in 0..RUNNERS {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // `pid (name) state ppid …`; the name may hold anything, so the fields are counted from its closing parenthesis.
        let (head, fields) = stat.rsplit_once(") ")?;
        let mut fields = fields.split(' ');
        if head.ends_with("(cargo") {
            let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
            return Some(format!("cargo-{}-{}-{process}-{}", host(), boot.get(..8)?, fields.nth(19)?));
        }
        // What cargo starts as its `runner` is told of the executable, and so is whatever that starts for it. Anything
        // else that runs a test binary is not to be taken for cargo, even if it runs under one.
        let command = std::fs::read(format!("/proc/{process}/cmdline")).ok()?;
        if !command.windows(name.len()).any(|part| part == name) {
            return None;
        }
        process = fields.nth(1)?.parse().ok()?;
    }
    None
}

/// How many processes there may be between cargo and a test binary.
#[cfg(target_os = "linux")]
const RUNNERS: usize = 16;

#[cfg(not(target_os = "linux"))]
pub(crate) fn cargo_invocation() -> Option<String> {
    // Elsewhere the standard library does not tell when the parent began: each test binary reports to its own run,
    // unless `cargo testfiesta`, nextest or `TESTFIESTA_RUN_KEY` says otherwise.
    None
}

fn host() -> String {
    let file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = file().or_else(|| env::var("COMPUTERNAME").or_else(|_| env::var("HOSTNAME")).ok());
    name.map_or_else(|| "host".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    fn settings() -> RunSettings {
        Settings::from_sources(Sources::empty()).run
    }

    #[test]
    fn where_nobody_else_reports_there_is_one_variant() {
        assert_eq!(variant(&settings()), None);
    }

    #[test]
    fn under_a_shared_key_a_variant_is_a_system_a_toolchain_and_the_configurations() {
        let configurations = vec!["os:linux".to_owned(), "browser:firefox".to_owned()];
        let shared = RunSettings { key: Some("ci-1".to_owned()), configurations, ..settings() };
        let variant = variant(&shared).expect("a variant");
        let parts: Vec<_> = variant.split('+').collect();
        let [system, toolchain, "os:linux", "browser:firefox"] = *parts else { panic!("{variant}") };
        assert_eq!(system, env!("TESTFIESTA_BUILD_TARGET"));
        assert!(toolchain.starts_with(|c: char| c.is_ascii_digit()), "{variant}");
    }
}
