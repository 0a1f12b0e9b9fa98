//! What every list and every deletion have in common: contract, section 2.

use serde::{Deserialize, Serialize};

use super::lenient;

/// The query of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// How many items one page holds at most. The service declares it required.
    #[serde(default, deserialize_with = "lenient::optional_count", skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How many items precede the page. The service declares it required.
    #[serde(default, deserialize_with = "lenient::optional_count", skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Text to search for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Name of the field to sort by.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_by: Option<String>,
    /// Direction of the sorting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// What to answer. Required by the newer specification, unknown to the older one and to the official client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_type: Option<QueryType>,
}

/// Direction of a sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

/// What a list answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub enum QueryType {
    /// The number of items alone.
    Count,
    /// The items.
    #[default]
    List,
    /// The ids of the items.
    OnlyUids,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
pub struct Page<T> {
    /// How many items there are on all pages.
    #[serde(default, deserialize_with = "lenient::count")]
    pub count: u64,
    /// The items of this page.
    #[serde(deserialize_with = "lenient::null_as_default")]
    pub items: Vec<T>,
    /// The offset of the next page; null on the last one.
    #[serde(default, deserialize_with = "lenient::optional_count")]
    pub next_offset: Option<u64>,
}

/// The answer to a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Deleted {
    /// What the service says of it.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub message: String,
}
