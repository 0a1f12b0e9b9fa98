//! Lists, page by page: contract, section 5.

use std::collections::HashSet;
use std::marker::PhantomData;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Client, Listed};
use crate::Error;
use crate::http::Repeat;
use crate::services::CursorName;

/// How many items are asked for at once: what public clients were seen to be granted.
const PER_PAGE: usize = 100;

/// A list, read page by page as it is asked for. It ends, whatever the service answers: a page that brings nothing new
/// is asked for once more by the cursor's other name, and then it is an error.
#[derive(Clone, Debug)]
#[must_use = "nothing is read until a page is asked for"]
pub struct Pages<T> {
    list: List,
    item: PhantomData<fn() -> T>,
}

/// A list of whatever it is: its code is compiled once, not for each kind of item.
#[derive(Clone, Debug)]
struct List {
    client: Client,
    path: Vec<String>,
    query: Vec<(String, String)>,
    cursor: CursorName,
    /// Whether both names of the cursor have been tried.
    tried_both: bool,
    /// How many items there are on all pages, where the service says so.
    total: Option<u64>,
    next: Next,
    seen: HashSet<String>,
}

/// Where the next page is.
#[derive(Clone, Debug)]
enum Next {
    First,
    Cursor(String),
    Nowhere,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(super) fn new(client: Client, path: &[&str]) -> Self {
        Self { list: List::new(client, path), item: PhantomData }
    }

    /// Asks for this many items at once; 100 unless told otherwise. The service may answer fewer.
    pub fn per_page(mut self, items: usize) -> Self {
        self.list.query[0].1 = items.to_string();
        self
    }

    /// Adds a parameter such as `title__CONTAINS`. A service that does not know it ignores it and answers everything:
    /// look at what came.
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.list.query.push((name.into(), value.into()));
        self
    }

    /// The items of the next page that were not on one before, which are never none; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Any [`Error`], after which the same page can be asked for again; and [`Error::Unreadable`] for a list that does
    /// not go on where its cursor says.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Error> {
        let Some(values) = self.list.next().await? else { return Ok(None) };
        let mut items = Vec::with_capacity(values.len());
        for value in values {
            items.push(serde_json::from_value(value).map_err(|error| self.list.unreadable(&error))?);
        }
        Ok(Some(items))
    }

    /// How many items the service says there are on further pages.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        Some(self.list.total?.saturating_sub(self.list.seen.len() as u64))
    }

    /// The items of all pages that are left.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        while let Some(page) = self.next().await? {
            items.extend(page);
        }
        Ok(items)
    }
}

impl List {
    fn new(client: Client, path: &[&str]) -> Self {
        Self {
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            query: vec![("page_size".to_owned(), PER_PAGE.to_string())],
            cursor: client.cursor(),
            tried_both: false,
            total: None,
            next: Next::First,
            seen: HashSet::new(),
            client,
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<Value>>, Error> {
        loop {
            let request = match &self.next {
                Next::Nowhere => return Ok(None),
                Next::First => self.request()?,
                // A service that names whole addresses (contract, section 5) must name its own.
                Next::Cursor(address) if address.starts_with("http") => self.client.request_at(address)?,
                Next::Cursor(cursor) => self.request()?.query(&[(self.cursor.as_str(), cursor)]),
            };
            let page: Listed<Value> = self.client.send(request, Repeat::Always).await?.json()?;
            self.total = page.page_info.as_ref().and_then(|info| info.total_count);
            let is_empty = page.items.is_empty();
            let mut new = page.items;
            new.retain(|item| !self.seen.contains(id(item)));
            if !new.is_empty() {
                for item in &new {
                    self.seen.insert(id(item).to_owned());
                }
                self.next = page.page_info.and_then(|info| info.next).map_or(Next::Nowhere, Next::Cursor);
                return Ok(Some(new));
            }
            let info = page.page_info.unwrap_or_default();
            let is_complete = match info.total_count {
                Some(total) => self.seen.len() as u64 >= total,
                None => is_empty && info.next.is_none(),
            };
            if is_complete || matches!(self.next, Next::First) {
                self.next = Next::Nowhere;
            } else if self.tried_both {
                return Err(self.stuck());
            } else {
                self.tried_both = true;
                self.cursor = self.cursor.other();
            }
        }
    }

    fn request(&self) -> Result<reqwest::RequestBuilder, Error> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        Ok(self.client.request(Method::GET, &path)?.query(self.query.as_slice()))
    }

    fn stuck(&mut self) -> Error {
        self.next = Next::Nowhere;
        self.unlike(format!(
            "the list goes on after {} items, but neither `cursor` nor `next` leads there",
            self.seen.len()
        ))
    }

    fn unreadable(&self, error: &serde_json::Error) -> Error {
        // It may quote a value of the item.
        self.unlike(self.client.scrub(&error.to_string()))
    }

    fn unlike(&self, reason: String) -> Error {
        Error::Unreadable {
            call: format!("GET /{}", self.path.join("/")),
            status: 200,
            reason,
            excerpt: String::new(),
        }
    }
}

/// What an item goes by, whatever it is.
fn id(item: &Value) -> &str {
    item.get("id").and_then(Value::as_str).unwrap_or_default()
}
