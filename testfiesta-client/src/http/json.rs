//! JSON as services write it.

use serde_json::Value;

/// The value that a body holds. What is left of a character that was cut in two, as in `"\ud83d"`, is legal JSON and no
/// text here: an unreadable character takes its place, since one name must not cost all that is told beside it.
pub(super) fn read(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).or_else(|_| serde_json::from_slice(&mended(body)))
}

fn mended(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    let mut at = 0;
    while at < body.len() {
        at += match (body[at], unit(&body, at), unit(&body, at + 6)) {
            (_, Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (_, Some(0xd800..0xe000), _) => {
                body[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            // Whatever is escaped begins no escape.
            (b'\\', ..) => 2,
            _ => 1,
        }
    }
    body
}

/// What an escape that stands here is the number of.
fn unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
