//! A report for people: one page in one file, without a script.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use testfiesta_harness::{
    event::EarlierAttempt,
    outcome::{Failure, Outcome},
    summary::RunLink,
};
use testfiesta_server::STYLE;
use url::Url;

use super::{
    model::{Attachment, Delivery, Report, Target, Test, counted},
    text::{Room, parts, plain, reason, size, streams, time, took},
};

/// Of what tests printed.
pub(super) const ROOM: Room = Room { each: 64 << 10, all: 16 << 20, scarce: 1 << 10 };

/// What a report's page has beyond the local TestFiesta's.
const OWN_STYLE: &str = include_str!("html.css");

pub(super) fn page(report: &Report) -> String {
    let title = plain(report.name());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(OWN_STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    (about(report))
                    (section("Failures", &report.tests(Test::failed)))
                    (section("Passed, with remarks", &report.tests(Test::passed_with_remarks)))
                    h2 { "All tests" }
                    @for target in &report.targets { (table(target)) }
                }
            }
        }
    };
    page.into_string()
}

fn about(report: &Report) -> Markup {
    let unfinished = report.unfinished();
    html! {
        p.counts { strong { (counted(&report.outcomes)) } " in " (took(report.duration)) }
        @for gap in &report.gaps { p.note { "Not all of this run is known: " (plain(gap)) } }
        @if report.living > 0 { p.note { "Some of its processes are still at work: this is what there is so far." } }
        @if !unfinished.is_empty() {
            details {
                summary.note { "Tests without an outcome, since interrupted or still to end: " (unfinished.len()) }
                ul { @for test in &unfinished { li { code { (plain(test)) } } } }
            }
        }
        @for delivery in &report.deliveries { (delivered(delivery)) }
        @if report.deliveries.is_empty() {
            p { (report.executed) " executed, and kept in the journals alone: no service was set" }
        }
        dl {
            dt { "began" } dd { (time(report.began)) }
            dt { "key" } dd { code { (plain(&report.key)) } }
            @if let Some(link) = &report.facts.link { dt { "link" } dd { (linked(link, link)) } }
            @for (name, fact) in report.facts() { dt { (plain(name)) } dd { (plain(fact)) } }
        }
        @if report.facts().is_empty() && !report.facts.description.is_empty() { p.description { (plain(&report.facts.description)) } }
    }
}

fn delivered(delivery: &Delivery) -> Markup {
    let settled = &delivery.settled;
    let name = |run: &RunLink| format!("{} run {}", settled.service(), run.id);
    let not_taken = delivery.not_taken();
    html! {
        p {
            @match &settled.run {
                Some(run) => (linked(run.url.as_deref().unwrap_or_default(), &name(run))),
                None => (settled.service()),
            }
            ": " (delivery.lines().join("; "))
        }
        @if !not_taken.is_empty() {
            details {
                summary { "What was not taken: " (not_taken.len()) }
                ul { @for (what, why) in not_taken { li { (what) ": " (plain(why)) } } }
            }
        }
    }
}

/// A link to a page; only the text, where a click would do something else.
fn linked(address: &str, text: &str) -> Markup {
    let is_page = address.starts_with("https://") || address.starts_with("http://");
    html! { @if is_page { a href=(address) rel="noreferrer" { (plain(text)) } } @else { (plain(text)) } }
}

fn section(title: &str, tests: &[(&Target, &Test)]) -> Markup {
    html! {
        @if !tests.is_empty() {
            section {
                h2 { (title) }
                @for (target, test) in tests { (article(target, test)) }
            }
        }
    }
}

fn article(target: &Target, test: &Test) -> Markup {
    let case = &test.case;
    html! {
        article {
            h3 { code { (plain(&case.test)) } " " span.muted { "in " (plain(&target.full_name())) } }
            p {
                (status(test)) " after " (took(case.duration()))
                @for id in &case.ids { " · " code { (plain(id)) } }
                @if let Some(title) = &case.title { " · " (plain(title)) }
                @if !case.location.is_empty() { " · " code.muted { (plain(&case.location)) } }
            }
            @if let Some(failure) = case.outcome.failure() { (why(failure)) }
            @for (name, text) in streams(case.output.as_ref()) { (folded(name, text)) }
            @for (number, attempt) in (1..).zip(&case.earlier) { (earlier(number, attempt)) }
            @for stray in &case.stray_panics { pre { (plain(&stray.to_string())) } }
            (attached(&test.attachments))
        }
    }
}

fn why(failure: &Failure) -> Markup {
    html! {
        pre { (plain(&reason(failure))) }
        @let parts = parts(failure);
        @if !parts.is_empty() {
            dl { @for (name, text) in &parts { dt { (name) } dd { pre { (plain(text)) } } } }
        }
        @if let Some(backtrace) = &failure.backtrace { (folded("stack backtrace", backtrace)) }
    }
}

fn folded(title: &str, text: &str) -> Markup {
    html! { details { summary { (title) } pre { (plain(text)) } } }
}

fn earlier(number: usize, attempt: &EarlierAttempt) -> Markup {
    html! {
        details {
            summary { "attempt " (number) }
            @if let Some(failure) = attempt.outcome.failure() { (why(failure)) }
            @for (name, text) in streams(attempt.output.as_ref()) { p.muted { (name) } pre { (plain(text)) } }
        }
    }
}

fn attached(attachments: &[Attachment]) -> Markup {
    html! {
        @for Attachment { name, kept, .. } in attachments {
            p {
                "attached: "
                @match kept {
                    Ok((path, bytes)) => {
                        @match Url::from_file_path(path) {
                            Ok(url) => a href=(url) download=(name) { (plain(name)) },
                            Err(()) => (plain(name)),
                        }
                        " (" (size(*bytes)) ")"
                    }
                    Err(trouble) => { (plain(name)) " (not kept: " (plain(trouble)) ")" }
                }
            }
        }
    }
}

fn table(target: &Target) -> Markup {
    html! {
        h3 { (plain(&target.full_name())) " " span.muted { (counted(&target.outcomes())) } }
        table {
            thead { tr {
                th scope="col" { "Outcome" } th scope="col" { "Case" } th scope="col" { "Test" } th scope="col" { "Time" }
            } }
            tbody { @for test in &target.tests { (row(test)) } }
        }
    }
}

fn row(test: &Test) -> Markup {
    let case = &test.case;
    html! {
        tr {
            td { (status(test)) }
            td { @for id in &case.ids { code { (plain(id)) } " " } }
            th scope="row" {
                code { (plain(&case.test)) }
                @if let Some(title) = &case.title { " " span.muted { (plain(title)) } }
                @if let Outcome::Skipped { reason: Some(reason) } = &case.outcome { p.muted { (plain(reason)) } }
                @if !test.failed() && !test.passed_with_remarks() { (attached(&test.attachments)) }
            }
            td.time { (took(case.duration())) }
        }
    }
}

/// The outcome in a word. The word says it all; the colour only helps.
fn status(test: &Test) -> Markup {
    let colour = match &test.case.outcome {
        Outcome::Passed if test.is_flaky() => "left",
        Outcome::Passed => "good",
        Outcome::Skipped { .. } => "left",
        _ => "bad",
    };
    html! { span class={ "status " (colour) } { (test.verdict().replace('_', " ")) } }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_test_said_is_shown_and_never_markup() {
        let said = "<script>alert(1)</script>\u{1b}[31m & \0";
        let output = json!({ "stdout": said, "stderr": "" });
        let test =
            json!({ "ids": [said], "outcome": { "kind": "failed", "message": said }, "output": output });
        let mut report = Report::example(vec![(said, test)]);
        report.facts.link = Some("javascript:alert(1)".to_owned());
        let page = page(&report);
        assert!(
            !page.contains("<script") && !page.contains("href=\"javascript:") && !page.contains('\0'),
            "{page}"
        );
        assert!(page.contains("<pre>&lt;script&gt;alert(1)&lt;/script&gt; &amp; "), "{page}");
    }

    #[test]
    fn a_page_needs_nothing_but_itself() {
        let page = page(&Report::example(vec![("passes", json!({ "outcome": { "kind": "passed" } }))]));
        for outside in ["<link", "<script", "<img", "url(", "@import"] {
            assert!(!page.contains(outside), "{outside}: {page}");
        }
    }
}
