//! `cargo testfiesta login|logout`: a token in a file of the user's own.

use std::{
    env,
    io::{self, IsTerminal},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use testfiesta_client::{BaseUrl, Error, Token, testfiesta::Client};
use testfiesta_harness::settings::{Credentials, DEFAULT_URL, Secret, Sources, TESTFIESTA, variable};

use crate::{cli::LoginArguments, exit_code};

pub(crate) async fn login(arguments: LoginArguments) -> Result<ExitCode> {
    if arguments.token.is_some() || !arguments.words.is_empty() {
        bail!(
            "a token on the command line can be seen by everybody on this machine, and stays in the shell's history. \
             Revoke it, make another, and paste it when `cargo testfiesta login` asks, or pipe it in: \
             `cargo testfiesta login < token.txt`"
        );
    }
    let sources = Sources::around(env::current_dir().ok().as_deref());
    let address = address(&sources);
    let mut credentials = Credentials::load().map_err(anyhow::Error::msg)?;
    let token = Token::new(read(&address)?)?;
    check(&sources, &address, &token).await?;
    credentials.insert(TESTFIESTA, &address, &Secret::new(token.expose()));
    credentials.save().with_context(|| format!("{} cannot be written", credentials.path().display()))?;
    eprintln!("stored in {}, for {address}", credentials.path().display());
    if env::var_os(variable("token")).is_some() {
        eprintln!("note: {} is set, and comes before what is stored", variable("token"));
    }
    Ok(exit_code::SUCCESS.into())
}

pub(crate) fn logout() -> Result<ExitCode> {
    let address = address(&Sources::around(env::current_dir().ok().as_deref()));
    let mut credentials = Credentials::load().map_err(anyhow::Error::msg)?;
    if !credentials.remove(TESTFIESTA, &address) {
        bail!("{} holds no token for {address}", credentials.path().display());
    }
    credentials.save().with_context(|| format!("{} cannot be written", credentials.path().display()))?;
    eprintln!("forgotten here: the token for {address} is valid until it is revoked there");
    Ok(exit_code::SUCCESS.into())
}

fn address(sources: &Sources<'_>) -> String {
    sources.text("url").unwrap_or_else(|| DEFAULT_URL.to_owned())
}

/// What is typed where nobody sees it, or the first line of what is piped in.
fn read(address: &str) -> Result<String> {
    if io::stdin().is_terminal() {
        let prompt = format!("API key for {address} (it is not shown): ");
        return rpassword::prompt_password(prompt).context("nothing could be read from the terminal");
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("nothing could be read from stdin")?;
    Ok(line)
}

/// Refuses a token that the service does not know. Whatever keeps the service from saying so is no fault of the token.
async fn check(sources: &Sources<'_>, address: &str, token: &Token) -> Result<()> {
    let Some(handle) = sources.text("handle") else {
        eprintln!(
            "not checked: {} is not set, and every address of the service begins with it",
            variable("handle")
        );
        return Ok(());
    };
    let client = Client::new(BaseUrl::parse(address)?, &handle, token.clone())?;
    match client.projects().all().await {
        Ok(_) => eprintln!("{address} accepts it"),
        Err(error @ (Error::Unauthorized { .. } | Error::Redirected { .. } | Error::Setting { .. })) => {
            return Err(error).context("the token was not stored");
        }
        Err(error) => eprintln!("not checked: {error}"),
    }
    Ok(())
}
