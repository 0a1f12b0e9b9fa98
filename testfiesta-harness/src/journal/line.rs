//! An event as a line of JSON: what serde would write, which is also what reads it.

use std::borrow::Cow;

use testfiesta_client::json::Json;

use crate::{
    event::{CaseFinished, Event},
    outcome::Outcome,
};

/// One line, with its end.
pub(super) fn line(event: &Event) -> serde_json::Result<Vec<u8>> {
    let mut json = Json::with_capacity(512);
    match event {
        // Every test has these two.
        Event::CaseStarted { at, test } => json.object(|line| {
            line.key("case_started").object(|it| {
                it.key("at").number(*at);
                it.key("test").text(test);
            });
        }),
        Event::CaseFinished(case) if case.output.is_none() && case.earlier.is_empty() => {
            let outcome = outcome(&case.outcome)?;
            json.object(|line| line.key("case_finished").object(|it| case_finished(it, case, &outcome)));
        }
        rare => json.raw(&serde_json::to_vec(rare)?),
    }
    let mut line = json.into_bytes();
    line.push(b'\n');
    Ok(line)
}

fn case_finished(json: &mut Json, case: &CaseFinished, outcome: &[u8]) {
    json.key("seq").number(case.seq);
    json.key("at").number(case.at);
    json.key("micros").number(case.micros);
    json.key("test").text(&case.test);
    json.key("package").text(&case.package);
    json.key("module_path").text(&case.module_path);
    json.key("location").text(&case.location);
    if !case.ids.is_empty() {
        json.key("ids").texts(&case.ids);
    }
    if let Some(title) = &case.title {
        json.key("title").text(title);
    }
    if !case.tags.is_empty() {
        json.key("tags").texts(&case.tags);
    }
    if !case.description.is_empty() {
        json.key("description").text(&case.description);
    }
    json.key("outcome").raw(outcome);
}

fn outcome(outcome: &Outcome) -> serde_json::Result<Cow<'static, [u8]>> {
    match outcome {
        Outcome::Passed => Ok(Cow::Borrowed(b"{\"kind\":\"passed\"}")),
        rare => serde_json::to_vec(rare).map(Cow::Owned),
    }
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
        assert_eq!(String::from_utf8(line(event).expect("a line")).expect("UTF-8"), expected);
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
