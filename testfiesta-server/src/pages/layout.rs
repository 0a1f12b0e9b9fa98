//! What all pages share.

use maud::{DOCTYPE, Markup, html};

/// A whole page: where the reader is, a heading, the content.
pub(super) fn page(title: &str, way_here: &[(&str, &str)], content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · TestFiesta" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    nav aria-label="Breadcrumb" {
                        a href="/" { "TestFiesta" }
                        @for (name, address) in way_here { " / " a href=(address) { (name) } }
                    }
                }
                main {
                    h1 { (title) }
                    (content)
                }
            }
        }
    }
}

/// A point in time as the API writes it, to the minute.
pub(super) fn time(at: Option<&str>) -> Markup {
    let shown = at.and_then(|it| Some(format!("{} {} UTC", it.get(..10)?, it.get(11..16)?)));
    html! { @if let (Some(at), Some(shown)) = (at, shown) { time datetime=(at) { (shown) } } }
}

/// A status as a coloured word. The word says it all; the colour only helps.
pub(super) fn status(word: &str) -> Markup {
    html! { span class={ "status " (kind(word)) } { (word.replace('_', " ")) } }
}

/// Which of the few colours a status has.
fn kind(word: &str) -> &'static str {
    match word.trim().to_ascii_lowercase().as_str() {
        "passed" => "good",
        "failed" | "error" | "crashed" | "timed_out" => "bad",
        "skipped" | "blocked" => "left",
        _ => "open",
    }
}

/// How many have each status, the ones to look at first.
pub(super) fn counts(counts: &[(String, u64)]) -> Markup {
    html! {
        @if counts.is_empty() { span.muted { "no outcomes yet" } }
        @for (word, number) in counts { span.count { (number) " " (status(word)) } " " }
    }
}

/// Links to the pages before and after this one, of which there may be none.
pub(super) fn pager(offset: u64, limit: u64, count: u64) -> Markup {
    // Before a page beyond the end is the last one.
    let before = offset.min(count.next_multiple_of(limit)).saturating_sub(limit);
    html! {
        @if count > limit || offset > 0 {
            nav.pager aria-label="Pages" {
                @if offset > 0 { a rel="prev" href={ "?offset=" (before) } { "Previous" } }
                @if offset < count { span { (offset + 1) "–" (count.min(offset + limit)) " of " (count) } }
                @else { span { "none of " (count) } }
                @if offset + limit < count { a rel="next" href={ "?offset=" (offset + limit) } { "Next" } }
            }
        }
    }
}
