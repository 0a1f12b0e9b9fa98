//! A library, a program, an example, an integration test and a benchmark that are all named after their package, with a test
//! of one name in each.

use std::collections::BTreeSet;

use crate::support::{Crate, Service, subcommand};

const PASSES: &str = "#[testfiesta::case]\nfn adds() {}\n";
const FAILS: &str = "fn main() {}\n\n#[cfg(test)]\n#[testfiesta::case]\nfn adds() { panic!(\"too much\") }\n";

#[test]
fn each_has_a_result_and_a_case_of_its_own() {
    let name = "end-to-end-namesakes";
    let passes = &format!("{PASSES}\ntestfiesta::main!();\n");
    let namesakes = Crate::new(name)
        .library(&format!("#[cfg(test)]\n{PASSES}"))
        .program(FAILS)
        .test("end_to_end_namesakes", passes)
        .other("bench", "benches", "end_to_end_namesakes", passes)
        .other("example", "examples", "end_to_end_namesakes", passes);
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let command = subcommand(&["test", "--no-fail-fast"]).current_dir(&namesakes.written());
    let command = command.envs(service.settings()).env("TESTFIESTA_DIR", data.path());
    command.run().with_code(101).says(&["5 executed = 5 confirmed"]);
    assert_eq!(
        service.verdicts(),
        ["adds: failed", "adds: passed", "adds: passed", "adds: passed", "adds: passed"]
    );
    let cases: BTreeSet<_> = service.cases().into_iter().map(|case| case.external_id).collect();
    let expected = ["", "bin/", "example/", "test/", "bench/"]
        .map(|kind| format!("{name}::{kind}end_to_end_namesakes::adds"));
    assert_eq!(cases, expected.map(Some).into());
}
