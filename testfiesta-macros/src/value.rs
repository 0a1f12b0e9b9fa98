//! What an option's value may be, where being a string or a number is not enough.

use syn::{Error, LitInt, LitStr, Result};

/// The units of a timeout: what is longer is no timeout, what is shorter no test keeps.
const UNITS: [&str; 4] = ["ms", "s", "m", "h"];

/// The most retries; a test that fails more often is not flaky.
const MAX_RETRIES: u32 = 100;

/// The tokio runtime of an async test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    CurrentThread,
    MultiThread,
}

/// Reads `"30s"` or `"1m 30s"`, in milliseconds.
pub(crate) fn timeout_ms(text: &LitStr) -> Result<u64> {
    match millis(&text.value()) {
        Some(0) => Err(Error::new(
            text.span(),
            "the timeout is zero: write one, as in `timeout = \"30s\"`, or remove it",
        )),
        Some(millis) => Ok(millis),
        None => Err(Error::new(
            text.span(),
            "a timeout is a number with its unit (`ms`, `s`, `m` or `h`), as in `timeout = \"30s\"` or \
             `timeout = \"1m 30s\"`",
        )),
    }
}

/// As the settings read a duration, only that its units are few: nobody means months by `5M`.
fn millis(text: &str) -> Option<u64> {
    let mut units = text.split(|char: char| !char.is_alphabetic()).filter(|unit| !unit.is_empty());
    if !units.all(|unit| UNITS.contains(&unit)) {
        return None;
    }
    humantime::parse_duration(text).ok()?.as_millis().try_into().ok()
}

/// Reads a number from 0 to 100.
pub(crate) fn retries(number: &LitInt) -> Result<u32> {
    let is_plain = number.suffix().is_empty();
    number.base10_parse().ok().filter(|&retries| is_plain && retries <= MAX_RETRIES).ok_or_else(|| {
        let message = format_args!("`retries` is a number from 0 to {MAX_RETRIES}, as in `retries = 2`");
        Error::new(number.span(), message)
    })
}

/// Reads `"current_thread"` or `"multi_thread"`.
pub(crate) fn flavor(text: &LitStr) -> Result<Flavor> {
    match text.value().as_str() {
        "current_thread" => Ok(Flavor::CurrentThread),
        "multi_thread" => Ok(Flavor::MultiThread),
        other => Err(Error::new(
            text.span(),
            format_args!(
                "unknown flavor {other:?}: write `flavor = \"multi_thread\"` or `flavor = \"current_thread\"`"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{millis, retries};
    use syn::parse_quote;

    #[test]
    fn every_unit_counts_in_milliseconds() {
        let durations = ["250ms", "30s", "2m", "1h"].map(millis);
        assert_eq!(durations, [Some(250), Some(30_000), Some(120_000), Some(3_600_000)]);
    }

    #[test]
    fn units_add_up_with_or_without_space_between() {
        assert_eq!(
            ["1m 30s", "1m30s", "1h 2m 3s 4ms"].map(millis),
            [Some(90_000), Some(90_000), Some(3_723_004)]
        );
    }

    #[test]
    fn other_units_are_refused() {
        for text in ["1M", "1d", "5 µs", "2 days", "1y", "30S"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", " ", "30", "s", "1m 30", "-5s", "1e3s", "99999999999999999999h"] {
            assert_eq!(millis(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_number_of_retries_has_both_its_bounds() {
        assert_eq!(retries(&parse_quote!(0)).ok(), Some(0));
        assert_eq!(retries(&parse_quote!(100)).ok(), Some(100));
        assert_eq!(retries(&parse_quote!(101)).ok(), None);
    }

    #[test]
    fn a_number_of_retries_with_a_suffix_is_refused() {
        assert_eq!(retries(&parse_quote!(2s)).ok(), None);
    }
}
