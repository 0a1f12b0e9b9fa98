//! `cargo testfiesta open`

use std::process::ExitCode;

use anyhow::{Result, bail};
use testfiesta_server::{App, Store};

use super::serve;
use crate::{
    cli::OpenArguments,
    exit_code,
    local::{self, Served},
    say::say,
    workspace,
};

pub(crate) async fn run(arguments: OpenArguments) -> Result<ExitCode> {
    let settings = workspace::settings(arguments.data.directory.as_deref())?;
    let directory = settings.directory.clone();
    let store = Store::open(&directory)?;
    let app = local::app(store.clone());
    let listen = serve::addresses(arguments.listen.as_deref()).await?;
    let served = Served::open(app.clone(), &listen).await?;
    // Whoever serves already took in what there was when it began.
    serve::take_in(&store, settings, &served).await?;
    let page = page(&app, arguments.run).await?;
    let is_served_here = matches!(served, Served::Here(_));
    if is_served_here {
        serve::announce(&served, &directory)?;
    }
    show(&format!("{}{page}", served.url()));
    if is_served_here { serve::last(served).await } else { Ok(exit_code::SUCCESS.into()) }
}

/// Where the run is shown, or what there is.
async fn page(app: &App, run: Option<i64>) -> Result<String> {
    if let Some(page) = app.run_page(run).await? {
        return Ok(page);
    }
    if let Some(run) = run {
        let directory = app.store().directory().display();
        bail!(
            "there is no run {run} in {directory}: `cargo testfiesta open` without a number shows the newest"
        );
    }
    Ok("/".to_owned())
}

/// Lets the browser show a page. Where none starts, the address is said all the same: often nobody can tell.
fn show(page: &str) {
    say(format_args!("opens {page}"));
    if let Err(error) = opener::open_browser(page) {
        say(format_args!("no browser could be started: {:#}", anyhow::Error::new(error)));
    }
}
