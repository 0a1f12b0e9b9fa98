//! Pages of rows: filtered, searched, cut (contract, section 5).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use testfiesta_client::testsigma::PageInfo;

use super::Rows;

/// How many rows a page has unless it is asked for others.
const PAGE: usize = 20;
/// How many it has at most: what a public client was seen to be granted.
const LARGEST_PAGE: usize = 200;

/// A query string. What is not known is ignored, as the service does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

/// A page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Value>,
    pub(crate) info: PageInfo,
}

/// What a filter asks of a field.
#[derive(Clone, Copy, Debug)]
enum Operator {
    Equal,
    Contains,
    In,
    Like,
    Less,
    Greater,
}

impl Query {
    /// The page that is asked for. `searched` are the fields that `search` looks at.
    pub(crate) fn page(&self, table: &str, searched: &[&str], rows: Rows) -> Page {
        let mut rows: Rows =
            rows.into_iter().filter(|(_, row)| self.holds(row) && self.finds(row, searched)).collect();
        rows.sort_by_key(|(at, _)| *at);
        let total_count = Some(rows.len() as u64);
        let page_size = self.page_size();

        let (start, end) = match self.cursor() {
            Some((at, false)) => {
                let start = rows.partition_point(|(row, _)| *row <= at);
                (start, rows.len().min(start + page_size))
            }
            Some((at, true)) => {
                let end = rows.partition_point(|(row, _)| *row < at);
                (end.saturating_sub(page_size), end)
            }
            None => (0, rows.len().min(page_size)),
        };
        let cursor = |at: i64, direction: &str| {
            let cursor = json!([{ "field": format!("{table}.tsid"), "value": at.to_string(), "direction": direction }]);
            STANDARD.encode(cursor.to_string())
        };
        let next = (end < rows.len() && end > start).then(|| cursor(rows[end - 1].0, "ASC"));
        let prev = (start > 0 && end > start).then(|| cursor(rows[start].0, "DESC"));
        let info = PageInfo { page_size: page_size as u64, total_count, next, prev };
        Page { rows: rows.drain(start..end).map(|(_, row)| row).collect(), info }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    fn page_size(&self) -> usize {
        let asked = self.value("page_size").or_else(|| self.value("size")).and_then(|text| text.parse().ok());
        asked.filter(|size| *size > 0).unwrap_or(PAGE).min(LARGEST_PAGE)
    }

    /// Where the page begins: after this row, or before it. Nobody documents the parameter: both names are taken.
    fn cursor(&self) -> Option<(i64, bool)> {
        let cursor = self.value("cursor").or_else(|| self.value("next")).or_else(|| self.value("prev"))?;
        let cursor: Value = serde_json::from_slice(&STANDARD.decode(cursor).ok()?).ok()?;
        Some((cursor[0]["value"].as_str()?.parse().ok()?, cursor[0]["direction"] == "DESC"))
    }

    fn finds(&self, row: &Value, searched: &[&str]) -> bool {
        let Some(text) = self.value("search").filter(|text| !text.is_empty()) else { return true };
        let text = text.to_lowercase();
        searched.iter().any(|field| spelled(&row[*field]).to_lowercase().contains(&text))
    }

    fn holds(&self, row: &Value) -> bool {
        self.0.iter().all(|(key, wanted)| {
            let (field, operator) = key.split_once("__").unwrap_or((key, "EQ"));
            match (row.get(field), operator_of(operator)) {
                (Some(value), Some((operator, negated))) => holds(operator, value, wanted) != negated,
                _ => true,
            }
        })
    }
}

/// The operator, and whether it is turned around.
fn operator_of(name: &str) -> Option<(Operator, bool)> {
    Some(match name {
        "EQ" | "EQUALS" => (Operator::Equal, false),
        "NEQ" | "NOT_EQUALS" => (Operator::Equal, true),
        "CONTAINS" => (Operator::Contains, false),
        "NOT_CONTAINS" => (Operator::Contains, true),
        "IN" => (Operator::In, false),
        "NOT_IN" | "NIN" => (Operator::In, true),
        "LIKE" => (Operator::Like, false),
        "NOT_LIKE" => (Operator::Like, true),
        "LT" => (Operator::Less, false),
        "GTE" => (Operator::Less, true),
        "GT" => (Operator::Greater, false),
        "LTE" => (Operator::Greater, true),
        _ => return None,
    })
}

fn holds(operator: Operator, value: &Value, wanted: &str) -> bool {
    let text = spelled(value);
    let number = |text: &str| text.parse::<f64>().ok();
    let compared = || match (number(&text), number(wanted)) {
        (Some(value), Some(wanted)) => value.partial_cmp(&wanted),
        _ => Some(text.as_str().cmp(wanted)),
    };
    match operator {
        Operator::Equal => text == wanted,
        Operator::Contains => text.to_lowercase().contains(&wanted.to_lowercase()),
        Operator::In => wanted.split(',').any(|one| text == one.trim()),
        Operator::Like => like(&text.to_lowercase(), &wanted.to_lowercase()),
        Operator::Less => compared().is_some_and(std::cmp::Ordering::is_lt),
        Operator::Greater => compared().is_some_and(std::cmp::Ordering::is_gt),
    }
}

/// SQL's pattern: `%` stands for any text. Without one the pattern may stand anywhere.
fn like(text: &str, pattern: &str) -> bool {
    if !pattern.contains('%') {
        return text.contains(pattern);
    }
    let parts: Vec<&str> = pattern.split('%').collect();
    let (first, rest) = parts.split_first().expect("a split has a part");
    let (last, middle) = rest.split_last().expect("a pattern with `%` has two parts");
    let Some(mut text) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(query: &[(&str, &str)]) -> Vec<String> {
        let row = |(at, name): (i64, &str)| (at, json!({ "name": name, "order": at, "parent": null }));
        let rows = [(1, "one"), (2, "two"), (3, "three"), (10, "ten")].into_iter().map(row).collect();
        let query = Query(query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        let page = query.page("things", &["name"], rows);
        page.rows.iter().map(|row| spelled(&row["name"])).collect()
    }

    #[test]
    fn every_operator_holds_for_what_it_says() {
        for (key, value, expected) in [
            ("name", "two", &["two"] as &[&str]),
            ("name__EQ", "two", &["two"]),
            ("name__NEQ", "two", &["one", "three", "ten"]),
            ("name__CONTAINS", "T", &["two", "three", "ten"]),
            ("name__NOT_CONTAINS", "t", &["one"]),
            ("name__IN", "one, ten", &["one", "ten"]),
            ("name__NOT_IN", "one,ten", &["two", "three"]),
            ("name__LIKE", "t%e", &["three"]),
            ("name__LIKE", "w", &["two"]),
            ("order__GT", "3", &["ten"]),
            ("order__LTE", "2", &["one", "two"]),
            ("parent", "", &["one", "two", "three", "ten"]),
            ("parent__NEQ", "", &[]),
            ("search", "NE", &["one"]),
        ] {
            assert_eq!(names(&[(key, value)]), expected, "{key}={value}");
        }
    }

    #[test]
    fn what_is_not_known_is_ignored() {
        assert_eq!(names(&[("q", "one"), ("colour", "red"), ("name__SOUNDS", "one")]).len(), 4);
    }
}
