//! Runs the selected tests and prints what becomes of them. The only file that knows libtest-mimic, which prints
//! whatever it can.

use std::{sync::Arc, thread};

use libtest_mimic::{Arguments as MimicArguments, ColorSetting, Completion, Failed, FormatSetting, Trial};

use crate::{
    cli::{Arguments, Color, Format},
    console::{self, Console, Text},
    execution::{Conduct, LocalQueue, NotRun},
    outcome::Outcome,
    panics::{self, Echo},
    registry::Test,
};

/// Not the name of any test, and nothing to allocate for each.
const LEFT_OUT: String = String::new();

/// Runs `tests`, and prints them as libtest does, with `filtered_out` in the last line.
///
/// # Errors
///
/// Why the results could not be printed. With libtest-mimic and one test thread, the tests after that point did not run.
pub(crate) fn run(
    console: &Console,
    arguments: &Arguments,
    mut tests: Vec<Test>,
    filtered_out: usize,
    conduct: &Conduct,
) -> Result<(), String> {
    if let Some(seed) = arguments.shuffle_seed {
        shuffle(&mut tests, seed);
    }
    match console {
        Console::LibtestMimic => run_with_libtest_mimic(arguments, tests, filtered_out, conduct),
        Console::Own(printer) => {
            console::run(printer, arguments, tests, filtered_out, conduct).map_err(|error| error.to_string())
        }
    }
}

/// Puts `tests` in the order that `seed` stands for.
fn shuffle<T>(tests: &mut [T], seed: u64) {
    fastrand::Rng::with_seed(seed).shuffle(tests);
}

fn run_with_libtest_mimic(
    arguments: &Arguments,
    tests: Vec<Test>,
    filtered_out: usize,
    conduct: &Conduct,
) -> Result<(), String> {
    let mut translated = translate(arguments);
    let mut trials = Vec::with_capacity(tests.len() + filtered_out);
    trials.extend(tests.into_iter().map(|test| trial(arguments, test, conduct)));
    // libtest-mimic counts what it filters itself; it knows one filter, so ours chose already.
    if filtered_out > 0 {
        translated.exact = true;
        translated.skip.push(LEFT_OUT);
        for _ in 0..filtered_out {
            trials.push(Trial::ignorable_test(LEFT_OUT, || Ok(Completion::Completed)));
        }
    }
    // Panics of tests are caught where they happen. What panics here is its printing, on a closed stdout.
    panics::catch(Echo::Never, "main", || libtest_mimic::run(&translated, trials))
        .map(drop)
        .map_err(|caught| caught.into_failure().message)
}

fn trial(arguments: &Arguments, test: Test, conduct: &Conduct) -> Trial {
    let name = test.name;
    if !arguments.runs(test.is_ignored()) {
        return match test.ignore_reason() {
            // There is no place for a reason on a trial that is ignored from the start.
            Some(reason) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(reason))),
            None => Trial::test(name, || Ok(())).with_ignored_flag(true),
        };
    }
    let (conduct, is_told_at_once) = (Arc::clone(conduct), arguments.no_capture);
    Trial::ignorable_test(name, move || match conduct(&test, &mut LocalQueue::of_one(), &|| ()) {
        // libtest-mimic has no word for it. Whoever interrupted the run ends this process before it needs one.
        Err(NotRun) => loop {
            thread::park();
        },
        Ok(attempts) => match attempts.last().map(|attempt| &attempt.outcome) {
            Some(Outcome::Passed) => Ok(Completion::Completed),
            Some(Outcome::Skipped { reason }) => Ok(Completion::Ignored { reason: reason.clone() }),
            _ => {
                Err(match Text::of(&test, &attempts, is_told_at_once).hinted(&attempts).whole().trim_end() {
                    "" => Failed::without_message(),
                    text => text.into(),
                })
            }
        },
    })
}

fn translate(arguments: &Arguments) -> MimicArguments {
    MimicArguments {
        test_threads: arguments.test_threads.map(Into::into),
        format: Some(match arguments.format() {
            Format::Pretty => FormatSetting::Pretty,
            Format::Terse => FormatSetting::Terse,
            Format::Json => FormatSetting::Json,
        }),
        color: arguments.color.map(|color| match color {
            Color::Auto => ColorSetting::Auto,
            Color::Always => ColorSetting::Always,
            Color::Never => ColorSetting::Never,
        }),
        ..MimicArguments::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(seed: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..20).collect();
        shuffle(&mut order, seed);
        order
    }

    #[test]
    fn a_seed_stands_for_one_order() {
        assert_eq!(order(7), order(7));
    }

    #[test]
    fn another_seed_stands_for_another_order() {
        assert_ne!(order(7), order(8));
    }

    #[test]
    fn a_shuffle_loses_no_test() {
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }
}
