//! The only file that knows libtest-mimic: it is given the selected tests, and prints what becomes of them.

use std::{io, sync::Arc};

use libtest_mimic::{Arguments as MimicArguments, ColorSetting, Completion, FormatSetting, Trial};

use crate::{
    case::Ignored,
    cli::{Arguments, Color, Format},
    outcome::Outcome,
    panics, plain,
    registry::Test,
};

/// Runs one test and answers how it ended. What is answered is what is printed.
pub(crate) type Conduct = Arc<dyn Fn(&Test) -> Outcome + Send + Sync>;

/// Not the name of any test, and nothing to allocate for each.
const LEFT_OUT: String = String::new();

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
    if plain::is_wanted(arguments) {
        let printed = plain::run(arguments, &tests, filtered_out, &**conduct, io::stdout());
        return printed.map_err(|error| error.to_string());
    }
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
    panics::catch(false, || libtest_mimic::run(&translated, trials))
        .map(drop)
        .map_err(|caught| caught.into_failure().message)
}

fn trial(arguments: &Arguments, test: Test, conduct: &Conduct) -> Trial {
    let name = test.name;
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
        Outcome::Passed => Ok(Completion::Completed),
        Outcome::Skipped { reason } => Ok(Completion::Ignored { reason }),
        Outcome::Failed(failure) | Outcome::TimedOut(failure) | Outcome::Crashed(failure) => {
            Err(failure.rendered().into())
        }
    })
}

fn translate(arguments: &Arguments) -> MimicArguments {
    MimicArguments {
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
