//! Addresses that may hold credentials, as in `https://user:password@example.com/path`.

use std::{borrow::Cow, ops::Range};

/// The address as it may be shown: without user and password.
pub fn without_credentials(address: &str) -> Cow<'_, str> {
    match user_part(address) {
        Some(user) => Cow::Owned(format!("{}{}", &address[..user.start], &address[user.end..])),
        None => Cow::Borrowed(address),
    }
}

/// Whether there is a password in the address.
pub(crate) fn has_password(address: &str) -> bool {
    let user = user_part(address).map(|range| address[range].trim_end_matches('@'));
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

/// Where user and password are, with the `@`.
fn user_part(address: &str) -> Option<Range<usize>> {
    let start = address.find("://")? + 3;
    let rest = &address[start..];
    let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    Some(start..start + host.rfind('@')? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_are_left_out() {
        for (address, shown) in [
            ("https://me:hunter2@example.com/a", "https://example.com/a"),
            ("https://token@example.com", "https://example.com"),
            ("http://a@b:c@[::1]:80?x", "http://[::1]:80?x"),
        ] {
            assert_eq!(without_credentials(address), shown);
        }
    }

    #[test]
    fn an_address_without_them_stays_as_it_is() {
        for address in
            ["https://example.com/a:b@c", "https://example.com?to=me@example.com", "me@example.com"]
        {
            assert_eq!(without_credentials(address), address);
        }
    }

    #[test]
    fn a_user_alone_is_no_password() {
        assert!(has_password("postgres://shop:hunter2@db/shop"));
        assert!(!has_password("postgres://shop@db/shop"));
        assert!(!has_password("postgres://shop:@db/shop"));
        assert!(!has_password("postgres://db/a:b@c"));
    }
}
