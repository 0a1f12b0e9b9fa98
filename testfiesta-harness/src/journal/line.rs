//! An event as a line of JSON: what serde would write, which is also what reads it.

use std::borrow::Cow;

use testfiesta_client::json::{Member, Members, Text};

use crate::{
    case::Case,
    event::{CaseFinished, Event},
    outcome::Outcome,
};

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
    format!(
        "{{\"case_started\":{{\"at\":{at},\"test\":{},\"package\":{},\"module_path\":{},\"location\":{}{}{}{}{}}}}}\n",
        Text(test),
        Text(details.package),
        Text(case.module_path()),
        Text(&details.location.to_string()),
        Members("ids", details.ids),
        Member("title", details.title),
        Members("tags", details.tags),
        Member("description", Some(details.description).filter(|text| !text.is_empty())),
    )
}

/// That a test passed which a line before this one describes.
pub(super) fn passed(seq: u64, at: u64, micros: u64, test: &str) -> String {
    format!(
        "{{\"case_finished\":{{\"seq\":{seq},\"at\":{at},\"micros\":{micros},\"test\":{},\
         \"outcome\":{{\"kind\":\"passed\"}}}}}}\n",
        Text(test)
    )
}

fn is_plain(case: &CaseFinished) -> bool {
    case.output.is_none() && case.earlier.is_empty() && case.stray_panics.is_empty()
}

fn finished(case: &CaseFinished) -> serde_json::Result<String> {
    let CaseFinished { seq, at, micros, .. } = case;
    let outcome = match &case.outcome {
        Outcome::Skipped { reason: None } => Cow::Borrowed("{\"kind\":\"skipped\"}"),
        rare => Cow::Owned(serde_json::to_string(rare)?),
    };
    Ok(format!(
        "{{\"case_finished\":{{\"seq\":{seq},\"at\":{at},\"micros\":{micros},\"test\":{},\"package\":{},\
         \"module_path\":{},\"location\":{}{}{}{}{},\"outcome\":{outcome}}}}}\n",
        Text(&case.test),
        Text(&case.package),
        Text(&case.module_path),
        Text(&case.location),
        Members("ids", &case.ids),
        Member("title", case.title.as_deref()),
        Members("tags", &case.tags),
        Member("description", Some(&*case.description).filter(|text| !text.is_empty())),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::Details,
        event::CaseStarted,
        outcome::{Failure, StrayPanic},
    };

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

    #[test]
    fn a_stray_panic_is_written_as_serde_would() {
        let stray = StrayPanic { thread: "courier".into(), message: "lost".into(), location: None };
        let stray_panics = vec![stray];
        assert_as_serde_writes(&Event::CaseFinished(CaseFinished { stray_panics, ..everything() }));
    }
}
