//! Where and from what this run comes: what names it and describes it to the people who read it later.

mod ci;
mod git;

use std::{env, path::Path, time::SystemTime};

use serde::{Deserialize, Serialize};

use ci::CiJob;
use git::Checkout;

use crate::settings::RunSettings;

/// What a run is called, linked to and described with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// The run's name.
    pub name: String,
    /// The CI job's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Commit, toolchain and job, one a line.
    pub description: String,
}

/// Which tests a run begins with.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The package under test.
    pub package: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The test target, where the run is of one target.
    pub target: Option<&'a str>,
}

impl RunFacts {
    /// Reads the environment and the checkout around `directory`.
    pub fn gather(subject: Subject<'_>, directory: &Path, now: SystemTime) -> Self {
        let job = CiJob::detect(|name| env::var(name).ok().filter(|value| !value.is_empty()));
        let checkout = Checkout::around(directory);
        Self::describe(subject, job, checkout, now)
    }

    /// These facts, but for what the settings say of the run.
    #[must_use]
    pub fn overridden_by(self, settings: &RunSettings) -> Self {
        Self {
            name: settings.name.clone().unwrap_or(self.name),
            link: settings.link.clone().or(self.link),
            description: settings.description.clone().unwrap_or(self.description),
        }
    }

    fn describe(
        subject: Subject<'_>,
        job: Option<CiJob>,
        checkout: Option<Checkout>,
        now: SystemTime,
    ) -> Self {
        // A CI job often builds a detached commit: it knows the branch, git does not.
        let branch = job.as_ref().and_then(|job| job.branch.clone());
        let branch = branch.or_else(|| checkout.as_ref().and_then(|checkout| checkout.branch.clone()));
        let commit = checkout.map(|checkout| checkout.commit);
        let commit = commit.or_else(|| job.as_ref().and_then(|job| job.commit.clone()));
        let short = commit.as_deref().map(|commit| commit.get(..8).unwrap_or(commit));
        let time = humantime::format_rfc3339_seconds(now).to_string();

        let mut name = subject.package.to_owned();
        // A unit-test target is named like its package: once is enough.
        if let Some(target) = subject.target.filter(|target| *target != subject.package.replace('-', "_")) {
            name = format!("{name} {target}");
        }
        let mut place = Vec::from_iter(branch.as_deref());
        place.extend(short);
        let place = place.join(" ");
        for part in [place.as_str(), time.trim_end_matches('Z').replace('T', " ").as_str()] {
            if !part.is_empty() {
                name = format!("{name} · {part}");
            }
        }

        let mut description =
            vec![format!("package: {} {}", subject.package, subject.version).trim_end().to_owned()];
        let mut fact = |key: &str, value: Option<&str>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                description.push(format!("{key}: {value}"));
            }
        };
        fact("branch", branch.as_deref());
        fact("commit", commit.as_deref());
        fact("CI job", job.as_ref().map(|job| job.name.as_str()));
        fact("toolchain", Some(env!("TESTFIESTA_BUILD_RUSTC")));
        fact("target", Some(env!("TESTFIESTA_BUILD_TARGET")));
        fact("started", Some(&time));
        Self { name, link: job.and_then(|job| job.url), description: description.join("\n") }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SUBJECT: Subject<'_> = Subject { package: "webshop", version: "1.2.3", target: Some("cart") };

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800)
    }

    #[test]
    fn a_run_is_named_after_package_target_branch_commit_and_time() {
        let checkout = Checkout { branch: Some("main".into()), commit: "0123456789abcdef".into() };
        let facts = RunFacts::describe(SUBJECT, None, Some(checkout), noon());
        assert_eq!(facts.name, "webshop cart · main 01234567 · 2026-01-01 12:00:00");
    }

    #[test]
    fn outside_a_checkout_the_name_is_still_whole() {
        let facts = RunFacts::describe(SUBJECT, None, None, noon());
        assert_eq!(facts.name, "webshop cart · 2026-01-01 12:00:00");
    }

    #[test]
    fn the_ci_job_gives_link_and_branch_of_a_detached_checkout() {
        let job = CiJob {
            name: "GitHub Actions".into(),
            url: Some("https://ci.example/1".into()),
            branch: Some("feature".into()),
            commit: None,
        };
        let checkout = Checkout { branch: None, commit: "0123456789abcdef".into() };
        let facts = RunFacts::describe(SUBJECT, Some(job), Some(checkout), noon());
        assert_eq!(facts.link.as_deref(), Some("https://ci.example/1"));
        assert!(facts.name.contains("feature 01234567"), "{}", facts.name);
    }
}
