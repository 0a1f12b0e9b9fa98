//! A record, byte by byte.

use std::{
    io,
    time::{Duration, SystemTime},
};

use crate::execution::capture::Printed;

pub(super) const BEGAN: u8 = 1;
pub(super) const ENDED: u8 = 2;
pub(super) const GAVE_BACK: u8 = 3;

/// There is nothing to say but whether the test passed.
pub(super) const NOTHING: u8 = 0;
/// What there is to say is in the file of reasons.
pub(super) const BESIDE: u8 = 1;
/// What there is to say follows.
pub(super) const HERE: u8 = 2;

/// A record as it is written.
pub(super) enum Entry<'b> {
    Began { at: SystemTime, test: &'b [u8] },
    Ended { duration: Duration, printed: Printed, passed: bool, reason: Reason<'b> },
    GaveBack,
}

pub(super) enum Reason<'b> {
    Nothing,
    Beside(usize),
    Here(&'b [u8]),
}

impl<'b> Entry<'b> {
    pub(super) fn read(from: &mut &'b [u8]) -> io::Result<Self> {
        let unknown =
            |what: &str, byte| Err(io::Error::other(format!("there is no {what} of the kind {byte}")));
        Ok(match array(from)? {
            [BEGAN] => {
                let at = SystemTime::UNIX_EPOCH.checked_add(micros(from)?);
                Self::Began { at: at.ok_or(io::ErrorKind::InvalidData)?, test: text(from)? }
            }
            [ENDED] => {
                let duration = micros(from)?;
                let (stdout, stderr) = (u64::from_le_bytes(array(from)?), u64::from_le_bytes(array(from)?));
                let [passed] = array(from)?;
                let reason = match array(from)? {
                    [NOTHING] => Reason::Nothing,
                    [BESIDE] => Reason::Beside(length(from)?),
                    [HERE] => Reason::Here(text(from)?),
                    [kind] => return unknown("reason", kind),
                };
                Self::Ended { duration, printed: Printed { stdout, stderr }, passed: passed == 1, reason }
            }
            [GAVE_BACK] => Self::GaveBack,
            [kind] => return unknown("record", kind),
        })
    }
}

/// Nothing for what is not all there yet.
pub(super) fn whole<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        other => other.map(Some),
    }
}

fn micros(from: &mut &[u8]) -> io::Result<Duration> {
    Ok(Duration::from_micros(u64::from_le_bytes(array(from)?)))
}

fn length(from: &mut &[u8]) -> io::Result<usize> {
    Ok(u32::from_le_bytes(array(from)?) as usize)
}

fn text<'b>(from: &mut &'b [u8]) -> io::Result<&'b [u8]> {
    let length = length(from)?;
    Ok(from.split_off(..length).ok_or(io::ErrorKind::UnexpectedEof)?)
}

fn array<const N: usize>(from: &mut &[u8]) -> io::Result<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
    *from = rest;
    Ok(*bytes)
}
