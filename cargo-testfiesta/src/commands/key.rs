//! `cargo testfiesta key create|list|revoke`

use std::{io::Write, path::PathBuf, process::ExitCode, time::SystemTime};

use anyhow::{Context, Result, bail};
use testfiesta_server::{
    Error, Store,
    keys::{self, KeyInfo, NewKey},
};

use crate::{
    cli::{CreateKey, Data, KeyCommand, RevokeKey},
    exit_code, out,
    say::say,
    workspace,
};

pub(crate) fn run(command: KeyCommand) -> Result<ExitCode> {
    match command {
        KeyCommand::Create(arguments) => return create(arguments),
        KeyCommand::List(data) => list(&data),
        KeyCommand::Revoke(arguments) => revoke(&arguments),
    }?;
    Ok(exit_code::SUCCESS.into())
}

fn create(arguments: CreateKey) -> Result<ExitCode> {
    let mut new = NewKey { expires: arguments.expires.0, ..NewKey::named(arguments.name) };
    if !arguments.permissions.is_empty() {
        new.permissions = arguments.permissions;
    }
    let store = Store::open(directory(&arguments.data)?)?;
    let (key, info) = match keys::create(&store, new) {
        // The fields are named as the options are.
        Err(Error::Invalid { field, message }) => {
            say(format_args!("error: --{field}: {message}"));
            return Ok(exit_code::USAGE.into());
        }
        created => created?,
    };
    // The key alone on stdout, for `TESTFIESTA_TOKEN=$(…)`.
    if let Err(error) = out::hand_over(key.reveal()) {
        keys::revoke(&store, &info.id)?;
        return Err(error).context("the key could not be shown, and was taken back");
    }
    say(format_args!("This is the only time that the key is shown. It is {}.", validity(&info)));
    Ok(exit_code::SUCCESS.into())
}

fn list(data: &Data) -> Result<()> {
    let mut rows = vec![["ID", "NAME", "VALIDITY", "LAST USED", "PERMISSIONS"].map(str::to_owned)];
    rows.extend(keys::list(&open(data)?)?.into_iter().map(row));
    let mut out = out::stdout();
    out.write_all(table(&rows).as_bytes())?;
    Ok(out.flush()?)
}

fn row(key: KeyInfo) -> [String; 5] {
    let validity = validity(&key);
    let last_used = key.last_used.map_or_else(|| "never".to_owned(), date);
    let permissions = key.permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>();
    // A store that an earlier version wrote may hold names of several lines.
    let name = key.name.replace(char::is_control, "\u{fffd}");
    [key.id, name, validity, last_used, permissions.join(" ")]
}

/// Columns as wide as what stands in them, two spaces apart.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut table = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        table += cells.collect::<Vec<_>>().join("  ").trim_end();
        table.push('\n');
    }
    table
}

fn revoke(arguments: &RevokeKey) -> Result<()> {
    match keys::revoke(&open(&arguments.data)?, &arguments.key)? {
        0 => bail!(
            "there is no valid key with the name or id `{}`; `cargo testfiesta key list` shows them",
            arguments.key
        ),
        1 => say("revoked: it opens nothing from now on"),
        several => say(format_args!("revoked {several} keys of that name: they open nothing from now on")),
    }
    Ok(())
}

/// The store that is there: who looks for keys makes none.
fn open(data: &Data) -> Result<Store> {
    let directory = directory(data)?;
    if !Store::is_in(&directory) {
        bail!("there is no local TestFiesta in {}", directory.display());
    }
    Ok(Store::open(directory)?)
}

fn directory(data: &Data) -> Result<PathBuf> {
    Ok(workspace::settings(data.directory.as_deref())?.directory)
}

fn validity(key: &KeyInfo) -> String {
    match (key.revoked, key.expires) {
        (Some(at), _) => format!("revoked {}", date(at)),
        (None, None) => "valid for ever".to_owned(),
        (None, Some(at)) if at <= SystemTime::now() => format!("expired {}", date(at)),
        (None, Some(at)) => format!("valid until {}", date(at)),
    }
}

fn date(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::cli::Expiry;

    fn created(directory: &TempDir, name: &str, expires: Option<SystemTime>) -> ExitCode {
        let data = Data { directory: Some(directory.path().to_owned()) };
        let new =
            CreateKey { data, name: name.to_owned(), expires: Expiry(expires), permissions: Vec::new() };
        run(KeyCommand::Create(new)).expect("an exit code")
    }

    fn stored(directory: &TempDir) -> usize {
        keys::list(&Store::open(directory.path()).expect("a store")).expect("keys").len()
    }

    #[test]
    fn an_expiry_that_cannot_be_written_is_a_wrong_argument_and_no_key_is_made() {
        let directory = tempfile::tempdir().expect("a directory");
        let far = SystemTime::now() + Duration::from_secs(8000 * 366 * 86_400);
        assert_eq!(created(&directory, "ci", Some(far)), ExitCode::from(2));
        assert_eq!(stored(&directory), 0);
    }

    #[test]
    fn a_name_of_several_lines_is_a_wrong_argument_and_no_key_is_made() {
        let directory = tempfile::tempdir().expect("a directory");
        assert_eq!(created(&directory, "c\ni", None), ExitCode::from(2));
        assert_eq!(stored(&directory), 0);
    }

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let rows = [["NAME", "VALIDITY", "END"], ["ä long name", "x", "y"], ["b", "valid until then", ""]];
        let rows = rows.map(|row| row.map(str::to_owned));
        let expected = "NAME         VALIDITY          END\n\
                        ä long name  x                 y\n\
                        b            valid until then\n";
        assert_eq!(table(&rows), expected);
    }

    #[test]
    fn a_key_takes_one_line_whatever_its_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Store::open(directory.path()).expect("a store");
        let (_, mut key) = keys::create(&store, NewKey::named("ci")).expect("a key");
        key.name = "c\n\u{1b}i".to_owned();
        assert_eq!(row(key)[1], "c\u{fffd}\u{fffd}i");
    }
}
