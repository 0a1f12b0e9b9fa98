//! Lists, page by page.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Client, ListQuery, Order, Page, QueryType};
use crate::Error;

/// How many items are asked for at once.
const PER_PAGE: u64 = 100;

/// How many pages are read before a list counts as endless.
const MAX_PAGES: usize = 10_000;

/// A list, read page by page as it is asked for. Items that cannot be read are left out, unless a page has no others.
///
/// ```no_run
/// # async fn example(client: testfiesta_client::testfiesta::Client) -> Result<(), testfiesta_client::Error> {
/// let mut runs = client.project("WEB").runs();
/// while let Some(page) = runs.next().await? {
///     for run in page {
///         println!("{} {}", run.uid, run.name);
///     }
/// }
/// let executions = client.project("WEB").executions().filter("runUid", 252).all().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until a page is asked for"]
pub struct Pages<T> {
    client: Client,
    path: Vec<String>,
    query: ListQuery,
    filters: Vec<(String, String)>,
    /// How many pages have been read.
    read: usize,
    /// How many items there are in all, as far as the last page said.
    count: u64,
    /// The last page, to notice that a service answers it again.
    last: Vec<Value>,
    ended: bool,
    item: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(super) fn new(client: Client, path: &[&str]) -> Self {
        Self {
            client,
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            // The newer specification requires the type, and any ignores what it does not know.
            query: ListQuery {
                limit: Some(PER_PAGE),
                offset: Some(0),
                query_type: Some(QueryType::List),
                ..ListQuery::default()
            },
            filters: Vec::new(),
            read: 0,
            count: 0,
            last: Vec::new(),
            ended: false,
            item: PhantomData,
        }
    }

    /// Asks for this many items at once; 100 unless told otherwise. The service may answer fewer.
    pub fn per_page(mut self, items: u64) -> Self {
        self.query.limit = Some(items.max(1));
        self
    }

    /// Begins behind this many items, wherever it stood before.
    pub fn starting_at(mut self, offset: u64) -> Self {
        self.query.offset = Some(offset);
        Self { read: 0, last: Vec::new(), ended: false, ..self }
    }

    /// How many items there are on all pages, as far as the page read last said so; otherwise 0.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Asks for the items that hold this text, wherever the service looks for it.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.query.q = Some(text.into());
        self
    }

    /// Asks for what was created last before the rest. A service may have an order of its own.
    pub fn newest_first(mut self) -> Self {
        self.query.order = Some(Order::Desc);
        self
    }

    /// Adds a parameter that this list has beyond those common to all. A service that does not know it may ignore it.
    pub fn filter(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.filters.push((name.into(), value.to_string()));
        self
    }

    /// The items of the next page, which are never none; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Any [`Error`], after which the same page can be asked for again; and [`Error::Unreadable`] for a service that
    /// answers one page for ever, since the rest of the list cannot be had.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Error> {
        while !self.ended {
            let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
            let page = self.client.list(&path, &self.query, &self.filters).await?;
            if page.items.is_empty() {
                break;
            }
            if self.last == page.items {
                // Who does not say how many there are may have said all at once.
                if page.count == 0 {
                    break;
                }
                return Err(self.endless("it repeats its last page whatever the offset"));
            }
            if self.read == MAX_PAGES {
                return Err(self.endless("it has more pages than any list should"));
            }
            let items = self.readable(&page.items)?;
            self.advance(&page);
            self.read += 1;
            self.count = page.count;
            self.last = page.items;
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        self.ended = true;
        Ok(None)
    }

    /// The items that can be read. What stands in the place of one costs no other, but a list of nothing else is not taken
    /// for an empty one.
    fn readable(&self, items: &[Value]) -> Result<Vec<T>, Error> {
        let (mut readable, mut unreadable) = (Vec::with_capacity(items.len()), None);
        for item in items.iter().filter(|item| !item.is_null()) {
            match serde_json::from_value(item.clone()) {
                Ok(item) => readable.push(item),
                Err(error) => unreadable = Some(error),
            }
        }
        match unreadable {
            Some(error) if readable.is_empty() => Err(self.unlike(self.client.scrub(&error.to_string()))),
            _ => Ok(readable),
        }
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

    /// Believes `nextOffset` where it leads on, and `count` where there is none: it is optional in one specification,
    /// and the other does not mention it. Both only ever move forward. Where neither is told, a full page leads on.
    fn advance(&mut self, page: &Page<Value>) {
        let offset = self.query.offset.unwrap_or_default();
        let after = offset + page.items.len() as u64;
        match page.next_offset {
            Some(next) if next > offset => self.query.offset = Some(next),
            _ if after < page.count => self.query.offset = Some(after),
            _ if page.count == 0 && self.query.limit == Some(page.items.len() as u64) => {
                self.query.offset = Some(after);
            }
            _ => self.ended = true,
        }
    }

    fn endless(&mut self, how: &str) -> Error {
        self.ended = true;
        self.unlike(format!("the list does not end with page {}: {how}", self.read))
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
