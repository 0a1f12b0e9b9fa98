//! A run, as its report tells it.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use testfiesta_harness::{
    event::CaseFinished,
    facts::RunFacts,
    outcome::Outcome,
    summary::{Attachments, Destination, Outcomes},
};

/// One run: all of its processes on this machine.
pub(super) struct Report {
    pub(super) key: String,
    pub(super) facts: RunFacts,
    /// When its first process began.
    pub(super) began: SystemTime,
    /// From then on until its last test ended.
    pub(super) duration: Duration,
    pub(super) outcomes: Outcomes,
    /// What became of its results at each destination; nothing where no service had to do with it.
    pub(super) deliveries: Vec<Delivery>,
    /// Results of its tests, of which one with two case ids has two.
    pub(super) executed: u64,
    /// Why not all of it is known.
    pub(super) gaps: Vec<String>,
    /// How many of its processes still write.
    pub(super) living: usize,
    /// Sorted by package and name.
    pub(super) targets: Vec<Target>,
}

/// What became of results at one destination.
pub(super) struct Delivery {
    /// How many of the run's are meant for it.
    pub(super) executed: u64,
    pub(super) queued: u64,
    pub(super) settled: Destination,
}

/// A test binary, and what became of its tests, sorted by name.
pub(super) struct Target {
    pub(super) package: String,
    pub(super) target: String,
    /// System, toolchain and configurations, where others may report the same tests to the run.
    pub(super) variant: Option<String>,
    /// Which repetition of all tests this is, where there are several.
    pub(super) repetition: Option<u32>,
    pub(super) tests: Vec<Test>,
    /// Tests that were to begin, or began, and have no outcome: they still run, or were interrupted.
    pub(super) unfinished: Vec<String>,
}

/// A test that ended, and what it attached.
pub(super) struct Test {
    pub(super) case: CaseFinished,
    pub(super) attachments: Vec<Attachment>,
}

/// Something that a test attached.
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) media_type: String,
    /// Where it lies, and how large it is in bytes; or why it was not kept.
    pub(super) kept: Result<(PathBuf, u64), String>,
}

impl Report {
    /// What the run is called; its key, where nobody knows.
    pub(super) fn name(&self) -> &str {
        if self.facts.name.is_empty() { &self.key } else { &self.facts.name }
    }

    /// Branch, commit, toolchain and such, by name; nothing where the run is described in words of the user's own.
    pub(super) fn facts(&self) -> Vec<(&str, &str)> {
        let facts: Option<Vec<_>> =
            self.facts.description.lines().map(|line| line.split_once(": ")).collect();
        facts.unwrap_or_default()
    }

    /// Every test that is so, with its binary.
    pub(super) fn tests(&self, is_so: fn(&Test) -> bool) -> Vec<(&Target, &Test)> {
        let of = |target| move |test| (target, test);
        self.targets
            .iter()
            .flat_map(|target: &Target| target.tests.iter().filter(move |test| is_so(test)).map(of(target)))
            .collect()
    }

    /// `package::target: test` of each test that has no outcome.
    pub(super) fn unfinished(&self) -> Vec<String> {
        let of = |target: &Target| {
            let name = target.name();
            target.unfinished.iter().map(move |test| format!("{name}: {test}")).collect::<Vec<_>>()
        };
        self.targets.iter().flat_map(of).collect()
    }
}

impl Delivery {
    /// The closing lines, without a link: the one that adds up, and that of attachments, if there are any.
    pub(super) fn lines(&self) -> Vec<String> {
        let Self { executed, settled, .. } = self;
        let mut lines = vec![settled.sum(executed + settled.elsewhere)];
        lines.extend(settled.attachments.as_ref().and_then(Attachments::sum));
        lines
    }

    /// Results and attachments that were not taken, each with what that is called and why.
    pub(super) fn not_taken(&self) -> Vec<(&'static str, &str)> {
        let Destination { unmapped, rejected, attachments, .. } = &self.settled;
        let refused = attachments.as_ref().map(|attachments| &*attachments.refused).unwrap_or_default();
        let all = [("unmapped", &**unmapped), ("rejected", rejected), ("not attached", refused)];
        all.into_iter().flat_map(|(what, of)| of.iter().map(move |it| (what, &**it))).collect()
    }
}

impl Target {
    /// As in `webshop::cart`.
    pub(super) fn name(&self) -> String {
        format!("{}::{}", self.package, self.target)
    }

    /// The same, told from what else may run the same tests.
    pub(super) fn full_name(&self) -> String {
        let mut name = self.name();
        if let Some(variant) = &self.variant {
            name += &format!(" ({variant})");
        }
        if let Some(repetition) = self.repetition {
            name += &format!(" (repetition {})", repetition + 1);
        }
        name
    }

    /// How its tests ended.
    pub(super) fn outcomes(&self) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for Test { case, .. } in &self.tests {
            outcomes.add(&case.outcome, !case.earlier.is_empty());
        }
        outcomes
    }

    /// How long its tests took, one after the other.
    pub(super) fn duration(&self) -> Duration {
        self.tests.iter().map(|test| test.case.duration()).sum()
    }
}

impl Test {
    /// Whether it failed, in whatever way.
    pub(super) fn failed(&self) -> bool {
        self.case.outcome.is_failure()
    }

    /// Whether it passed, and there is more to say of that.
    pub(super) fn passed_with_remarks(&self) -> bool {
        let has_remarks = !self.case.earlier.is_empty() || !self.case.stray_panics.is_empty();
        has_remarks && !self.failed()
    }

    /// Whether it did not run.
    pub(super) fn was_skipped(&self) -> bool {
        matches!(self.case.outcome, Outcome::Skipped { .. })
    }

    /// Whether it passed after an attempt that did not.
    pub(super) fn is_flaky(&self) -> bool {
        matches!(self.case.outcome, Outcome::Passed) && !self.case.earlier.is_empty()
    }

    /// When it began.
    pub(super) fn began(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.case.at)
    }

    /// How it ended, in a word, and whether that took several attempts.
    pub(super) fn verdict(&self) -> &'static str {
        if self.is_flaky() { "flaky" } else { word(&self.case.outcome) }
    }
}

/// The word for an outcome, as journals and summaries have it.
pub(super) fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Skipped { .. } => "skipped",
        Outcome::TimedOut(_) => "timed_out",
        Outcome::Crashed(_) => "crashed",
        // A kind of outcome that is not known here must not be taken for a good one.
        _ => "failed",
    }
}

/// As in `18 passed (1 flaky), 1 failed, 1 timed out, 2 skipped`: each kind by itself.
pub(super) fn counted(outcomes: &Outcomes) -> String {
    let Outcomes { passed, failed, skipped, timed_out, crashed, flaky } = outcomes;
    let flaky = if *flaky > 0 { format!(" ({flaky} flaky)") } else { String::new() };
    let mut counted = format!("{passed} passed{flaky}, {failed} failed");
    for (number, kind) in [(timed_out, "timed out"), (crashed, "crashed")] {
        if *number > 0 {
            counted += &format!(", {number} {kind}");
        }
    }
    counted + &format!(", {skipped} skipped")
}

#[cfg(test)]
impl Report {
    /// A run of one test binary, in which these tests ended so, each as `name` and what its journal's line says besides.
    pub(super) fn example(tests: Vec<(&str, serde_json::Value)>) -> Self {
        let mut outcomes = Outcomes::default();
        let test = |(name, rest): (&str, serde_json::Value)| {
            let mut line = serde_json::json!({ "seq": 0, "at": 0, "micros": 1_500, "test": name });
            line.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
            let case: CaseFinished = serde_json::from_value(line).expect("a test");
            outcomes.add(&case.outcome, !case.earlier.is_empty());
            Test { case, attachments: Vec::new() }
        };
        let tests: Vec<_> = tests.into_iter().map(test).collect();
        Self {
            key: "key".to_owned(),
            facts: RunFacts::default(),
            began: UNIX_EPOCH,
            duration: Duration::from_secs(1),
            outcomes,
            deliveries: Vec::new(),
            executed: tests.len() as u64,
            gaps: Vec::new(),
            living: 0,
            targets: vec![Target {
                package: "webshop".to_owned(),
                target: "cart".to_owned(),
                variant: None,
                repetition: None,
                tests,
                unfinished: Vec::new(),
            }],
        }
    }
}
