//! What cargo does not say of a target, and its manifest does.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use cargo_metadata::Target;
use toml_span::Value;

/// Whether this target is built with `harness = false`: it brings a harness of its own.
pub(crate) fn brings_harness(manifest: &Path, target: &Target) -> Result<bool> {
    let shown = manifest.display();
    let text = fs::read_to_string(manifest).with_context(|| format!("{shown} cannot be read"))?;
    let document = toml_span::parse(&text).with_context(|| format!("{shown} is not valid TOML"))?;
    let is_off = |section: &Value<'_>| section.pointer("/harness").and_then(Value::as_bool) == Some(false);
    let among = |kind: &str| {
        let sections = document.pointer(kind).and_then(Value::as_array);
        let named = |section: &&Value<'_>| {
            section.pointer("/name").and_then(Value::as_str) == Some(target.name.as_str())
        };
        sections.is_some_and(|sections| sections.iter().filter(named).any(is_off))
    };
    Ok(if target.is_test() {
        among("/test")
    } else if target.is_bin() {
        among("/bin")
    } else if target.is_example() {
        among("/example")
    } else if target.is_bench() {
        among("/bench")
    } else {
        document.pointer("/lib").is_some_and(is_off)
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use cargo_metadata::MetadataCommand;

    use super::*;

    /// Whether the targets of a package with this manifest bring a harness, by name.
    fn bringing(sections: &str) -> Vec<(String, bool)> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| -> PathBuf { directory.path().join(name) };
        for name in ["src/lib.rs", "src/main.rs", "tests/cart.rs", "examples/demo.rs", "benches/speed.rs"] {
            fs::create_dir_all(path(name).parent().expect("a parent")).expect("made");
            fs::write(path(name), "fn main() {}").expect("written");
        }
        let manifest = format!("[package]\nname = \"shop\"\nedition = \"2024\"\n\n{sections}\n[workspace]\n");
        fs::write(path("Cargo.toml"), manifest).expect("written");
        let metadata = MetadataCommand::new().manifest_path(path("Cargo.toml")).no_deps().exec();
        let package = metadata.expect("metadata").packages.into_iter().next().expect("a package");
        let mut found: Vec<(String, bool)> = package
            .targets
            .iter()
            .map(|target| {
                let brings = brings_harness(package.manifest_path.as_std_path(), target).expect("an answer");
                (format!("{} {}", target.kind[0], target.name), brings)
            })
            .collect();
        found.sort();
        found
    }

    /// All targets, of which only this one brings a harness.
    fn only(brings: &str) -> Vec<(String, bool)> {
        let targets = ["bench speed", "bin shop", "example demo", "lib shop", "test cart"];
        targets.map(|target| (target.to_owned(), target == brings)).to_vec()
    }

    #[test]
    fn a_target_has_libtest_s_harness_unless_its_section_says_otherwise() {
        assert_eq!(bringing(""), only("none"));
        assert_eq!(bringing("[[test]]\nname = \"cart\"\nharness = true\n"), only("none"));
    }

    #[test]
    fn each_kind_of_target_has_a_section_of_its_own() {
        for (section, target) in [
            ("[lib]", "lib shop"),
            ("[[bin]]\nname = \"shop\"", "bin shop"),
            ("[[test]]\nname = \"cart\"", "test cart"),
            ("[[example]]\nname = \"demo\"", "example demo"),
            ("[[bench]]\nname = \"speed\"", "bench speed"),
        ] {
            assert_eq!(bringing(&format!("{section}\nharness = false\n")), only(target));
        }
    }
}
