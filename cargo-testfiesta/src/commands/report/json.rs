//! A report for programs. The names of its fields are a promise.

use std::{collections::BTreeMap, io::Write, path::Path, time::Duration};

use anyhow::Result;
use serde::Serialize;
use testfiesta_harness::{
    event::{EarlierAttempt, PrintedOutput},
    outcome::{Outcome, StrayPanic},
    summary::Outcomes,
};

use super::model::{Attachment, Delivery, Report, Target, Test, word};

/// What `--help` says of the fields.
pub(crate) const FIELDS: &str = "\
JSON (--format json), an object that says what TESTFIESTA_SUMMARY says, and more:
  executed, confirmed, queued, unmapped, rejected, destination, attachments, run
                   what became of the results, at the destination that holds least; run is { id, key, url }
  passed, failed, skipped, timed_out, crashed, flaky
                   how many tests ended so; flaky ones passed, too
  destinations     the first line's fields for each destination, with unmapped_results and rejected_results: why
  not_known        why not all of the run is known
  name, link, description, facts
                   what the run is called, its CI job, and package, branch, commit, toolchain and such
  started_at, seconds, processes_at_work
                   when it began, how long it took, and how many of its processes have not ended
  unfinished       tests without an outcome: they still run, or were interrupted
  tests            each with package, target, variant, repetition, test (its name), title, ids, tags, location,
                   outcome (passed, failed, skipped, timed_out or crashed), flaky, started_at, seconds; where there is
                   one, reason (why it was skipped), message, panicked_at, thread, left, right, chain, backtrace, stdout,
                   stderr; earlier (the attempts before, with the same fields), stray_panics (thread, message, location)
                   and attachments (name, media_type, bytes and path, or trouble)
A field of a test that says nothing is left out. Fields may be added; none is renamed.";

/// Writes all of it.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let parts: Vec<_> = report.deliveries.iter().map(|delivery| part(delivery, &report.key)).collect();
    let least = parts.iter().min_by_key(|part| part.confirmed).cloned();
    let document = Document {
        least: least.unwrap_or_else(|| nowhere(report)),
        outcomes: report.outcomes,
        destinations: &parts,
        not_known: &report.gaps,
        name: report.name(),
        link: report.facts.link.as_deref(),
        description: &report.facts.description,
        facts: report.facts().into_iter().collect(),
        started_at: time(report.began),
        seconds: report.duration.as_secs_f64(),
        processes_at_work: report.living,
        unfinished: report.targets.iter().flat_map(unfinished).collect(),
        tests: report
            .targets
            .iter()
            .flat_map(|target| target.tests.iter().map(|it| line(target, it)))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    Ok(writeln!(out)?)
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    least: Part<'a>,
    #[serde(flatten)]
    outcomes: Outcomes,
    destinations: &'a [Part<'a>],
    not_known: &'a [String],
    name: &'a str,
    link: Option<&'a str>,
    description: &'a str,
    facts: BTreeMap<&'a str, &'a str>,
    started_at: String,
    seconds: f64,
    processes_at_work: usize,
    unfinished: Vec<Unfinished<'a>>,
    tests: Vec<Line<'a>>,
}

/// What became of the results at one destination: `executed = confirmed + queued + unmapped + rejected`.
#[derive(Clone, Serialize)]
struct Part<'a> {
    destination: Option<&'a str>,
    executed: u64,
    confirmed: u64,
    queued: u64,
    unmapped: usize,
    rejected: usize,
    unmapped_results: &'a [String],
    rejected_results: &'a [String],
    attachments: Option<AttachmentCounts>,
    run: Run<'a>,
}

#[derive(Clone, Serialize)]
struct AttachmentCounts {
    sent: u64,
    queued: u64,
    refused: usize,
}

#[derive(Clone, Serialize)]
struct Run<'a> {
    id: Option<&'a str>,
    key: &'a str,
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Unfinished<'a> {
    package: &'a str,
    target: &'a str,
    test: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    package: &'a str,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repetition: Option<u32>,
    test: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    ids: Vec<&'a str>,
    tags: Vec<&'a str>,
    location: &'a str,
    flaky: bool,
    started_at: String,
    #[serde(flatten)]
    attempt: Attempt<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<Attempt<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stray_panics: &'a [StrayPanic],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attached<'a>>,
}

/// One attempt at a test.
#[derive(Serialize)]
struct Attempt<'a> {
    outcome: &'static str,
    seconds: f64,
    #[serde(flatten)]
    why: Why<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    stdout: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    stderr: &'a str,
}

#[derive(Default, Serialize)]
struct Why<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    panicked_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    chain: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    backtrace: Option<&'a str>,
}

#[derive(Serialize)]
struct Attached<'a> {
    name: &'a str,
    media_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
}

fn part<'a>(delivery: &'a Delivery, key: &'a str) -> Part<'a> {
    let Delivery { executed, queued, settled } = delivery;
    let attachments = settled.attachments.as_ref().map(|attachments| AttachmentCounts {
        sent: attachments.sent,
        queued: attachments.queued,
        refused: attachments.refused.len(),
    });
    let run = settled.run.as_ref();
    Part {
        destination: Some(&settled.name),
        executed: *executed,
        confirmed: settled.confirmed,
        queued: *queued,
        unmapped: settled.unmapped.len(),
        rejected: settled.rejected.len(),
        unmapped_results: &settled.unmapped,
        rejected_results: &settled.rejected,
        attachments,
        run: Run { id: run.map(|run| &*run.id), key, url: run.and_then(|run| run.url.as_deref()) },
    }
}

/// No service had to do with it: everything is in the journals alone.
fn nowhere(report: &Report) -> Part<'_> {
    Part {
        destination: None,
        executed: report.executed,
        confirmed: 0,
        queued: report.executed,
        unmapped: 0,
        rejected: 0,
        unmapped_results: &[],
        rejected_results: &[],
        attachments: None,
        run: Run { id: None, key: &report.key, url: None },
    }
}

fn unfinished(target: &Target) -> impl Iterator<Item = Unfinished<'_>> {
    let Target { package, target, unfinished, .. } = target;
    unfinished.iter().map(move |test| Unfinished { package, target, test })
}

fn line<'a>(target: &'a Target, test: &'a Test) -> Line<'a> {
    let case = &test.case;
    Line {
        package: &target.package,
        target: &target.target,
        variant: target.variant.as_deref(),
        repetition: target.repetition,
        test: &case.test,
        title: case.title.as_deref(),
        ids: case.ids.iter().map(AsRef::as_ref).collect(),
        tags: case.tags.iter().map(AsRef::as_ref).collect(),
        location: &case.location,
        flaky: test.is_flaky(),
        started_at: time(test.began()),
        attempt: attempt(&case.outcome, case.duration(), case.output.as_ref()),
        earlier: case.earlier.iter().map(earlier).collect(),
        stray_panics: &case.stray_panics,
        attachments: test.attachments.iter().map(attached).collect(),
    }
}

fn earlier(attempt: &EarlierAttempt) -> Attempt<'_> {
    self::attempt(&attempt.outcome, Duration::from_micros(attempt.micros), attempt.output.as_ref())
}

fn attempt<'a>(outcome: &'a Outcome, took: Duration, printed: Option<&'a PrintedOutput>) -> Attempt<'a> {
    Attempt {
        outcome: word(outcome),
        seconds: took.as_secs_f64(),
        why: why(outcome),
        stdout: printed.map_or("", |output| &output.stdout),
        stderr: printed.map_or("", |output| &output.stderr),
    }
}

fn why(outcome: &Outcome) -> Why<'_> {
    if let Outcome::Skipped { reason } = outcome {
        return Why { reason: reason.as_deref(), ..Why::default() };
    }
    let Some(failure) = outcome.failure() else { return Why::default() };
    Why {
        reason: None,
        message: Some(&failure.message),
        panicked_at: failure.location.as_deref(),
        thread: failure.thread.as_deref(),
        left: failure.left.as_deref(),
        right: failure.right.as_deref(),
        chain: &failure.chain,
        backtrace: failure.backtrace.as_deref(),
    }
}

fn attached(attachment: &Attachment) -> Attached<'_> {
    let Attachment { name, media_type, kept } = attachment;
    let file = kept.as_ref().ok();
    Attached {
        name,
        media_type,
        bytes: file.map(|(_, bytes)| *bytes),
        path: file.map(|(path, _)| path.as_path()),
        trouble: kept.as_ref().err().map(String::as_str),
    }
}

fn time(at: std::time::SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}
