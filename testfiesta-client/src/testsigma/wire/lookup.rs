//! What is looked up before anything is written: statuses and users (contract, section 6).

use serde::Deserialize;

use super::lenient;

/// A status that a case can have in a run. Ids differ from account to account.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Status {
    /// UUID.
    pub id: String,
    /// Name, as in `Passed` or `In Progress`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Its place among the others.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub order: f64,
    /// Another name, whose values are not known.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub alias: String,
    /// A picture.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub icon_url: String,
}

/// Somebody with an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct User {
    /// UUID.
    pub id: String,
    /// E-mail address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: String,
    /// Given name.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub first_name: String,
    /// Family name.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub last_name: String,
    /// Who it is to the service's sign-in; a token's `sub` may be the same.
    #[serde(default, deserialize_with = "lenient::text")]
    pub identity_user_uuid: String,
    /// `ACTIVE`, in either case, for somebody who can sign in.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
}

impl User {
    /// Whether the account is in use.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status.eq_ignore_ascii_case("active")
    }
}
