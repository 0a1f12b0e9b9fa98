//! A run as every format tells it in the tests.

use std::time::Duration;

use super::{
    progress::{Ended, Judgement, Present, Progress},
    tally::Tally,
    text::Text,
};

/// What `format` makes of a run of seven tests, colours left out.
pub(super) fn told_by(mut format: impl Present) -> String {
    let mut tally = Tally { successes: Some(Vec::new()), filtered_out: 3, ..Tally::default() };
    let tests = tests();
    let mut told = format.present(&Progress::RunStarted { tests: tests.len(), shuffle_seed: Some(42) });
    for test in tests {
        told += &format.present(&Progress::TestStarted { name: &test.name, should_panic: test.should_panic });
        if test.judgement == Judgement::TimedOut {
            let limit = Duration::from_secs(60);
            told += &format.present(&Progress::TestSlow { name: &test.name, limit });
        }
        told += &format.present(&Progress::TestEnded(&test));
        tally.count(test);
    }
    tally.elapsed = Duration::from_millis(61_250);
    told += &format.present(&Progress::RunEnded(&tally));
    anstream::adapter::strip_str(&told).to_string()
}

fn tests() -> [Ended; 7] {
    use Judgement::{Failed, Ignored, Passed, TimedOut};
    let panicked = "on stdout\n\nthread 'removes' panicked at tests/cart.rs:7:5:\nsum of \"3\"\n";
    [
        ended("prints", Passed, Some(1), text("a\tline\n", None)),
        ended("adds", Passed, Some(12), Text::default()),
        ended("removes", Failed, Some(250), text(panicked, None)),
        ended("refuses", Failed, Some(2), text("", Some("test did not panic as expected"))),
        ended("pays::waits", TimedOut, Some(61_000), text("stopped at its limit of 1m 1s\n", None)),
        ended("later", Ignored { reason: None }, None, Text::default()),
        ended("pays::printed", Ignored { reason: Some("needs a printer".into()) }, None, Text::default()),
    ]
}

fn ended(name: &str, judgement: Judgement, millis: Option<u64>, text: Text) -> Ended {
    let (name, should_panic) = (name.to_owned(), name == "refuses");
    Ended { name, should_panic, judgement, time: millis.map(Duration::from_millis), text }
}

fn text(output: &str, note: Option<&str>) -> Text {
    Text { output: output.to_owned(), note: note.map(str::to_owned) }
}
