//! Faults as people write them.

use std::{fmt, str::FromStr, time::Duration};

use axum::http::{Method, StatusCode};

use super::{Fault, Kind, Moment};

/// How a fault is written, for people to read.
pub const GRAMMAR: &str = "\
A fault is KIND[=VALUE][,OPTION=VALUE]…

Kinds:
  503               this answer, or any other status from 400 to 599; nothing is done
  html[=502]        a page instead of JSON, as a proxy makes it, also html=200; nothing is done
  too-large=64KiB   413 for a larger body
  reset=before      the connection breaks before the request is done
  reset=after       … when it was done, before the answer
  reset=within      … in the middle of the answer
  hang[=before]     no answer, and nothing is done
  hang=after        … when it was done
  truncated         it is done; the JSON of the answer ends in the middle
  slow=5s           it is done; the body of the answer takes so long
  latency=200ms     it waits so long, and is done; other faults may follow

Options:
  share=30%         how many of the requests it strikes, also as 0.3; all by default
  method=POST       only this method
  path=*/data       only these paths, where * is any text
  body=TC-7         only bodies that hold this text
  times=5           so often at most
  retry-after=2s    with a status: asks to wait so long
  seed=7            other choices for a share than without, and the same ones each time

Of several faults, the first that strikes a request does.";

/// The text describes no [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAFault(String);

impl fmt::Display for NotAFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAFault {}

impl FromStr for Fault {
    type Err = NotAFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(',').map(str::trim);
        let mut fault = Self::new(kind(parts.next().unwrap_or_default()).map_err(NotAFault)?);
        for part in parts {
            option(&mut fault, part).map_err(NotAFault)?;
        }
        Ok(fault)
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let (name, value) = split(text);
    Ok(match (name, value) {
        (number, None) if number.starts_with(|c: char| c.is_ascii_digit()) => {
            Kind::Status { status: status(number)?, retry_after: None }
        }
        ("html", None) => Kind::Html(StatusCode::BAD_GATEWAY),
        // As of a proxy that wants a login first.
        ("html", Some("200")) => Kind::Html(StatusCode::OK),
        ("html", Some(value)) => Kind::Html(status(value)?),
        ("too-large", Some(value)) => Kind::TooLarge(bytes(value)?),
        ("reset", Some(value)) => Kind::Reset(moment(value)?),
        ("hang", None | Some("before")) => Kind::Hang(Moment::Before),
        ("hang", Some("after")) => Kind::Hang(Moment::After),
        ("truncated", None) => Kind::Truncated,
        ("slow", Some(value)) => Kind::Slow(duration(value)?),
        ("latency", Some(value)) => Kind::Latency(duration(value)?),
        _ => {
            return Err(format!(
                "`{text}` is no fault: expected a status such as `503`, `html`, `too-large=64KiB`, `reset=before`, \
                 `reset=after`, `reset=within`, `hang`, `hang=after`, `truncated`, `slow=5s` or `latency=200ms`"
            ));
        }
    })
}

fn option(fault: &mut Fault, text: &str) -> Result<(), String> {
    let (name, Some(value)) = split(text) else {
        return Err(format!("`{text}` is no option: expected one of the form `share=30%`"));
    };
    match name {
        "share" => fault.share = share(value)?,
        "method" => {
            fault.method = Some(value.parse::<Method>().map_err(|_| format!("`{value}` is no method"))?);
        }
        "path" => fault.path = Some(value.to_owned()),
        "body" => fault.body = Some(value.to_owned()),
        "times" => fault.times = Some(number(value)?),
        "seed" => fault.seed = number(value)?,
        "retry-after" => match &mut fault.kind {
            Kind::Status { retry_after, .. } => *retry_after = Some(duration(value)?),
            _ => return Err("`retry-after` goes with a status, as in `429,retry-after=2s`".to_owned()),
        },
        _ => {
            return Err(format!(
                "there is no option `{name}`: expected `share`, `method`, `path`, `body`, `times`, `retry-after` or `seed`"
            ));
        }
    }
    Ok(())
}

fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)))
}

fn status(text: &str) -> Result<StatusCode, String> {
    let status = text.parse().ok().and_then(|number: u16| StatusCode::from_u16(number).ok());
    status
        .filter(|status| status.is_client_error() || status.is_server_error())
        .ok_or_else(|| format!("`{text}` is no status from 400 to 599"))
}

fn moment(text: &str) -> Result<Moment, String> {
    match text {
        "before" => Ok(Moment::Before),
        "within" => Ok(Moment::Within),
        "after" => Ok(Moment::After),
        _ => Err(format!("`{text}` is none of `before`, `within` and `after`")),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| format!("`{text}` is no duration such as `200ms` or `5s`"))
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is no whole number"))
}

/// `30%` or `0.3`.
fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let share = number.trim().parse::<f64>().map(|number| number / whole).ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| format!("`{text}` is no share such as `30%` or `0.3`"))
}

/// `512`, `64KiB` or `1MiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        _ => return Err(format!("`{text}` is no size such as `512`, `64KiB` or `1MiB`")),
    };
    number(digits)?.checked_mul(unit).ok_or_else(|| format!("`{text}` is too large to count"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Fault {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn error(text: &str) -> String {
        text.parse::<Fault>().unwrap_err().to_string()
    }

    #[test]
    fn a_number_is_a_status() {
        let kind = Kind::Status { status: StatusCode::SERVICE_UNAVAILABLE, retry_after: None };
        assert_eq!(parsed("503"), Fault::new(kind));
    }

    #[test]
    fn every_kind_of_the_grammar_can_be_written() {
        let kinds = GRAMMAR.split("Kinds:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        for line in kinds.lines() {
            let written = line.split_whitespace().next().unwrap();
            for text in [written.replace(['[', ']'], ""), written.split('[').next().unwrap().to_owned()] {
                parsed(&text);
            }
        }
    }

    #[test]
    fn every_option_of_the_grammar_can_be_written() {
        let options = GRAMMAR.split("Options:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        for line in options.lines() {
            parsed(&format!("429,{}", line.split_whitespace().next().unwrap()));
        }
    }

    #[test]
    fn all_options_may_stand_together() {
        let expected = Fault {
            kind: Kind::Status {
                status: StatusCode::TOO_MANY_REQUESTS,
                retry_after: Some(Duration::from_secs(2)),
            },
            share: 0.25,
            method: Some(Method::POST),
            path: Some("*/data".to_owned()),
            body: Some("TC-7".to_owned()),
            times: Some(5),
            seed: 7,
        };
        let text = "429, retry-after=2s, share=25%, method=POST, path=*/data, body=TC-7, times=5, seed=7";
        assert_eq!(parsed(text), expected);
    }

    #[test]
    fn sizes_have_units() {
        for (text, limit) in [("512", 512), ("64KiB", 65_536), ("1MiB", 1_048_576)] {
            assert_eq!(parsed(&format!("too-large={text}")).kind, Kind::TooLarge(limit));
        }
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_kinds() {
        let error = error("explode");
        assert!(error.contains("`explode`") && error.contains("reset=before"), "{error}");
    }

    #[test]
    fn an_unknown_option_is_answered_with_the_options() {
        let error = error("503,shares=3");
        assert!(error.contains("`shares`") && error.contains("`share`"), "{error}");
    }

    #[test]
    fn a_bad_value_is_answered_with_its_form() {
        for (text, form) in [
            ("200", "400 to 599"),
            ("html=ok", "400 to 599"),
            ("too-large=1GB", "64KiB"),
            ("reset=soon", "`before`"),
            ("slow=long", "200ms"),
            ("503,share=130%", "30%"),
            ("503,times=often", "whole number"),
            ("hang,retry-after=1s", "429,retry-after=2s"),
        ] {
            assert!(error(text).contains(form), "{text}: {}", error(text));
        }
    }
}
