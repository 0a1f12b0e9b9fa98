//! One run: what it is, how it went, and every execution, failures first.

use axum::extract::State;
use maud::{Markup, html};
use testfiesta_client::testfiesta::{Properties, Run};

use super::{Sorry, Wanted, layout, must_be_ours, runs::From};
use crate::{
    App,
    api::extract::{Asked, At},
    store::{
        projects,
        report::{self, Line},
        runs, statuses,
    },
};

const LIMIT: u64 = 500;

pub(super) async fn page(
    State(app): State<App>,
    Wanted(At((handle, key, uid))): Wanted<At<(String, String, i64)>>,
    Wanted(Asked(from)): Wanted<Asked<From>>,
) -> Result<Markup, Sorry> {
    must_be_ours(&app, &handle)?;
    let offset = from.offset();
    let (project, run, counts, lines) = app
        .read(move |connection| {
            let project = projects::find(connection, &key)?;
            let run = runs::find(connection, project.uid.get(), uid)?;
            let counts = statuses::counted(connection, &run)?;
            let lines = report::lines(connection, uid, LIMIT, offset)?;
            Ok((project, run, counts, lines))
        })
        .await?;
    let base = format!("/{handle}/{}", project.key);
    let content = html! {
        (about(&run))
        p.counts { (layout::counts(&counts)) }
        @if !lines.is_empty() {
            table {
                thead { tr {
                    th scope="col" { "Outcome" } th scope="col" { "Case" } th scope="col" { "Test" }
                    th scope="col" { "Time" }
                } }
                tbody { @for line in &lines { (row(line, &base)) } }
            }
        }
        (layout::pager(offset, LIMIT, run.custom_fields.case_count.unwrap_or_default()))
    };
    Ok(layout::page(&run.name, &[(&project.name, &format!("{base}/runs"))], content))
}

fn about(run: &Run) -> Markup {
    // Whatever else a link may be, a click on it must not run it.
    let link = run.link.as_deref();
    let safe = link.filter(|it| it.starts_with("https://") || it.starts_with("http://"));
    html! {
        p.muted {
            "Run " (run.uid) ", created " (layout::time(run.created_at.as_deref()))
            @if run.archived_at.is_some() { ", archived " (layout::time(run.archived_at.as_deref())) }
        }
        @if let Some(address) = safe { p { a href=(address) rel="noreferrer" { (address) } } }
        @else if let Some(text) = link { p { (text) } }
        @if let Some(text) = &run.description { p.description { (text) } }
        (facts(&run.custom_fields.extra))
    }
}

/// What the import told of the run beyond its name.
fn facts(extra: &Properties) -> Markup {
    let facts: Vec<_> = extra.iter().filter_map(|(name, value)| Some((name, value.as_str()?))).collect();
    html! {
        @if !facts.is_empty() {
            dl { @for (name, value) in facts { dt { (name) } dd { (value) } } }
        }
    }
}

fn row(line: &Line, base: &str) -> Markup {
    let is_plain = line.reasons.is_empty() && line.outputs.is_empty() && line.attachments.is_empty();
    html! {
        tr {
            td {
                (layout::status(&line.status))
                @if line.is_flaky { " " span.status.left { "flaky" } }
            }
            td { @if let Some(id) = &line.case_id { code { (id) } } }
            th scope="row" {
                @if is_plain { (name(line)) }
                @else {
                    details {
                        summary { (name(line)) }
                        @for (name, text) in &line.reasons {
                            @if *name != "message" { p.muted { (name) } }
                            pre { (text) }
                        }
                        @for (name, text) in &line.outputs { details { summary.muted { (name) } (end_of(text)) } }
                        @for file in &line.attachments {
                            @let (key, name) = (file["key"].as_str(), file["fileName"].as_str());
                            p { a href={ (base) "/attachments/" (key.unwrap_or_default()) } { (name.unwrap_or_default()) } }
                        }
                    }
                }
            }
            td.time { @if let Some(shown) = line.seconds.and_then(duration) { (shown) } }
        }
    }
}

/// The end of an output, which tells most; of hundreds of long ones, no browser shows all.
fn end_of(text: &str) -> Markup {
    const KIB: usize = 64;
    let first = (text.len().saturating_sub(KIB * 1024)..).find(|at| text.is_char_boundary(*at));
    let shown = &text[first.unwrap_or_default()..];
    html! {
        @if shown.len() < text.len() { p.muted { "the last " (KIB) " KiB; the API has all of it" } }
        pre { (shown) }
    }
}

fn name(line: &Line) -> Markup {
    html! { (line.name) @if let Some(test) = &line.test { " " code.muted { (test) } } }
}

/// How long a test took; nothing for what no test takes, as less than no time or centuries.
fn duration(seconds: f64) -> Option<String> {
    const LONGEST: f64 = 1e9;
    match seconds {
        0.0..1.0 => Some(format!("{:.0} ms", seconds * 1000.0)),
        1.0..LONGEST => Some(format!("{seconds:.2} s")),
        _ => None,
    }
}
