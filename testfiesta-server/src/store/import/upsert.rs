//! One statement for row after row.

use rusqlite::{
    CachedStatement, Connection,
    types::{ToSqlOutput, ValueRef},
};

use crate::store::Result;

/// A statement that is executed once for every row of an import.
///
/// To bind a text copies it, and half of a row's texts are those of the row before: they stay bound.
pub(super) struct Upsert<'c> {
    statement: CachedStatement<'c>,
    /// The text that is bound to each parameter, if one is.
    texts: Vec<Option<Vec<u8>>>,
}

impl<'c> Upsert<'c> {
    pub(super) fn prepare(connection: &'c Connection, sql: &str) -> Result<Self> {
        let statement = connection.prepare_cached(sql)?;
        Ok(Self { texts: vec![None; statement.parameter_count()], statement })
    }

    /// Stores one row, given as one value for each parameter.
    pub(super) fn execute<const N: usize>(&mut self, values: [ValueRef<'_>; N]) -> Result<()> {
        for (at, value) in values.into_iter().enumerate() {
            let bound = &mut self.texts[at];
            match value {
                ValueRef::Text(text) if bound.as_deref() == Some(text) => continue,
                ValueRef::Text(text) => {
                    let bound = bound.get_or_insert_default();
                    bound.clear();
                    bound.extend_from_slice(text);
                }
                _ => *bound = None,
            }
            self.statement.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(value))?;
        }
        self.statement.raw_execute()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_own_values() {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch("CREATE TABLE rows (a, b)").expect("a table");
        let mut upsert =
            Upsert::prepare(&connection, "INSERT INTO rows VALUES (?1, ?2)").expect("a statement");
        let rows = [(1, Some("x")), (1, Some("x")), (2, None), (2, Some("x")), (3, Some("y"))];
        for (a, b) in rows {
            upsert.execute([ValueRef::Integer(a), b.into()]).expect("a row");
        }
        let mut stored = connection.prepare("SELECT a, b FROM rows ORDER BY rowid").expect("a statement");
        let stored = stored.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        let stored: Vec<(i64, Option<String>)> = stored.collect::<Result<_, _>>().expect("rows");
        assert_eq!(stored, rows.map(|(a, b)| (a, b.map(str::to_owned))));
    }
}
