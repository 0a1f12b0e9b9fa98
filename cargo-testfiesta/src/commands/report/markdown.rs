//! A report for a job's summary page: short where all is well, and failures first.

use testfiesta_harness::{event::EarlierAttempt, outcome::Outcome};

use super::{
    model::{Attachment, Delivery, Report, Target, Test, counted},
    text::{Room, in_a_line, plain, reason, size, streams, time, took, unsaid},
};
use crate::say::count;

/// GitHub shows nothing of a summary that is larger than 1 MiB.
const LIMIT: usize = 1_000_000;
/// What failures may take of it.
const FOR_FAILURES: usize = 700_000;
/// How many lines of one kind are shown that are to be read one by one.
const NAMED: usize = 10;

/// Of what tests printed.
pub(super) const ROOM: Room = Room { each: 8 << 10, all: 512 << 10, scarce: 512 };

pub(super) fn text(report: &Report) -> String {
    let mut page = about(report);
    let failed = report.tests(Test::failed);
    section(&mut page, "Failures", &failed, FOR_FAILURES);
    section(&mut page, "Passed, with remarks", &report.tests(Test::passed_with_remarks), LIMIT / 10 * 8);
    page += &targets(report);
    let rows: Vec<_> =
        if failed.is_empty() { report.tests(Test::was_skipped) } else { report.tests(|_| true) };
    let title = if failed.is_empty() { "Skipped" } else { "All tests" };
    tests(&mut page, title, &rows);
    page
}

fn about(report: &Report) -> String {
    let mut page = format!("## {}\n\n**{}**", escaped(report.name()), counted(&report.outcomes));
    page += &format!(" in {} · {}\n\n", took(report.duration), time(report.began));
    let warnings = warnings(report);
    if !warnings.is_empty() {
        page += &format!("> {}\n\n", warnings.join("\n>\n> "));
    }
    for delivery in &report.deliveries {
        page += &format!("{}\n\n", delivered(delivery));
    }
    if report.deliveries.is_empty() {
        page +=
            &format!("{} executed, and kept in the journals alone: no service was set\n\n", report.executed);
    }
    let mut facts: Vec<_> =
        report.facts().iter().map(|(name, fact)| format!("{} {}", escaped(name), code(fact))).collect();
    facts.insert(0, format!("key {}", code(&report.key)));
    facts.extend(report.facts.link.as_deref().map(|link| format!("[link]({})", address(link))));
    page += &format!("{}\n\n", facts.join(" · "));
    let description = &report.facts.description;
    if report.facts().is_empty() && !description.is_empty() {
        page += &format!("{}\n\n", escaped(description));
    }
    page
}

fn warnings(report: &Report) -> Vec<String> {
    let gap = |gap: &String| format!("Not all of this run is known: {}", escaped(gap));
    let mut warnings: Vec<_> = report.gaps.iter().take(NAMED).map(gap).collect();
    if report.gaps.len() > NAMED {
        warnings.push(format!("Not all of this run is known: and {} more", report.gaps.len() - NAMED));
    }
    if report.living > 0 {
        warnings.push("Some of its processes are still at work: this is what there is so far.".to_owned());
    }
    let unfinished = report.unfinished();
    if !unfinished.is_empty() {
        let named: Vec<_> = unfinished.iter().take(NAMED).map(|test| code(test)).collect();
        let more = if unfinished.len() > NAMED { " and others" } else { "" };
        let (number, named) = (count(unfinished.len(), "test"), named.join(", "));
        warnings
            .push(format!("Without an outcome, since interrupted or still to end: {number}: {named}{more}"));
    }
    warnings
}

/// The closing lines of one destination, with its link.
fn delivered(delivery: &Delivery) -> String {
    let settled = &delivery.settled;
    let name = settled.service();
    let link = settled.run.as_ref().map(|run| match &run.url {
        Some(url) => format!("[{name} run {}]({})", escaped(&run.id), address(url)),
        None => format!("{name} run {}", escaped(&run.id)),
    });
    let name = link.unwrap_or_else(|| escaped(name));
    let mut text = format!("{name}: {}", delivery.lines().join("; "));
    let not_taken = delivery.not_taken();
    for (what, why) in not_taken.iter().take(NAMED) {
        text += &format!("\n- {what}: {}", escaped(why));
    }
    if not_taken.len() > NAMED {
        text += &format!("\n- and {} more", not_taken.len() - NAMED);
    }
    text
}

/// Adds these tests one by one, as far as there is room.
fn section(page: &mut String, title: &str, tests: &[(&Target, &Test)], limit: usize) {
    if tests.is_empty() {
        return;
    }
    *page += &format!("### {title}\n\n");
    for (shown, (target, test)) in tests.iter().enumerate() {
        let block = block(target, test);
        if page.len() + block.len() > limit {
            let left = tests.len() - shown;
            *page += &format!("_{} more: there is no room for them here._\n\n", count(left, "test"));
            return;
        }
        *page += &block;
    }
}

fn block(target: &Target, test: &Test) -> String {
    let case = &test.case;
    let mut block = format!("#### {} in {}\n\n", code(&case.test), code(&target.full_name()));
    let mut about = vec![format!("{} after {}", verdict(test), took(case.duration()))];
    about.extend(case.title.iter().map(|title| escaped(title)));
    about.extend(case.ids.iter().map(|id| code(id)));
    about.extend((!case.location.is_empty()).then(|| code(&case.location)));
    block += &format!("{}\n\n", about.join(" · "));
    if let Some(failure) = case.outcome.failure() {
        block += &fenced(&reason(failure));
        for (name, text) in unsaid(failure) {
            block += &format!("{name}:\n\n{}", fenced(&text));
        }
        block += &failure.backtrace.iter().map(|it| folded("stack backtrace", it)).collect::<String>();
    }
    for (name, text) in streams(case.output.as_ref()) {
        block += &folded(name, text);
    }
    for (number, attempt) in (1..).zip(&case.earlier) {
        block += &folded(&format!("attempt {number}"), &told(attempt));
    }
    for stray in &case.stray_panics {
        block += &fenced(&stray.to_string());
    }
    for attachment in &test.attachments {
        block += &format!("- attached: {}\n", attached(attachment));
    }
    block + if test.attachments.is_empty() { "" } else { "\n" }
}

/// All of an attempt that was followed by another.
fn told(attempt: &EarlierAttempt) -> String {
    let mut told: Vec<_> = attempt.outcome.failure().map(reason).into_iter().collect();
    told.extend(streams(attempt.output.as_ref()).iter().map(|(name, text)| format!("{name}:\n{text}")));
    told.join("\n\n")
}

fn attached(attachment: &Attachment) -> String {
    let what = match &attachment.kept {
        Ok((_, bytes)) => size(*bytes),
        Err(trouble) => format!("not kept: {}", escaped(trouble)),
    };
    format!("{} ({what})", code(&attachment.name))
}

/// How many of each test binary ended how.
fn targets(report: &Report) -> String {
    let mut table = String::from("| Test binary | Outcomes | Time |\n|---|---|--:|\n");
    for target in &report.targets {
        let (name, outcomes) = (cell(&code(&target.full_name())), counted(&target.outcomes()));
        table += &format!("| {name} | {outcomes} | {} |\n", took(target.duration()));
    }
    table + "\n"
}

/// Adds a row for each of these tests, as far as there is room.
fn tests(page: &mut String, title: &str, tests: &[(&Target, &Test)]) {
    /// For what closes the table.
    const END: usize = 1_000;
    if tests.is_empty() {
        return;
    }
    let head = "| Outcome | Test | Ids | Time |\n|---|---|---|--:|\n";
    *page += &format!("<details><summary>{title} ({})</summary>\n\n{head}", tests.len());
    let mut left = tests.len();
    for (target, test) in tests {
        let row = row(target, test);
        if page.len() + row.len() > LIMIT - END {
            break;
        }
        *page += &row;
        left -= 1;
    }
    if left > 0 {
        *page += &format!("\n_{} more: there is no room for them here._\n", count(left, "test"));
    }
    *page += "\n</details>\n";
}

fn row(target: &Target, test: &Test) -> String {
    let case = &test.case;
    let mut outcome = verdict(test).to_owned();
    if let Outcome::Skipped { reason: Some(reason) } = &case.outcome {
        outcome += &format!(": {}", escaped(reason));
    }
    let name = format!("{} {}", code(&target.full_name()), code(&case.test));
    let ids: Vec<_> = case.ids.iter().map(|id| code(id)).collect();
    let cells = [outcome, name, ids.join(" "), took(case.duration())].map(|text| cell(&text));
    format!("| {} |\n", cells.join(" | "))
}

fn verdict(test: &Test) -> String {
    test.verdict().replace('_', " ")
}

/// A text in a line, in which nothing means anything.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in plain(text).chars() {
        match c {
            '\n' | '\t' => escaped.push(' '),
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A text in a line, in letters of one width. What it holds cannot end it.
fn code(text: &str) -> String {
    let text = in_a_line(text);
    let quote = "`".repeat(longest_run(&text) + 1);
    // A blank on both sides is not shown.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{quote}{pad}{text}{pad}{quote}")
}

/// What stands in a cell of a table, where a bar would end it, be it in code.
fn cell(markdown: &str) -> String {
    markdown.replace("\\|", "|").replace('|', "\\|")
}

/// A block of text, behind a fence that nothing in it can close.
fn fenced(text: &str) -> String {
    let text = plain(text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n\n", text.trim_end())
}

fn folded(title: &str, text: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{}</details>\n\n", fenced(text))
}

/// How many backticks there are in a row at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The target of a link, which nothing in it can end.
fn address(url: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '\\' | '"' | '|' | '`');
    url.chars().filter(|c| is_plain(*c)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fenced("plain\n"), "```text\nplain\n```\n\n");
        assert_eq!(fenced("````\nx"), "`````text\n````\nx\n`````\n\n");
    }

    #[test]
    fn code_is_quoted_by_more_backticks_than_it_holds() {
        assert_eq!([code("a"), code("a`b"), code("``")], ["`a`", "``a`b``", "``` `` ```"]);
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escaped("<b> & *a*|`b`\n[c](d)"), r"&lt;b&gt; &amp; \*a\*\|\`b\` \[c\](d)");
        assert_eq!(cell(&code("a|b")), r"`a\|b`");
        assert_eq!(cell(&escaped("a|b")), r"a\|b");
        assert_eq!(address("https://x/(a)\"b"), "https://x/ab");
    }

    #[test]
    fn a_run_is_described_in_words_of_the_users_own_or_in_facts_and_neither_is_markup() {
        let mut report = Report::example(vec![]);
        report.facts.description = "the *nightly* run".to_owned();
        assert!(about(&report).ends_with("\n\nthe \\*nightly\\* run\n\n"), "{}", about(&report));
        report.facts.description = "<b>branch: main".to_owned();
        assert!(about(&report).ends_with(" · &lt;b&gt;branch `main`\n\n"), "{}", about(&report));
    }

    fn failing(number: usize) -> Report {
        let failed = json!({ "outcome": { "kind": "failed", "message": "x".repeat(6_000) } });
        let names: Vec<_> = (0..number).map(|n| format!("t{n}")).collect();
        Report::example(names.iter().map(|name| (&**name, failed.clone())).collect())
    }

    #[test]
    fn what_is_too_much_for_github_is_cut_and_counted() {
        let page = text(&failing(20_000));
        assert!(page.len() < 1 << 20, "{} bytes", page.len());
        let notes = page.matches("there is no room for them here").count();
        assert_eq!((notes, page.matches("#### `t").count() > 100), (2, true));
        assert!(page.starts_with("## key\n\n**0 passed, 20000 failed, 0 skipped**"));
        assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
    }

    #[test]
    fn a_run_whose_tests_all_passed_is_a_few_lines() {
        let passed = json!({ "outcome": { "kind": "passed" } });
        let page = text(&Report::example(vec![("a", passed.clone()), ("b", passed)]));
        assert!(page.lines().count() < 15 && page.contains("**2 passed, 0 failed, 0 skipped**"), "{page}");
    }
}
