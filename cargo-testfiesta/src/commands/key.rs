//! `cargo testfiesta key create|list|revoke`

use std::{
    io::{self, Write},
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Result, bail};
use testfiesta_server::{
    Store,
    keys::{self, KeyInfo, NewKey},
};

use crate::{
    cli::{CreateKey, Data, KeyCommand, RevokeKey},
    exit_code, workspace,
};

pub(crate) fn run(command: KeyCommand) -> Result<ExitCode> {
    match command {
        KeyCommand::Create(arguments) => create(arguments),
        KeyCommand::List(data) => list(&data),
        KeyCommand::Revoke(arguments) => revoke(&arguments),
    }?;
    Ok(exit_code::SUCCESS.into())
}

fn create(arguments: CreateKey) -> Result<()> {
    let mut new = NewKey { expires: arguments.expires.0, ..NewKey::named(arguments.name) };
    if !arguments.permissions.is_empty() {
        new.permissions = arguments.permissions;
    }
    let (key, info) = keys::create(&open(&arguments.data)?, new)?;
    // The key alone on stdout, for `TESTFIESTA_TOKEN=$(…)`.
    writeln!(io::stdout(), "{}", key.reveal())?;
    eprintln!("This is the only time that the key is shown. It is {}.", validity(&info));
    Ok(())
}

fn list(data: &Data) -> Result<()> {
    let keys = keys::list(&open(data)?)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{:<34}{:<24}{:<28}{:<22}PERMISSIONS", "ID", "NAME", "VALIDITY", "LAST USED")?;
    for key in keys {
        let last_used = key
            .last_used
            .map_or_else(|| "never".to_owned(), |at| humantime::format_rfc3339_seconds(at).to_string());
        let permissions =
            key.permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(" ");
        writeln!(out, "{:<34}{:<24}{:<28}{last_used:<22}{permissions}", key.id, key.name, validity(&key))?;
    }
    Ok(())
}

fn revoke(arguments: &RevokeKey) -> Result<()> {
    match keys::revoke(&open(&arguments.data)?, &arguments.key)? {
        0 => bail!(
            "there is no valid key with the name or id `{}`; `cargo testfiesta key list` shows them",
            arguments.key
        ),
        1 => eprintln!("revoked: it opens nothing from now on"),
        several => eprintln!("revoked {several} keys of that name: they open nothing from now on"),
    }
    Ok(())
}

fn open(data: &Data) -> Result<Store> {
    Ok(Store::open(workspace::directory(data.directory.as_deref())?)?)
}

fn validity(key: &KeyInfo) -> String {
    let date = |at| humantime::format_rfc3339_seconds(at).to_string();
    match (key.revoked, key.expires) {
        (Some(at), _) => format!("revoked {}", date(at)),
        (None, None) => "valid for ever".to_owned(),
        (None, Some(at)) if at <= SystemTime::now() => format!("expired {}", date(at)),
        (None, Some(at)) => format!("valid until {}", date(at)),
    }
}
