//! An event as a line of JSON: what serde would write, which is also what reads it.

use std::borrow::Cow;

use testfiesta_client::json::{Member, Members, Text};

use crate::{
    event::{CaseFinished, Event},
    outcome::Outcome,
};

/// One line, with its end.
pub(super) fn line(event: &Event) -> serde_json::Result<String> {
    match event {
        // Every test has these two.
        Event::CaseStarted { at, test } => {
            Ok(format!("{{\"case_started\":{{\"at\":{at},\"test\":{}}}}}\n", Text(test)))
        }
        Event::CaseFinished(case) if case.output.is_none() && case.earlier.is_empty() => case_finished(case),
        rare => Ok(serde_json::to_string(rare)? + "\n"),
    }
}

fn case_finished(case: &CaseFinished) -> serde_json::Result<String> {
    let CaseFinished { seq, at, micros, .. } = case;
    let outcome = match &case.outcome {
        Outcome::Passed => Cow::Borrowed("{\"kind\":\"passed\"}"),
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
