//! Results as libtest prints them on nightly, where libtest-mimic cannot: JSON events, times, what passing tests
//! printed, the seed of a shuffle.
//!
//! | Stage | Module |
//! |---|---|
//! | tests run on threads | `driver` |
//! | what happened is counted and written | `printer`, `tally` |
//! | as which text | `pretty`, `terse`, `json`; the first two share their `words` |
//! | why a test failed, for libtest-mimic too | `text` |

mod driver;
mod json;
mod pretty;
mod printer;
mod progress;
#[cfg(test)]
mod story;
mod tally;
mod terse;
mod text;
mod words;

use std::{
    env,
    io::{self, IsTerminal},
    time::Duration,
};

pub(crate) use driver::run;
pub(crate) use text::Text;

use crate::{
    cli::{Arguments, Color, Format},
    say::say,
};
use printer::Printer;
use progress::{Present, Progress};
use words::Colours;

/// Where results are printed.
pub(crate) enum Console {
    /// By libtest-mimic.
    LibtestMimic,
    /// By us.
    Own(Printer),
}

/// Whether lines without colours are wanted, as into a pipe or a file: in CI and under nextest, that is.
fn plain(arguments: &Arguments, piped: bool) -> bool {
    match arguments.color {
        Some(Color::Never) => true,
        Some(Color::Always) => false,
        // The convention that libtest-mimic follows too.
        Some(Color::Auto) | None => piped && env::var_os("CLICOLOR_FORCE").is_none_or(|value| value == "0"),
    }
}

impl Console {
    /// The console that can print what the arguments ask for.
    pub(crate) fn new(arguments: &Arguments) -> Self {
        // libtest-mimic costs more than all else together there: it looks for colours to take out, byte by byte, and
        // wants a trial for each test that was left out, only to count it. And where nobody reads on, its tests end.
        let piped = !io::stdout().is_terminal();
        let plain = plain(arguments, piped);
        let own = arguments.show_output
            || arguments.shuffle_seed.is_some()
            || arguments.fail_fast
            || plain
            || piped;
        let colours = if plain { Colours::Off } else { Colours::On };
        let format: Box<dyn Present> = match arguments.format() {
            Format::Json => Box::new(json::Json),
            Format::Pretty if own || arguments.report_time => {
                Box::new(pretty::Pretty::new(driver::threads(arguments).get() == 1, colours))
            }
            Format::Terse if own => Box::new(terse::Terse::new(colours)),
            Format::Pretty | Format::Terse => return Self::LibtestMimic,
        };
        Self::Own(Printer::new(format, colours, arguments))
    }

    /// Says that a test still runs after `limit`.
    pub(crate) fn slow(&self, test: &str, limit: Duration) {
        match self {
            Self::Own(printer) => printer.show(&Progress::TestSlow { name: test, limit }),
            // libtest-mimic may be in the middle of a line, on stdout.
            Self::LibtestMimic => say(&words::slow(test, limit)),
        }
    }
}
