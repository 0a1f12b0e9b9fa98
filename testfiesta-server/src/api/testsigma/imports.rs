//! JUnit imports.

use axum::extract::State;
use roxmltree::{Document, Node};

use super::{
    answer::{Answer, one},
    problem::Problem,
    read::{At, Form},
};
use crate::{
    App,
    store::testsigma::imports::{self, Element},
};

/// Path parameters of one run, or of one import.
type One = (String, String);

pub(super) async fn create(State(app): State<App>, At((project, run)): At<One>, Form(parts): Form) -> Answer {
    let report = parts.into_iter().find(|part| part.name == "junit_xml");
    let report = report.ok_or_else(|| Problem::invalid("expected a file named `junit_xml`"))?;
    let elements = std::str::from_utf8(&report.content).map_err(|error| error.to_string()).and_then(read);
    let elements = elements.map_err(|reason| Problem::invalid(&format!("junit_xml: {reason}")))?;
    Ok(one("import", app.write(move |it| imports::create(it, &project, &run, &elements)).await?))
}

pub(super) async fn status(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    Ok(one("import", app.read(move |it| imports::status(it, &project, &id)).await?))
}

fn read(xml: &str) -> Result<Vec<Element>, String> {
    let document = Document::parse(xml).map_err(|error| error.to_string())?;
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    Ok(cases.map(element).collect())
}

fn element(case: Node<'_, '_>) -> Element {
    let told = [("failure", "failed"), ("error", "failed"), ("skipped", "skipped")];
    let told = told
        .iter()
        .find_map(|(tag, status)| Some((*status, case.children().find(|child| child.has_tag_name(*tag))?)));
    let (status, message) = match told {
        None => ("passed", ""),
        Some((status, node)) => {
            (status, node.attribute("message").or_else(|| node.text()).unwrap_or_default())
        }
    };
    Element {
        name: case.attribute("name").unwrap_or_default().to_owned(),
        status,
        message: message.trim().to_owned(),
    }
}
