//! `cargo testfiesta check`: do the tests name the cases that there are?

mod compare;
mod finding;
mod matching;
mod named;
mod project;

use std::{io::Write, process::ExitCode};

use anyhow::{Result, bail};
use testfiesta_harness::settings::{Service, ServiceSettings, Settings, TESTFIESTA, TESTSIGMA};

use self::{
    compare::{Comparison, compare},
    named::{Test, Tests},
};
use crate::{
    cli::{CheckArguments, Deny, Provider},
    clients::{Asking, Trouble},
    exit_code, out,
    say::{count, say},
    workspace,
};

pub(crate) async fn run(arguments: CheckArguments) -> Result<ExitCode> {
    let settings = workspace::settings(None)?;
    let services = match &settings.service {
        Service::Ready(services) => services,
        Service::Unusable(problems) => bail!(problems.join("; ")),
        Service::None => bail!(workspace::NO_SERVICE),
    };
    let tests = named::read(workspace::metadata()?, &arguments.arguments)?;
    let mut is_well = tests.all_listed;
    let mut sums = Vec::new();
    for service in services {
        let (name, compared) = compared(&settings, service, &tests.all).await;
        // Where there are several, each line says whose it is.
        let of = if services.len() > 1 { format!("{name}: ") } else { String::new() };
        match compared {
            Ok(comparison) => {
                is_well &= told(&of, &comparison, &arguments.deny)?;
                sums.push(format!("{of}{comparison}"));
            }
            Err((what, remedy)) => {
                is_well = false;
                say(format_args!("error: {of}{what}"));
                if !remedy.is_empty() {
                    say(format_args!("help: {remedy}"));
                }
            }
        }
    }
    say_what_is_left_out(&tests);
    sums.iter().for_each(say);
    Ok(if is_well { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}

/// The name of a service, and what came of comparing, or what is wrong and what to do about it.
async fn compared(
    settings: &Settings,
    service: &ServiceSettings,
    tests: &[Test],
) -> (&'static str, Result<Comparison, (String, String)>) {
    let (name, project, provider, permissions) = match service {
        ServiceSettings::TestFiesta(service) => {
            let project = project::testfiesta(settings, service, tests).await;
            (TESTFIESTA, project, Provider::Testfiesta, "the permission `entities:view`")
        }
        ServiceSettings::Testsigma(service) => {
            let project = project::testsigma(service, tests).await;
            (TESTSIGMA, project, Provider::Testsigma, "the permission to view test cases")
        }
        // A service that this program was built before.
        _ => {
            let what = "this version of `cargo testfiesta` cannot ask it".to_owned();
            return ("another service", Err((what, "Update cargo-testfiesta".to_owned())));
        }
    };
    let compared = project.map(|(matching, held)| compare(&matching, tests, &held));
    (name, compared.map_err(|trouble: Trouble| trouble.told(&Asking { provider, permissions })))
}

/// Prints what was found, and answers whether all is well.
fn told(of: &str, comparison: &Comparison, deny: &[Deny]) -> Result<bool> {
    let mut out = out::stdout();
    for finding in &comparison.findings {
        writeln!(out, "{of}{finding}")?;
    }
    out.flush()?;
    if comparison.without_id > 0 {
        let tests = count(comparison.without_id, "test");
        say(format_args!("{of}without an id: {tests}; {}", comparison.without_id_means));
    }
    if comparison.of_another_source > 0 {
        let ids = count(comparison.of_another_source, "id");
        say(format_args!(
            "{of}new, and known to another source: {ids}; set TESTFIESTA_SOURCE to it if its cases are meant"
        ));
    }
    let failures = comparison.failures(deny);
    if !failures.is_empty() {
        say(format_args!("{of}fails for {}", failures.join(", ")));
    }
    Ok(failures.is_empty())
}

/// Says what was not compared.
fn say_what_is_left_out(tests: &Tests) {
    for target in &tests.elsewhere {
        say(format_args!(
            "left out: {target}, which reports to another project: call `check` in its package's directory"
        ));
    }
    for (target, cases) in &tests.under_libtest {
        let cases = count(*cases, "case");
        say(format_args!(
            "left out: {target}, with {cases} under libtest, which does not tell their ids: it lacks `harness = false`"
        ));
    }
}
