//! Test runs, their cases, and what became of those.

use axum::extract::State;
use testfiesta_client::testsigma::CaseResults;

use super::{
    answer::{Answer, created, deleted, list as listed, one},
    problem::Problem,
    read::{At, Body, Form, json},
};
use crate::{
    App,
    store::{
        attachments,
        testsigma::{
            list::Query,
            projects,
            results::{self, File},
            runs,
        },
    },
};

/// Path parameters of one run.
type One = (String, String);

pub(super) async fn list(State(app): State<App>, At(project): At<String>, query: Query) -> Answer {
    let rows = app.read(move |it| runs::list(it, &project)).await?;
    Ok(listed("test_runs", query.page("test_runs", &["title", "human_id"], rows)))
}

pub(super) async fn create(State(app): State<App>, At(project): At<String>, Body(body): Body) -> Answer {
    Ok(created("test_run", app.write(move |it| runs::create(it, &project, &body)).await?))
}

pub(super) async fn get(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    Ok(one("test_run", app.read(move |it| runs::find(it, &project, &id)).await?))
}

pub(super) async fn update(State(app): State<App>, At((project, id)): At<One>, Body(body): Body) -> Answer {
    Ok(one("test_run", app.write(move |it| runs::update(it, &project, &id, &body)).await?))
}

pub(super) async fn delete(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    app.blocking(move |store| {
        let files = store.write(|it| {
            let project = projects::uid(it, &project)?;
            let run = runs::uid(it, project, &id)?;
            let files = attachments::of_run(it, run)?;
            runs::delete(it, project, run)?;
            Ok(files)
        })?;
        store.forget(&files);
        Ok(())
    })
    .await?;
    Ok(deleted("test run"))
}

pub(super) async fn cases(State(app): State<App>, At((project, id)): At<One>, query: Query) -> Answer {
    let rows = app.read(move |it| results::list(it, &project, &id)).await?;
    Ok(listed("test_run_cases", query.page("test_run_cases", &["status"], rows)))
}

pub(super) async fn assign(State(app): State<App>, At((project, id)): At<One>, Body(body): Body) -> Answer {
    Ok(one("test_run_case", app.write(move |it| results::assign(it, &project, &id, &body)).await?))
}

/// A form with JSON in its part `data` and files beside it, or JSON alone.
pub(super) async fn write(State(app): State<App>, At((project, id)): At<One>, Form(parts): Form) -> Answer {
    let (data, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.name == "data");
    let [data] = <[_; 1]>::try_from(data).map_err(|_| Problem::invalid("expected one part named `data`"))?;
    let sent: CaseResults = serde_json::from_value(json(&data.content)?)
        .map_err(|error| Problem::invalid(&format!("data: {error}")))?;
    let mut files = Vec::new();
    for part in rest {
        let place = place(&part.name).filter(|place| *place < sent.test_run_cases.len());
        files.push(File {
            result: place.ok_or_else(|| Problem::invalid(&format!("{}: names no result", part.name)))?,
            name: part.file_name.unwrap_or_else(|| part.name.clone()),
            content_type: part.content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            content: part.content.to_vec(),
        });
    }
    let entries = app
        .blocking(move |store| {
            let written =
                store.write(|it| results::write(it, &project, &id, &sent.test_run_cases, &files))?;
            for (attachment, file) in written.files {
                store.keep(&attachment, &files[file].content)?;
            }
            Ok(written.entries)
        })
        .await?;
    Ok(one("test_run_cases", entries.into()))
}

/// The result that `attachments_<i>_<j>` belongs to.
fn place(name: &str) -> Option<usize> {
    let (result, running) = name.strip_prefix("attachments_")?.split_once('_')?;
    running.parse::<usize>().ok()?;
    result.parse().ok()
}
