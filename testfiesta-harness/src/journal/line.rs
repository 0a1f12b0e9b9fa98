//! An event as a line of JSON: what serde would write, which is also what reads it.

use testfiesta_client::json::Json;

use crate::{
    case::Case,
    event::{CaseFinished, Event},
    outcome::Outcome,
};

/// Most lines are shorter.
const USUAL_LENGTH: usize = 512;

/// One line, with its end.
pub(super) fn line(event: &Event) -> serde_json::Result<String> {
    match event {
        Event::CaseFinished(case) if is_plain(case) && matches!(case.outcome, Outcome::Passed) => {
            Ok(passed(case.seq, case.at, case.micros, &case.test))
        }
        Event::CaseFinished(case) if is_plain(case) => finished(case),
        rare => Ok(serde_json::to_string(rare)? + "\n"),
    }
}

/// That a test began. Every test has this line, and most have the next.
pub(super) fn started(at: u64, test: &str, case: &Case) -> String {
    let details = case.details();
    let mut json = Json::with_capacity(USUAL_LENGTH);
    json.raw("{\"case_started\":{\"at\":").value(at);
    json.member("test", Some(test))
        .member("package", Some(details.package))
        .member("module_path", Some(case.module_path()))
        .member("location", Some(&details.location.to_string()))
        .members("ids", details.ids)
        .member("title", details.title)
        .members("tags", details.tags)
        .member("description", Some(details.description).filter(|text| !text.is_empty()));
    json.raw("}}\n");
    json.into_text()
}

/// That a test passed which a line before this one describes.
pub(super) fn passed(seq: u64, at: u64, micros: u64, test: &str) -> String {
    let mut json = Json::with_capacity(USUAL_LENGTH);
    json.raw("{\"case_finished\":{\"seq\":").value(seq);
    json.raw(",\"at\":").value(at).raw(",\"micros\":").value(micros);
    json.member("test", Some(test)).raw(",\"outcome\":{\"kind\":\"passed\"}}}\n");
    json.into_text()
}

fn is_plain(case: &CaseFinished) -> bool {
    case.output.is_none() && case.earlier.is_empty()
}

fn finished(case: &CaseFinished) -> serde_json::Result<String> {
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
        Outcome::Skipped { reason: None } => json.raw("{\"kind\":\"skipped\"}"),
        rare => json.raw(&serde_json::to_string(rare)?),
    };
    json.raw("}}\n");
    Ok(json.into_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case::Details, event::CaseStarted, outcome::Failure};

    fn assert_as_serde_writes(event: &Event) {
        let expected = serde_json::to_string(event).expect("JSON") + "\n";
        assert_eq!(line(event).expect("a line"), expected);
    }

    fn everything() -> CaseFinished {
        CaseFinished {
            title: Some("Adds an item".into()),
            tags: vec!["smoke".into()],
            description: "One line.\nAnother.".into(),
            ..CaseFinished::example(7, &["TC-1", "TC-2"])
        }
    }

    #[test]
    fn a_start_is_written_as_serde_would() {
        const DETAILS: Details = Details {
            ids: &["TC-1"],
            title: Some("Adds \"an\" item"),
            tags: &["smoke"],
            description: "One line.\nAnother.",
            ..Details::EXAMPLE
        };
        let case = Case { details: || DETAILS, ..Case::EXAMPLE };
        let event = Event::CaseStarted(CaseStarted {
            at: 5,
            test: "adds".into(),
            package: DETAILS.package.into(),
            module_path: case.module_path().into(),
            location: DETAILS.location.to_string(),
            ids: vec!["TC-1".into()],
            title: DETAILS.title.map(Into::into),
            tags: vec!["smoke".into()],
            description: DETAILS.description.into(),
        });
        let expected = serde_json::to_string(&event).expect("JSON") + "\n";
        assert_eq!(started(5, "adds", &case), expected);
    }

    #[test]
    fn a_pass_leaves_the_description_to_the_start() {
        let line = line(&Event::CaseFinished(everything())).expect("a line");
        let expected = serde_json::json!({"case_finished": {
            "seq": 7, "at": 1_000, "micros": 1_500, "test": "deep::adds", "outcome": {"kind": "passed"}
        }});
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).expect("JSON"), expected);
    }

    #[test]
    fn a_skipped_test_is_written_as_serde_would() {
        let outcome = Outcome::Skipped { reason: None };
        assert_as_serde_writes(&Event::CaseFinished(CaseFinished { outcome, ..everything() }));
    }

    #[test]
    fn a_failure_is_written_as_serde_would() {
        let outcome = Outcome::Failed(Failure::new("left != right"));
        assert_as_serde_writes(&Event::CaseFinished(CaseFinished { outcome, ..everything() }));
    }
}
