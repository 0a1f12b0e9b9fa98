//! The first test target, and its source.

use std::path::Path;

use anyhow::Result;
use cargo_metadata::Package;

use super::manifest::OURS;
use crate::catalogue::{self, Main};

/// What it is called, if it can be.
pub(super) const NAME: &str = "testfiesta";

/// A target that runs annotated tests already.
pub(super) fn existing<'p>(root: &Path, package: &'p Package) -> Result<Option<&'p str>> {
    for (target, sources) in catalogue::sources_of(root, package)? {
        if sources.main == Main::Ours
            && catalogue::brings_harness(package.manifest_path.as_std_path(), target)?
        {
            return Ok(Some(&target.name));
        }
    }
    Ok(None)
}

/// A name that no test target has, nor a file that might be one.
pub(super) fn free_name(package: &Package, directory: &Path) -> String {
    let is_taken = |name: &str| {
        let path = directory.join("tests").join(name);
        path.exists()
            || path.with_extension("rs").exists()
            || package.targets.iter().any(|target| target.is_test() && target.name == name)
    };
    let mut name = NAME.to_owned();
    for number in 2.. {
        if !is_taken(&name) {
            break;
        }
        name = format!("{NAME}_{number}");
    }
    name
}

const SOURCE: &str = r#"//! Tests whose outcomes are reported. `cargo testfiesta test` runs them, and `cargo test` as well.

// `#[testfiesta::case]` takes the place of `#[test]`. Without an id, as here, the case is created under one of its own.
// With an id, as in `#[testfiesta::case("TC-123")]`, the outcome arrives under that case.
/// A doc comment is the description of the test case.
#[testfiesta::case]
fn the_first_case_passes() {
    assert_eq!("fiesta".to_uppercase(), "FIESTA");
}

// A test may be `async` and may return a `Result`; `#[ignore]` and `#[should_panic]` work as usual:
//
// #[testfiesta::case("TC-124", name = "Adds an item", tags("smoke"))]
// #[ignore = "the warehouse has no sandbox"]
// async fn adds_an_item() -> Result<(), Box<dyn std::error::Error>> {
//     Ok(())
// }

// Runs the cases of this target. A plain `#[test]` would never run here: keep those in a target of their own.
testfiesta::main!();
"#;

/// The source, where our crate is called `krate`.
pub(super) fn source(krate: &str, needs_extern_crate: bool) -> String {
    let mut source = SOURCE.to_owned();
    if krate != OURS {
        source = source
            .replace("\n#[testfiesta::case]", "\n#[testfiesta::case(crate = testfiesta)]")
            .replace("(\"TC-123\")", "(\"TC-123\", crate = testfiesta)")
            .replace(", tags(\"smoke\"))", ", tags(\"smoke\"), crate = testfiesta)")
            .replace("testfiesta::", &format!("{krate}::"))
            .replace("crate = testfiesta", &format!("crate = {krate}"));
    }
    if needs_extern_crate {
        source = source.replacen("\n\n", &format!("\n\nextern crate {krate};\n\n"), 1);
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_of_another_name_is_called_by_it() {
        let source = source("tf", false);
        assert!(
            source.contains("\n#[tf::case(crate = tf)]\nfn ") && source.contains("\ntf::main!();"),
            "{source}"
        );
        assert!(!source.contains("testfiesta::"), "{source}");
    }
}
