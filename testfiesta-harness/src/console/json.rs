//! `--format json`: an object a line, with the names, the order and the spacing of libtest's unstable format.

use super::progress::{Ended, Judgement, Present, Progress};

/// An object a line.
pub(super) struct Json;

impl Present for Json {
    fn tells_of_beginnings(&self) -> bool {
        true
    }

    fn present(&mut self, progress: &Progress<'_>) -> String {
        match progress {
            Progress::RunStarted { tests, shuffle_seed, .. } => {
                let seed =
                    shuffle_seed.map_or_else(String::new, |seed| format!(r#", "shuffle_seed": {seed}"#));
                line(&format!(r#""type": "suite", "event": "started", "test_count": {tests}{seed}"#))
            }
            Progress::TestStarted { name, .. } => {
                line(&format!(r#""type": "test", "event": "started", "name": {}"#, quoted(name)))
            }
            Progress::TestSlow { name, .. } => {
                line(&format!(r#""type": "test", "event": "timeout", "name": {}"#, quoted(name)))
            }
            Progress::TestEnded(test) => ended(test),
            Progress::RunEnded(tally) => line(&format!(
                r#""type": "suite", "event": "{}", "passed": {}, "failed": {}, "ignored": {}, "measured": 0, "filtered_out": {}, "exec_time": {}"#,
                if tally.is_ok() { "ok" } else { "failed" },
                tally.passed,
                tally.failed(),
                tally.ignored,
                tally.filtered_out,
                tally.elapsed.as_secs_f64()
            )),
        }
    }
}

fn ended(test: &Ended) -> String {
    let (event, extra) = match &test.judgement {
        Judgement::Passed => ("ok", None),
        Judgement::Failed => ("failed", test.text.note.as_deref().map(message)),
        Judgement::TimedOut => ("failed", Some(r#", "reason": "time limit exceeded""#.to_owned())),
        Judgement::Ignored { reason } => ("ignored", reason.as_deref().map(message)),
        // libtest has no event for it.
        Judgement::Interrupted | Judgement::NotBegun => return String::new(),
    };
    let mut fields = format!(r#""type": "test", "name": {}, "event": "{event}""#, quoted(&test.name));
    if let Some(time) = test.time {
        fields += &format!(r#", "exec_time": {}"#, time.as_secs_f64());
    }
    if !test.text.output.is_empty() {
        fields += &format!(r#", "stdout": {}"#, quoted(&test.text.output));
    }
    line(&(fields + &extra.unwrap_or_default()))
}

fn message(text: &str) -> String {
    format!(r#", "message": {}"#, quoted(text))
}

fn line(fields: &str) -> String {
    format!("{{ {fields} }}\n")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::story;

    #[test]
    fn a_run_is_told_in_libtest_s_events() {
        insta::assert_snapshot!(story::told_by(Json), @r#"
        { "type": "suite", "event": "started", "test_count": 7, "shuffle_seed": 42 }
        { "type": "test", "event": "started", "name": "prints" }
        { "type": "test", "name": "prints", "event": "ok", "exec_time": 0.001, "stdout": "a\tline\n" }
        { "type": "test", "event": "started", "name": "adds" }
        { "type": "test", "name": "adds", "event": "ok", "exec_time": 0.012 }
        { "type": "test", "event": "started", "name": "removes" }
        { "type": "test", "name": "removes", "event": "failed", "exec_time": 0.25, "stdout": "on stdout\n\nthread 'removes' panicked at tests/cart.rs:7:5:\nsum of \"3\"\n" }
        { "type": "test", "event": "started", "name": "refuses" }
        { "type": "test", "name": "refuses", "event": "failed", "exec_time": 0.002, "message": "test did not panic as expected" }
        { "type": "test", "event": "started", "name": "pays::waits" }
        { "type": "test", "event": "timeout", "name": "pays::waits" }
        { "type": "test", "name": "pays::waits", "event": "failed", "exec_time": 61, "stdout": "stopped at its limit of 1m 1s\n", "reason": "time limit exceeded" }
        { "type": "test", "event": "started", "name": "later" }
        { "type": "test", "name": "later", "event": "ignored" }
        { "type": "test", "event": "started", "name": "pays::printed" }
        { "type": "test", "name": "pays::printed", "event": "ignored", "message": "needs a printer" }
        { "type": "suite", "event": "failed", "passed": 2, "failed": 3, "ignored": 2, "measured": 0, "filtered_out": 3, "exec_time": 61.25 }
        "#);
    }

    #[test]
    fn every_line_is_an_object() {
        for line in story::told_by(Json).lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect(line);
            assert!(value.is_object(), "{line}");
        }
    }
}
