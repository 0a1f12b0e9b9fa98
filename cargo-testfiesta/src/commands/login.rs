//! `cargo testfiesta login|logout`: a token in a file of the user's own.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use testfiesta_client::{
    BaseUrl, Error, Token, testfiesta,
    testsigma::{self, ClientOptions},
};
use testfiesta_harness::{
    address::without_credentials,
    settings::{Credentials, Secret, TESTFIESTA, TESTSIGMA, variable},
};

use crate::{
    cli::{LoginArguments, LogoutArguments, Provider},
    exit_code,
    say::say,
    workspace,
};

pub(crate) async fn login(arguments: LoginArguments) -> Result<ExitCode> {
    if arguments.token.is_some() || !arguments.words.is_empty() {
        bail!(
            "a token on the command line can be seen by everybody on this machine, and stays in the shell's history. \
             Revoke it, make another, and paste it when `cargo testfiesta login` asks, or pipe it in: \
             `cargo testfiesta login < token.txt`"
        );
    }
    let place = Place::of(arguments.provider);
    // Before the token is asked for.
    let address = BaseUrl::parse(&place.address)?;
    let mut credentials = Credentials::load().map_err(anyhow::Error::msg)?;
    let token = Token::new(read(&place.address)?)?;
    place.check(address, &token).await?;
    credentials.insert(place.service, &place.address, &Secret::new(token.expose()));
    save(&credentials)?;
    say(format_args!("stored in {}, for {}", credentials.path().display(), place.address));
    if let Some(variable) = &place.variable {
        say(format_args!("note: {variable} is set, and comes before what is stored"));
    }
    Ok(exit_code::SUCCESS.into())
}

pub(crate) fn logout(arguments: &LogoutArguments) -> Result<ExitCode> {
    let Place { service, address, .. } = Place::of(arguments.provider);
    let mut credentials = Credentials::load().map_err(anyhow::Error::msg)?;
    let shown = without_credentials(&address);
    if !credentials.remove(service, &address) {
        bail!("{} holds no token for {shown}", credentials.path().display());
    }
    save(&credentials)?;
    say(format_args!("forgotten here: the token for {shown} is valid until it is revoked there"));
    Ok(exit_code::SUCCESS.into())
}

fn save(credentials: &Credentials) -> Result<()> {
    credentials.save().with_context(|| format!("{} cannot be written", credentials.path().display()))
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

/// The service that a token is for.
struct Place {
    provider: Provider,
    /// Its name in the credentials file.
    service: &'static str,
    address: String,
    /// The variable that comes before the file, if it is set.
    variable: Option<String>,
    handle: Option<String>,
}

impl Place {
    /// As the settings around the current directory say.
    fn of(provider: Provider) -> Self {
        let sources = workspace::sources();
        let (service, [url, token]) = match provider {
            Provider::Testfiesta => (TESTFIESTA, ["url", "token"]),
            Provider::Testsigma => (TESTSIGMA, ["testsigma-url", "testsigma-token"]),
        };
        let address = sources.text_or_default(url);
        let variable = sources.text(token).map(|_| variable(token));
        Self { provider, service, address, variable, handle: sources.text("handle") }
    }

    /// Refuses a token that the service does not know. Whatever keeps the service from saying so is no fault of the
    /// token.
    async fn check(&self, address: BaseUrl, token: &Token) -> Result<()> {
        let token = token.clone();
        let answer = match (self.provider, &self.handle) {
            (Provider::Testfiesta, None) => {
                let handle = variable("handle");
                say(format_args!(
                    "not checked: {handle} is not set, and every address of the service begins with it"
                ));
                return Ok(());
            }
            (Provider::Testfiesta, Some(handle)) => {
                testfiesta::Client::new(address, handle, token)?.projects().next().await.map(drop)
            }
            (Provider::Testsigma, _) => {
                let client = testsigma::Client::new(address, token, ClientOptions::default());
                client.projects().next().await.map(drop)
            }
        };
        match answer {
            Ok(()) => say(format_args!("{} accepts it", self.address)),
            Err(error @ (Error::Unauthorized { .. } | Error::Redirected { .. } | Error::Setting { .. })) => {
                return Err(error).context("the token was not stored");
            }
            Err(error) => say(format_args!("not checked: {error}")),
        }
        Ok(())
    }
}
