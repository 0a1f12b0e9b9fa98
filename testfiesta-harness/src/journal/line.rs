//! An event as a line of JSON.
//!
//! What serde would write. Test binaries are debug builds, where serde's generic code takes longer over one event than
//! most tests take, so the two events of every test are put together from their parts here; the rare ones are not.

use crate::{
    event::{CaseFinished, Event},
    outcome::Outcome,
};

/// One line, with its end.
pub(super) fn line(event: &Event) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(512);
    match event {
        Event::CaseStarted { at, test } => {
            line.extend_from_slice(b"{\"case_started\":{\"at\":");
            number(&mut line, *at);
            text(&mut line, b",\"test\":", test);
            line.extend_from_slice(b"}}");
        }
        Event::CaseFinished(case) => case_finished(&mut line, case)?,
        rare => serde_json::to_writer(&mut line, rare)?,
    }
    line.push(b'\n');
    Ok(line)
}

fn case_finished(line: &mut Vec<u8>, case: &CaseFinished) -> serde_json::Result<()> {
    line.extend_from_slice(b"{\"case_finished\":{\"seq\":");
    number(line, case.seq);
    line.extend_from_slice(b",\"at\":");
    number(line, case.at);
    line.extend_from_slice(b",\"micros\":");
    number(line, case.micros);
    text(line, b",\"test\":", &case.test);
    text(line, b",\"package\":", &case.package);
    text(line, b",\"module_path\":", &case.module_path);
    text(line, b",\"location\":", &case.location);
    texts(line, b",\"ids\":", &case.ids);
    if let Some(title) = &case.title {
        text(line, b",\"title\":", title);
    }
    texts(line, b",\"tags\":", &case.tags);
    if !case.description.is_empty() {
        text(line, b",\"description\":", &case.description);
    }
    line.extend_from_slice(b",\"outcome\":");
    match &case.outcome {
        Outcome::Passed => line.extend_from_slice(b"{\"kind\":\"passed\"}"),
        outcome => serde_json::to_writer(&mut *line, outcome)?,
    }
    line.extend_from_slice(b"}}");
    Ok(())
}

fn number(line: &mut Vec<u8>, number: u64) {
    line.extend_from_slice(number.to_string().as_bytes());
}

fn texts(line: &mut Vec<u8>, key: &[u8], texts: &[impl AsRef<str>]) {
    if texts.is_empty() {
        return;
    }
    line.extend_from_slice(key);
    let mut before: &[u8] = b"[";
    for part in texts {
        text(line, before, part.as_ref());
        before = b",";
    }
    line.push(b']');
}

fn text(line: &mut Vec<u8>, before: &[u8], text: &str) {
    line.extend_from_slice(before);
    line.push(b'"');
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    // An index, since an iterator costs a call a byte in a debug build.
    while at < bytes.len() {
        let byte = bytes[at];
        if byte < b' ' || byte == b'"' || byte == b'\\' {
            line.extend_from_slice(&bytes[done..at]);
            escape(line, byte);
            done = at + 1;
        }
        at += 1;
    }
    line.extend_from_slice(&bytes[done..]);
    line.push(b'"');
}

fn escape(line: &mut Vec<u8>, byte: u8) {
    let escaped = match byte {
        b'"' => "\\\"".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        0x08 => "\\b".to_owned(),
        0x0c => "\\f".to_owned(),
        other => format!("\\u{other:04x}"),
    };
    line.extend_from_slice(escaped.as_bytes());
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

    #[test]
    fn every_character_is_written_as_serde_would() {
        let every: String = (0..0x80_u8).map(char::from).chain("äß→🎉".chars()).collect();
        assert_as_serde_writes(&Event::CaseStarted { at: 0, test: every.into() });
    }
}
