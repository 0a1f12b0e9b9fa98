//! Pages of a table: searched, sorted, counted.

use rusqlite::{Connection, Row, ToSql};
use testfiesta_client::testfiesta::{ListQuery, Order, Page, QueryType};

use super::{Error, Result};

const DEFAULT_LIMIT: u64 = 100;
const MAX_LIMIT: u64 = 1000;
/// How long `q` may be, in bytes. SQLite takes a pattern of 50,000, and each of these may need an escape.
const MAX_SEARCHED: usize = 10_000;

/// What one resource can list.
pub(super) struct Listing<'a> {
    /// Column names, as the reading function expects them.
    pub(super) columns: &'a str,
    /// The table.
    pub(super) table: &'a str,
    /// Which rows the caller may see, with `?1`, `?2`… for `parameters`.
    pub(super) scope: &'a str,
    /// Values of `scope`.
    pub(super) parameters: Vec<&'a dyn ToSql>,
    /// Columns that `q` is searched in.
    pub(super) searched: &'a [&'a str],
    /// What `orderBy` may name, and the column that it means.
    pub(super) sortable: &'a [(&'a str, &'a str)],
}

/// Sortable in every table.
pub(super) const COMMON_ORDER: &[(&str, &str)] =
    &[("uid", "uid"), ("name", "name"), ("createdAt", "created_at"), ("updatedAt", "updated_at")];

impl Listing<'_> {
    /// The page that the query asks for.
    pub(super) fn page<T>(
        self,
        connection: &Connection,
        query: &ListQuery,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Page<T>> {
        let order = self.order(query)?;
        if query.q.as_ref().is_some_and(|it| it.len() > MAX_SEARCHED) {
            return Err(Error::invalid("q", format!("is longer than {MAX_SEARCHED} bytes")));
        }
        let pattern = query.q.as_deref().filter(|it| !it.is_empty()).map(like_pattern);
        let mut condition = self.scope.to_owned();
        let mut parameters: Vec<&dyn ToSql> = self.parameters.clone();
        if let Some(pattern) = &pattern {
            parameters.push(pattern);
            let place = parameters.len();
            let matches = self
                .searched
                .iter()
                .map(|column| format!("lower({column}) LIKE lower(?{place}) ESCAPE '\\'"));
            condition += &format!(" AND ({})", matches.collect::<Vec<_>>().join(" OR "));
        }
        let table = self.table;
        let count: i64 = connection
            .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE {condition}"))?
            .query_row(&*parameters, |row| row.get(0))?;
        let count = u64::try_from(count).unwrap_or_default();
        if query.query_type == Some(QueryType::Count) {
            return Ok(Page { count, items: Vec::new(), next_offset: None });
        }

        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        // An offset beyond every row is as good as any other.
        let offset = query.offset.unwrap_or(0).min(u64::from(u32::MAX));
        let columns = self.columns;
        let items = connection
            .prepare_cached(&format!(
                "SELECT {columns} FROM {table} WHERE {condition} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
            ))?
            .query_map(&*parameters, read)?
            .collect::<rusqlite::Result<Vec<T>>>()?;
        let end = offset + items.len() as u64;
        Ok(Page { count, next_offset: (end < count && !items.is_empty()).then_some(end), items })
    }

    /// With the uid last, so that equal rows keep their places from page to page.
    fn order(&self, query: &ListQuery) -> Result<String> {
        let direction = if query.order == Some(Order::Desc) { "DESC" } else { "ASC" };
        let Some(wanted) = &query.order_by else { return Ok(format!("uid {direction}")) };
        let Some((_, column)) = self.sortable.iter().find(|(name, _)| name == wanted) else {
            let known = self.sortable.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return Err(Error::invalid(
                "orderBy",
                format!("cannot order by `{wanted}`: expected one of {known}"),
            ));
        };
        Ok(format!("{column} {direction}, uid {direction}"))
    }
}

fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}
