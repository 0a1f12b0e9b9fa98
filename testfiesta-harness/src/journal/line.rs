//! An event as a line of JSON: what serde would write, which is also what reads it.

use std::borrow::Cow;

use testfiesta_client::json::json;

use crate::{
    case::Case,
    event::{BatchAcknowledged, CaseFinished, Event},
    outcome::Outcome,
};

/// One line, with its end.
pub(super) fn line(event: &Event) -> serde_json::Result<String> {
    match event {
        Event::CaseFinished(case) if case.is_plain() && matches!(case.outcome, Outcome::Passed) => {
            Ok(passed(case.seq, case.at, case.micros, &case.test))
        }
        Event::CaseFinished(case) if case.is_plain() => finished(case),
        Event::BatchAcknowledged(batch) if batch.is_confirmed() => Ok(confirmed(batch)),
        rare => Ok(serde_json::to_string(rare)? + "\n"),
    }
}

/// That a test began. Every test has this line, and most have the next.
pub(super) fn started(at: u64, test: &str, case: &Case) -> String {
    let details = case.details();
    json(|quoting| {
        format!(
            "{{\"case_started\":{{\"at\":{at},\"test\":{},\"package\":{},\"module_path\":{},\"location\":{}{}{}{}{}}}}}\n",
            quoting.text(test),
            quoting.text(details.package),
            quoting.text(case.module_path()),
            quoting.text(details.location.as_str()),
            quoting.members("ids", details.ids),
            quoting.member("title", details.title),
            quoting.members("tags", details.tags),
            quoting.member("description", Some(details.description).filter(|text| !text.is_empty())),
        )
    })
}

/// That a test passed which a line before this one describes.
pub(super) fn passed(seq: u64, at: u64, micros: u64, test: &str) -> String {
    json(|quoting| {
        format!(
            "{{\"case_finished\":{{\"seq\":{seq},\"at\":{at},\"micros\":{micros},\"test\":{},\
             \"outcome\":{{\"kind\":\"passed\"}}}}}}\n",
            quoting.text(test)
        )
    })
}

fn finished(case: &CaseFinished) -> serde_json::Result<String> {
    let CaseFinished { seq, at, micros, .. } = case;
    let outcome = match &case.outcome {
        Outcome::Skipped { reason: None } => Cow::Borrowed("{\"kind\":\"skipped\"}"),
        rare => Cow::Owned(serde_json::to_string(rare)?),
    };
    let described = json(|quoting| {
        format!(
            "{{\"case_finished\":{{\"seq\":{seq},\"at\":{at},\"micros\":{micros},\"test\":{},\"package\":{},\
             \"module_path\":{},\"location\":{}{}{}{}{}",
            quoting.text(&case.test),
            quoting.text(&case.package),
            quoting.text(&case.module_path),
            quoting.text(&case.location),
            quoting.members("ids", &case.ids),
            quoting.member("title", case.title.as_deref()),
            quoting.members("tags", &case.tags),
            quoting.member("description", Some(&*case.description).filter(|text| !text.is_empty())),
        )
    });
    Ok(format!("{described},\"outcome\":{outcome}}}}}\n"))
}

/// That a service holds results, and had nothing to say of any of them.
fn confirmed(batch: &BatchAcknowledged) -> String {
    let BatchAcknowledged { at, confirmed, .. } = batch;
    let begun = json(|quoting| {
        format!(
            "{{\"batch_acknowledged\":{{\"at\":{at},\"destination\":{},\"run\":{}",
            quoting.text(&batch.destination),
            quoting.text(&batch.run)
        )
    });
    // A list of numbers under `{:?}` is one in JSON.
    format!("{begun},\"confirmed\":{confirmed:?}}}}}\n")
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
            location: DETAILS.location.as_str().into(),
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
    fn a_confirmation_reads_as_serde_would_write_it() {
        let event = Event::BatchAcknowledged(BatchAcknowledged {
            at: 5,
            destination: "testfiesta \"here\"".to_owned(),
            run: "7".to_owned(),
            confirmed: vec![0, 1, 12],
            unmapped: Vec::new(),
            rejected: Vec::new(),
        });
        let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
        let expected = serde_json::to_string(&event).expect("JSON");
        assert_eq!(read(&line(&event).expect("a line")), read(&expected));
    }

    #[test]
    fn a_stray_panic_is_written_as_serde_would() {
        let stray = StrayPanic { thread: "courier".into(), message: "lost".into(), location: None };
        let stray_panics = vec![stray];
        assert_as_serde_writes(&Event::CaseFinished(CaseFinished { stray_panics, ..everything() }));
    }
}
