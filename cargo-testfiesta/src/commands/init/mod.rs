//! `cargo testfiesta init`: the settings' file, the dependency, and a first annotated test. What is there stays as it is.

mod changes;
mod manifest;
mod settings;
mod target;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Edition, Metadata, Package};

use self::{
    changes::Changes,
    manifest::{Manifest, OURS, Source},
    settings::Wanted,
};
use crate::{
    cli::{InitArguments, Provider},
    exit_code,
    say::say,
    workspace,
};

pub(crate) fn run(arguments: InitArguments) -> Result<ExitCode> {
    if arguments.provider == Provider::Testsigma && arguments.handle.is_some() {
        say("error: --handle: Testsigma has none; --project alone says where results go");
        return Ok(exit_code::USAGE.into());
    }
    let metadata = workspace::metadata()?;
    let place = Place::of(metadata, arguments.package.as_deref())?;
    let wanted = Wanted::new(arguments.provider, arguments.handle, arguments.project);

    // All is decided and checked before the first file is written.
    let mut changes = Changes::new(place.root);
    place.add_test(arguments.path.as_deref(), &mut changes)?;
    let lacking = settings::add(&wanted, place.root, place.directory, &mut changes)?;
    changes.make()?;

    let selection = arguments.package.map(|name| format!(" -p {name}")).unwrap_or_default();
    say_what_is_next(&selection, arguments.provider, &lacking);
    Ok(exit_code::SUCCESS.into())
}

/// Where the first test goes.
struct Place<'m> {
    /// The workspace's directory.
    root: &'m Path,
    package: &'m Package,
    /// The package's.
    directory: &'m Path,
}

impl<'m> Place<'m> {
    /// The package of this name, or the one that the current directory is in.
    fn of(metadata: &'m Metadata, name: Option<&str>) -> Result<Self> {
        let current = env::current_dir()?;
        let mut places: Vec<Self> = metadata
            .workspace_packages()
            .into_iter()
            .filter_map(|package| {
                let directory = package.manifest_path.parent()?.as_std_path();
                Some(Self { root: metadata.workspace_root.as_std_path(), package, directory })
            })
            .collect();
        let names = places.iter().map(|it| it.package.name.as_str()).collect::<Vec<_>>().join(", ");
        let is_meant = |place: &Self| match name {
            Some(name) => place.package.name == name,
            None => current.starts_with(place.directory),
        };
        places.retain(is_meant);
        // Packages may lie in each other.
        let place = places.into_iter().max_by_key(|place| place.directory.components().count());
        match (place, name) {
            (Some(place), _) => Ok(place),
            (None, Some(name)) => bail!("this workspace has no package `{name}`: there are {names}"),
            (None, None) => {
                bail!("this directory is in no package of the workspace: name one with --package, of {names}")
            }
        }
    }

    /// Plans the dependency, the test target and its source.
    fn add_test(&self, checkout: Option<&Path>, changes: &mut Changes<'_>) -> Result<()> {
        let path = self.package.manifest_path.as_std_path();
        let mut manifest = Manifest::read(path)?;
        let known_as = self.known_as();
        let mut lines = Vec::new();
        if known_as.is_some() {
            let unused = if checkout.is_some() { ": --path changes nothing" } else { "" };
            lines.push(format!("the dependency on {OURS} is there already{unused}"));
        } else {
            let source = self.source(checkout)?;
            manifest.depend_on(&source)?;
            let unused = match (&source, checkout) {
                (Source::Workspace, Some(_)) => {
                    ": --path changes nothing, since [workspace.dependencies] has it"
                }
                _ => "",
            };
            lines.push(format!("`{source}` is a dev-dependency now{unused}"));
        }
        if let Some(target) = target::existing(self.root, self.package)? {
            lines.push(format!("`{target}` runs annotated tests already"));
        } else {
            let name = target::free_name(self.package, self.directory);
            lines.extend(self.add_target(&mut manifest, &name)?);
            let source =
                target::source(known_as.as_deref().unwrap_or(OURS), self.package.edition == Edition::E2015);
            let file = self.directory.join("tests").join(format!("{name}.rs"));
            // First: the manifest must not name what is not there.
            changes.create(file, &source, path, "a first annotated test")?;
        }
        changes.edit(path, manifest.text(), &lines)
    }

    /// Names a test target, and says so.
    fn add_target(&self, manifest: &mut Manifest, name: &str) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        if self.finds_tests_only_while_none_is_named(manifest) {
            manifest.find_tests_all_the_same();
            let why = "since this edition finds no tests beside those that are named";
            lines.push(format!("`autotests = true`, {why}"));
        }
        manifest.add_test(name)?;
        let why =
            if name == target::NAME { String::new() } else { format!(", since {} is taken", target::NAME) };
        lines.push(format!("`{name}` is a test target with `harness = false` now{why}"));
        Ok(lines)
    }

    /// What the package calls our crate, if it can be used in every test.
    fn known_as(&self) -> Option<String> {
        let found = self.package.dependencies.iter().find(|it| {
            it.name == OURS && it.kind != DependencyKind::Build && !it.optional && it.target.is_none()
        })?;
        Some(found.rename.as_ref().unwrap_or(&found.name).replace('-', "_"))
    }

    /// Where the dependency is to come from.
    fn source(&self, checkout: Option<&Path>) -> Result<Source> {
        if Manifest::read(&self.root.join("Cargo.toml"))?.lends_our_crate() {
            return Ok(Source::Workspace);
        }
        let Some(checkout) = checkout else { return Ok(Source::Release) };
        let shown = checkout.display();
        let no_checkout =
            || format!("{shown} is no checkout of {OURS}: --path names the directory of its Cargo.toml");
        let manifest = Manifest::read(&checkout.join("Cargo.toml")).with_context(no_checkout)?;
        if !manifest.is_ours() {
            bail!(no_checkout());
        }
        // Without symbolic links: cargo takes `..` for what stands before it. Windows' own form would name no relative path.
        let checkout =
            if cfg!(windows) { std::path::absolute(checkout)? } else { checkout.canonicalize()? };
        let path = relative(self.directory, &checkout);
        let path = path.to_str().with_context(|| format!("{} is no text", path.display()))?;
        Ok(Source::Checkout(path.replace('\\', "/")))
    }

    /// Whether cargo would stop looking for test targets once one is named: so it does in the edition 2015.
    fn finds_tests_only_while_none_is_named(&self, manifest: &Manifest) -> bool {
        self.package.edition == Edition::E2015
            && self.package.targets.iter().any(cargo_metadata::Target::is_test)
            && !manifest.names_tests()
    }
}

/// A path from one directory to another, unless they lie on different drives.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return to.to_owned();
    }
    let up = from.components().skip(shared).map(|_| "..".as_ref());
    up.chain(to.components().skip(shared).map(|it| it.as_os_str())).collect()
}

fn say_what_is_next(selection: &str, provider: Provider, lacking: &[String]) {
    let service = match provider {
        Provider::Testfiesta => "TestFiesta",
        Provider::Testsigma => "Testsigma",
    };
    let test = format!("cargo testfiesta test{selection}");
    let list = format!("cargo testfiesta list{selection}");
    let width = test.len();
    say(format_args!("next:"));
    say(format_args!("  {test}  runs it; without a token, a local TestFiesta takes the outcome"));
    say(format_args!("  {:width$}  shows that in the browser", "cargo testfiesta open"));
    say(format_args!("  {list}  lists the tests with their ids"));
    let settings = match lacking {
        [] => String::new(),
        _ => format!("set {} in testfiesta.toml, then ", lacking.join(" and ")),
    };
    let login = provider.login();
    say(format_args!("to report to {service}: {settings}`cargo testfiesta {login}` stores a token"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_one_directory_to_another() {
        let between = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(between("/work/shop/cart", "/work/testfiesta"), Path::new("../../testfiesta"));
        assert_eq!(between("/work/shop", "/work/shop/vendor/testfiesta"), Path::new("vendor/testfiesta"));
    }
}
