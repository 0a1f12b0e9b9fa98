//! The only file that knows libtest-mimic: it is given the selected tests, and prints what becomes of them.

use std::sync::Arc;

use libtest_mimic::{Arguments as MimicArguments, ColorSetting, Completion, FormatSetting, Trial};

use crate::{
    case::Ignored,
    cli::{Arguments, Color, Format},
    execution::Attempt,
    outcome::Outcome,
    panics,
    registry::Test,
};

/// Runs one test and answers with its attempts, or why there was none. What is answered is what is printed.
pub(crate) type Conduct = Arc<dyn Fn(&Test) -> Result<Vec<Attempt>, &'static str> + Send + Sync>;

/// Not the name of any test: a Rust path holds no such character.
const LEFT_OUT: &str = "\0";

/// Runs `tests`, and prints them as libtest does, with `filtered_out` in the last line.
///
/// # Errors
///
/// Why the results could not be printed. With one test thread, the tests after that point did not run.
pub(crate) fn run(
    arguments: &Arguments,
    tests: Vec<Test>,
    filtered_out: usize,
    conduct: &Conduct,
) -> Result<(), String> {
    let mut trials = Vec::with_capacity(tests.len() + filtered_out);
    trials.extend(tests.into_iter().map(|test| trial(arguments, test, conduct)));
    // libtest-mimic counts what it filters itself; it knows one filter, so ours chose already.
    trials.extend((0..filtered_out).map(|_| Trial::test(LEFT_OUT, || Ok(()))));
    // Panics of tests are caught where they happen. What panics here is its printing, on a closed stdout.
    panics::catch(false, || libtest_mimic::run(&translate(arguments), trials))
        .map(drop)
        .map_err(|caught| caught.into_failure().message)
}

fn trial(arguments: &Arguments, test: Test, conduct: &Conduct) -> Trial {
    let name = test.name.clone();
    if !arguments.runs(test.is_ignored()) {
        return match test.case.ignored {
            // There is no place for a reason on a trial that is ignored from the start.
            Ignored::Because(reason) => {
                Trial::ignorable_test(name, move || Ok(Completion::ignored_with(reason)))
            }
            Ignored::Yes | Ignored::No => Trial::test(name, || Ok(())).with_ignored_flag(true),
        };
    }
    let conduct = Arc::clone(conduct);
    Trial::ignorable_test(name, move || match conduct(&test) {
        Err(reason) => Ok(Completion::ignored_with(reason)),
        Ok(attempts) => match attempts.last().map(|attempt| &attempt.outcome) {
            Some(Outcome::Passed) => Ok(Completion::Completed),
            Some(Outcome::Skipped { reason }) => Ok(Completion::Ignored { reason: reason.clone() }),
            _ => Err(rendered(&attempts).into()),
        },
    })
}

/// Each attempt's reason, with what the test printed.
fn rendered(attempts: &[Attempt]) -> String {
    let mut text = String::new();
    for (at, attempt) in attempts.iter().enumerate() {
        if attempts.len() > 1 {
            text.push_str(&format!(
                "{}attempt {} of {}:\n",
                if at > 0 { "\n" } else { "" },
                at + 1,
                attempts.len()
            ));
        }
        if let Some(failure) = attempt.outcome.failure() {
            text.push_str(&failure.rendered());
        }
        for (name, stream) in [("stdout", &attempt.output.stdout), ("stderr", &attempt.output.stderr)] {
            if !stream.is_empty() {
                text.push_str(&format!("\n--- {name} ---\n{}", stream.text().trim_end_matches('\n')));
            }
        }
    }
    text
}

fn translate(arguments: &Arguments) -> MimicArguments {
    MimicArguments {
        skip: vec![LEFT_OUT.to_owned()],
        quiet: arguments.quiet,
        test_threads: arguments.test_threads.map(Into::into),
        format: arguments.format.map(|format| match format {
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
