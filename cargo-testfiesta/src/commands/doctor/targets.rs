//! Whether the annotated tests run under the harness.

use anyhow::Result;
use cargo_metadata::Metadata;

use super::Report;
use crate::catalogue;

pub(super) fn check(report: &mut Report, metadata: &Metadata) -> Result<()> {
    report.heading("Test targets")?;
    let root = metadata.workspace_root.as_std_path();
    let mut annotated = 0;
    for package in metadata.workspace_packages() {
        for (target, sources) in catalogue::sources_of(root, package)? {
            let cases = sources.cases.len();
            if cases == 0 {
                continue;
            }
            annotated += 1;
            let name = format!("{} of {}: {cases} annotated", target.name, package.name);
            if catalogue::brings_harness(package.manifest_path.as_std_path(), target)? {
                if !sources.calls_main {
                    let main = "no `testfiesta::main!();` is in its sources: a `main` of another kind runs none of them";
                    report.note(&format!("{name}, and {main}"))?;
                    continue;
                }
                report.ok(&name)?;
                for test in sources.plain {
                    report.problem(
                        &format!(
                            "{}:{}: `{}` never runs: with `harness = false` nothing knows its attribute",
                            test.file, test.line, test.function
                        ),
                        "Write `#[testfiesta::case]` in place of `#[test]`, or keep it in a target of its own",
                    )?;
                }
            } else {
                report.problem(
                    &format!("{name}, and no `harness = false`: outcomes are kept and not sent"),
                    &format!("Add `harness = false` to the target in {}", package.manifest_path),
                )?;
            }
        }
    }
    if annotated == 0 {
        report.note("no test is annotated with `#[testfiesta::case]`")?;
    }
    Ok(())
}
