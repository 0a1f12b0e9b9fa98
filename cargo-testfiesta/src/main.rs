//! `cargo testfiesta`: one run for a whole invocation, a local TestFiesta, its keys, and what is still to be sent.

mod catalogue;
mod cli;
mod clients;
mod commands;
mod delivery;
mod exit_code;
mod handover;
mod interrupt;
mod invocation;
mod local;
mod lock;
mod out;
mod runner;
mod say;
mod workspace;

use std::{env, process::ExitCode};

use clap::Parser;

use crate::{
    cli::{Cargo, Command},
    runner::Runner,
    say::say,
};

#[tokio::main]
async fn main() -> ExitCode {
    let Cargo::Testfiesta(arguments) = Cargo::parse_from(cli::called_with(env::args_os()));
    let result = match arguments.command {
        Command::Init(arguments) => commands::init::run(arguments),
        Command::Test(arguments) => commands::test::run(Runner::Test, arguments).await,
        Command::Nextest(arguments) => commands::test::run(Runner::Nextest, arguments).await,
        Command::Serve(arguments) => commands::serve::run(arguments).await,
        Command::Open(arguments) => commands::open::run(arguments).await,
        Command::Key(command) => commands::key::run(command),
        Command::List(arguments) => commands::list::run(arguments),
        Command::Check(arguments) => commands::check::run(arguments).await,
        Command::Doctor => commands::doctor::run().await,
        Command::Login(arguments) => commands::login::login(arguments).await,
        Command::Logout(arguments) => commands::login::logout(&arguments),
        Command::Run(command) => commands::run::run(command).await,
        Command::Resend(arguments) => commands::resend::run(arguments).await,
        Command::Report(arguments) => commands::report::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        // The chain, outermost first; none of our errors holds a secret.
        say(format_args!("error: {error}"));
        for cause in error.chain().skip(1) {
            say(format_args!("  caused by: {cause}"));
        }
        exit_code::FAILURE.into()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_is_well_formed() {
        use clap::CommandFactory;
        crate::cli::Cargo::command().debug_assert();
    }
}
