//! What is set, and where.

use std::{io, path::Path};

use testfiesta_harness::{
    address::without_credentials,
    settings::{Origin, SETTINGS, Secret, Service, Setting, Settings, Sources, TESTSIGMA},
};

use super::Report;

/// `directory` is where the journals are, if that is known.
pub(super) fn show(
    report: &mut Report,
    sources: &mut Sources<'_>,
    settings: &Settings,
    directory: Option<&Path>,
) -> io::Result<()> {
    report.heading("Settings")?;
    let speaks_testsigma = sources.text("provider").is_some_and(|it| it.contains(TESTSIGMA));
    for setting in SETTINGS {
        let key = setting.key;
        let set = found(sources, setting);
        if set.is_none() && key.starts_with(TESTSIGMA) && !speaks_testsigma {
            continue;
        }
        let origin = set.as_ref().map_or_else(|| "default".to_owned(), |(_, origin)| origin.to_string());
        let value = match directory.filter(|_| key == "dir") {
            // As it was understood: a relative path is relative to where it stands.
            Some(directory) => Some(directory.display().to_string()),
            None => set.map(|(value, _)| value).or_else(|| setting.default.map(str::to_owned)),
        };
        match value {
            Some(value) => report.row([key, &value, &origin])?,
            None => report.row([key, "-", ""])?,
        }
    }
    if let Service::Unusable(problems) = &settings.service {
        for problem in problems {
            report.problem(problem, "")?;
        }
    }
    Ok(())
}

/// What may be shown of a setting, and where it stands.
fn found(sources: &mut Sources<'_>, setting: &Setting) -> Option<(String, Origin)> {
    if !setting.is_secret() {
        let (value, origin) = sources.find(setting.key)?;
        return Some((without_credentials(&value).into_owned(), origin));
    }
    let (token, origin) = match setting.key {
        "token" => sources.testfiesta_token()?,
        _ => sources.testsigma_token()?,
    };
    Some((masked(&token), origin))
}

/// Enough of a token to know it again.
fn masked(token: &Secret) -> String {
    let text = token.expose();
    // The first half of a key of TestFiesta is its public name.
    let shown = if text.starts_with("testfiesta_") { 15 } else { 3 };
    // A short one would be shown whole.
    let shown = if text.len() >= 2 * shown { text.chars().take(shown).collect() } else { String::new() };
    format!("{shown}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_no_more_than_its_public_name_s_beginning() {
        let token = "testfiesta_0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d.4e5f4e5f4e5f4e5f4e5f4e5f4e5f4e5f";
        assert_eq!(masked(&Secret::new(token)), "testfiesta_0a1b…");
        assert_eq!(masked(&Secret::new("0123456789")), "012…");
        assert_eq!(masked(&Secret::new("0123")), "…");
    }
}
