//! The rules of this repository that nothing else enforces.

use std::{
    fs,
    path::{Path, PathBuf},
};

use testfiesta_harness::settings::{SETTINGS, Setting};

/// The packages that users install.
const PUBLISHED: [&str; 6] = [
    ".",
    "testfiesta-macros",
    "testfiesta-harness",
    "testfiesta-client",
    "testfiesta-server",
    "cargo-testfiesta",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files below `directory` with this extension, without builds and other people's packages.
fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            // cargo does not mark a target directory that was there before it.
            let built = ["CACHEDIR.TAG", ".rustc_info.json"].iter().any(|mark| path.join(mark).exists());
            if !name.starts_with('.') && name != "node_modules" && !built {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

fn all(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(root(), extension, &mut found);
    assert!(!found.is_empty(), "no .{extension} file was found below {}", root().display());
    found
}

#[test]
fn the_changelog_knows_this_version() {
    let heading = concat!("## [", env!("CARGO_PKG_VERSION"), "]");
    assert!(read("CHANGELOG.md").contains(heading), "CHANGELOG.md has no `{heading}`");
}

#[test]
fn the_readme_lists_every_setting_and_no_other() {
    let readme = read("README.md");
    let table = readme.split("\n## Settings\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let listed: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key)
        .collect();
    let settings: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(listed, settings);
}

#[test]
fn documents_name_only_variables_that_exist() {
    let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    for document in all("md") {
        let text = fs::read_to_string(&document).unwrap();
        for word in text.split(|c: char| !c.is_ascii_uppercase() && c != '_') {
            let is_variable = word.starts_with("TESTFIESTA_");
            assert!(!is_variable || known.iter().any(|it| it == word), "{}: {word}", document.display());
        }
    }
}

#[test]
fn the_verbs_run_the_readme_s_commands() {
    let (readme, verbs) = (read("README.md"), read("justfile"));
    for command in ["cargo test --workspace", "cargo testfiesta test -p webshop"] {
        assert!(readme.contains(&format!("```sh\n{command}\n```")), "the README does not show `{command}`");
        assert!(verbs.lines().any(|line| line.trim() == command), "no verb runs `{command}`");
    }
}

#[test]
fn the_subcommand_works_from_a_clone() {
    assert!(read(".cargo/config.toml").contains("\ntestfiesta = \"run "), "the alias is gone");
}

#[test]
fn every_package_takes_what_the_workspace_says_once() {
    for package in PUBLISHED {
        let manifest = read(&format!("{package}/Cargo.toml"));
        let keys = ["version", "edition", "rust-version", "license", "repository", "keywords", "categories"];
        for key in keys {
            assert!(manifest.contains(&format!("\n{key}.workspace = true\n")), "{package}: {key}");
        }
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{package}: lints");
    }
}

#[test]
fn every_package_ships_licences_and_a_readme() {
    for package in PUBLISHED {
        for file in ["LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
            assert!(root().join(package).join(file).is_file(), "{package} has no {file}");
        }
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert_eq!(read(&format!("{package}/{licence}")), read(licence), "{package}: {licence}");
        }
    }
}

#[test]
fn no_source_is_longer_than_500_lines() {
    for source in all("rs") {
        let lines = fs::read_to_string(&source).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines: split it", source.display());
    }
}

#[test]
fn no_link_between_documents_is_broken() {
    for document in all("md") {
        let text = fs::read_to_string(&document).unwrap();
        for target in
            text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
        {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            assert!(path.exists(), "{}: {target}", document.display());
            let is_there = || anchors(&fs::read_to_string(&path).unwrap()).iter().any(|it| it == anchor);
            assert!(anchor.is_empty() || is_there(), "{}: {target}", document.display());
        }
    }
}

/// What a document's headings are linked as: in lower case, without punctuation, with hyphens for spaces.
fn anchors(document: &str) -> Vec<String> {
    // Every other part is code.
    let lines = document.split("```").step_by(2).flat_map(str::lines);
    let headings = lines.filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches(['#', ' ']));
    let kept = |heading: &str| {
        let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        heading.to_lowercase().chars().filter(is_kept).collect::<String>().replace(' ', "-")
    };
    headings.map(kept).collect()
}
