//! An event as a line of JSON: what serde would write, which is also what reads it.

use testfiesta_client::json::Json;

use crate::{
    event::{CaseFinished, Event},
    outcome::Outcome,
};

/// Most lines are shorter.
const USUAL_LENGTH: usize = 512;

/// One line, with its end.
pub(super) fn line(event: &Event) -> serde_json::Result<String> {
    match event {
        // Every test has these two.
        Event::CaseStarted { at, test } => Ok(case_started(*at, test)),
        Event::CaseFinished(case) if case.output.is_none() && case.earlier.is_empty() => case_finished(case),
        rare => Ok(serde_json::to_string(rare)? + "\n"),
    }
}

fn case_started(at: u64, test: &str) -> String {
    let mut json = Json::with_capacity(USUAL_LENGTH);
    json.raw("{\"case_started\":{\"at\":").value(at).raw(",\"test\":").text(test).raw("}}\n");
    json.into_text()
}

fn case_finished(case: &CaseFinished) -> serde_json::Result<String> {
    let mut json = Json::with_capacity(USUAL_LENGTH);
    json.raw("{\"case_finished\":{\"seq\":").value(case.seq);
    json.raw(",\"at\":").value(case.at).raw(",\"micros\":").value(case.micros);
    json.member("test", Some(&case.test))
        .member("package", Some(&case.package))
        .member("module_path", Some(&case.module_path))
        .member("location", Some(&case.location))
        .members("ids", &case.ids)
        .member("title", case.title.as_deref())
        .members("tags", &case.tags)
        .member("description", Some(&*case.description).filter(|text| !text.is_empty()));
    json.raw(",\"outcome\":");
    match &case.outcome {
        Outcome::Passed => json.raw("{\"kind\":\"passed\"}"),
        rare => json.raw(&serde_json::to_string(rare)?),
    };
    json.raw("}}\n");
    Ok(json.into_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Failure;

    fn plain() -> CaseFinished {
        CaseFinished {
            seq: 7,
            at: 1_700_000_000_000,
            micros: 12,
            test: "cart::adds".into(),
            package: "webshop".into(),
            module_path: "tests::cart".into(),
            location: "tests/cart.rs:3:4".into(),
            ids: Vec::new(),
            title: None,
            tags: Vec::new(),
            description: "".into(),
            outcome: Outcome::Passed,
            output: None,
            earlier: Vec::new(),
        }
    }

    fn assert_as_serde_writes(event: &Event) {
        let expected = serde_json::to_string(event).expect("JSON") + "\n";
        assert_eq!(line(event).expect("a line"), expected);
    }

    #[test]
    fn a_start_is_written_as_serde_would() {
        assert_as_serde_writes(&Event::CaseStarted { at: 5, test: "cart::adds".into() });
    }

    #[test]
    fn a_bare_case_is_written_as_serde_would() {
        assert_as_serde_writes(&Event::CaseFinished(plain()));
    }

    #[test]
    fn a_case_with_everything_is_written_as_serde_would() {
        assert_as_serde_writes(&Event::CaseFinished(CaseFinished {
            ids: vec!["TC-1".into(), "TC-2".into()],
            title: Some("Adds an item".into()),
            tags: vec!["smoke".into()],
            description: "One line.\nAnother.".into(),
            outcome: Outcome::Failed(Failure::new("left != right")),
            ..plain()
        }));
    }
}
