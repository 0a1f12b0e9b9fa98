//! What the harness and a worker say to each other: native in nothing, so that it can be read in a dump.
//!
//! To the worker: the number of a test, four bytes. From the worker: `S` when the test starts; then `E`, the
//! microseconds that it took (eight bytes), the length of what follows (four bytes), and the outcome as JSON, or
//! nothing for a test that passed. Numbers are little-endian.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use crate::outcome::Outcome;

const STARTED: u8 = b'S';
const ENDED: u8 = b'E';

/// What a worker answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The test runs now.
    Started,
    /// The test is over.
    Ended(Outcome, Duration),
}

pub(super) fn ask(mut to: impl Write, number: u32) -> io::Result<()> {
    to.write_all(&number.to_le_bytes())
}

/// The next test to run; nothing when the harness has no more.
pub(super) fn next_request(mut from: impl Read) -> io::Result<Option<u32>> {
    let mut number = [0; 4];
    match from.read_exact(&mut number) {
        Ok(()) => Ok(Some(u32::from_le_bytes(number))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn started(mut to: impl Write) -> io::Result<()> {
    to.write_all(&[STARTED])
}

pub(super) fn ended(mut to: impl Write, outcome: &Outcome, duration: Duration) -> io::Result<()> {
    let outcome = if *outcome == Outcome::Passed { Vec::new() } else { serde_json::to_vec(outcome)? };
    let length = u32::try_from(outcome.len()).map_err(io::Error::other)?;
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let mut answer = Vec::with_capacity(13 + outcome.len());
    answer.push(ENDED);
    answer.extend_from_slice(&micros.to_le_bytes());
    answer.extend_from_slice(&length.to_le_bytes());
    answer.extend_from_slice(&outcome);
    to.write_all(&answer)
}

pub(super) fn next_answer(mut from: impl Read) -> io::Result<Answer> {
    let mut kind = [0];
    from.read_exact(&mut kind)?;
    match kind[0] {
        STARTED => Ok(Answer::Started),
        ENDED => {
            let mut numbers = [0; 12];
            from.read_exact(&mut numbers)?;
            let (micros, length) = numbers.split_at(8);
            let micros = u64::from_le_bytes(micros.try_into().map_err(io::Error::other)?);
            let length = u32::from_le_bytes(length.try_into().map_err(io::Error::other)?);
            let mut outcome = vec![0; length as usize];
            from.read_exact(&mut outcome)?;
            let outcome =
                if outcome.is_empty() { Outcome::Passed } else { serde_json::from_slice(&outcome)? };
            Ok(Answer::Ended(outcome, Duration::from_micros(micros)))
        }
        other => Err(io::Error::new(io::ErrorKind::InvalidData, format!("a worker sent {other:#x}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Failure;

    #[test]
    fn a_request_is_read_back() {
        let mut bytes = Vec::new();
        ask(&mut bytes, 70_000).expect("written");
        assert_eq!(next_request(bytes.as_slice()).expect("read"), Some(70_000));
    }

    #[test]
    fn an_ended_conversation_is_no_request() {
        assert_eq!(next_request([].as_slice()).expect("read"), None);
    }

    #[test]
    fn every_outcome_is_read_back() {
        for outcome in
            [Outcome::Passed, Outcome::Failed(Failure::new("no")), Outcome::Skipped { reason: None }]
        {
            let mut bytes = Vec::new();
            ended(&mut bytes, &outcome, Duration::from_micros(5)).expect("written");
            assert_eq!(
                next_answer(bytes.as_slice()).expect("read"),
                Answer::Ended(outcome, Duration::from_micros(5))
            );
        }
    }
}
