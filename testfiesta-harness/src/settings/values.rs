//! What values mean.

use std::{env, path::PathBuf, time::Duration};

use super::{CaseMatch, Isolation, RunClose};

pub(super) fn number(value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| "expected a number".to_owned())
}

pub(super) fn case_match(value: &str) -> Result<CaseMatch, String> {
    match value {
        "external-id" => Ok(CaseMatch::ExternalId),
        "uid" => Ok(CaseMatch::Uid),
        _ => Err("expected `external-id` or `uid`".to_owned()),
    }
}

pub(super) fn run_close(value: &str) -> Result<RunClose, String> {
    match value {
        "status" => Ok(RunClose::Status),
        "archive" => Ok(RunClose::Archive),
        "never" => Ok(RunClose::Never),
        _ => Err("expected `status`, `archive` or `never`".to_owned()),
    }
}

pub(super) fn isolation(value: &str) -> Result<Isolation, String> {
    match value {
        "workers" => Ok(Isolation::Workers),
        "threads" => Ok(Isolation::Threads),
        _ => Err("expected `workers` or `threads`".to_owned()),
    }
}

pub(super) fn days(value: &str) -> Result<Duration, String> {
    match value.parse::<u32>() {
        Ok(days) => Ok(Duration::from_secs(60 * 60 * 24 * u64::from(days))),
        Err(_) => Err("expected a number of days such as `7`".to_owned()),
    }
}

/// A path as the user meant it who wrote it into the environment: cargo starts each test binary in the directory of its
/// package, but leaves `PWD` as the shell set it. Who was not started so is where the user is. A path of the file is
/// absolute by now.
pub(super) fn relative_to_shell_directory(path: &str) -> PathBuf {
    let of_cargo = env::var_os("CARGO_MANIFEST_DIR").and_then(|_| env::var_os("PWD"));
    let shell = of_cargo.map(PathBuf::from).filter(|directory| directory.is_absolute());
    shell.or_else(|| env::current_dir().ok()).unwrap_or_default().join(path)
}

/// `testfiesta` in the target directory that holds this executable, so that all packages of a workspace agree.
pub(super) fn default_directory() -> PathBuf {
    let target = env::current_exe().ok().and_then(|executable| {
        executable
            .ancestors()
            .skip(1)
            // cargo tags only a directory that it made itself, which a mounted volume is not.
            .find(|directory| {
                ["CACHEDIR.TAG", ".rustc_info.json"].iter().any(|it| directory.join(it).is_file())
            })
            .map(PathBuf::from)
    });
    // A test may go elsewhere, and this means here.
    let here = || env::current_dir().unwrap_or_default().join("target");
    target.unwrap_or_else(here).join("testfiesta")
}

pub(super) fn list(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

pub(super) fn switch(value: &str) -> Result<bool, String> {
    match &*value.to_ascii_lowercase() {
        "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err("expected `1` or `0`".to_owned()),
    }
}

pub(super) fn duration(value: &str) -> Result<Duration, String> {
    humantime::parse_duration(value).map_err(|error| format!("expected a duration such as `10s`: {error}"))
}

/// Within the bounds that an annotation has: at a limit of nothing every test would fail.
pub(super) fn timeout(value: &str) -> Result<Duration, String> {
    match duration(value)? {
        Duration::ZERO => {
            Err("expected more than nothing, as in `30s`; without it there is no limit".to_owned())
        }
        timeout => Ok(timeout),
    }
}

/// The most retries, as in an annotation; a test that fails more often is not flaky.
const MAX_RETRIES: u32 = 100;

pub(super) fn retries(value: &str) -> Result<u32, String> {
    let number = value.parse().ok().filter(|retries| *retries <= MAX_RETRIES);
    number.ok_or_else(|| format!("expected a number from 0 to {MAX_RETRIES}, such as `2`"))
}
