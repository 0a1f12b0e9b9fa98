//! The tests and the cases, side by side: no network here.

use std::{
    collections::{HashMap, HashSet},
    fmt, ptr,
};

use testfiesta_harness::case_ids;

use super::{
    finding::{Finding, Kind},
    matching::{Held, Matching},
    named::Test,
};
use crate::{cli::Deny, say::count};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) findings: Vec<Finding>,
    /// How many ids are new though another source has a case of this external id.
    pub(super) of_another_source: usize,
    /// How many tests name no case.
    pub(super) without_id: usize,
    /// What becomes of them.
    pub(super) without_id_means: String,
    in_tests: usize,
    in_service: usize,
    covered: usize,
}

/// What tests call by one id.
struct Named<'t> {
    id: &'t str,
    /// None of an id that cannot be one of a case.
    key: Option<String>,
    tests: Vec<&'t Test>,
}

/// Cases by what they go by.
#[derive(Default)]
struct Cases<'h> {
    /// Their places among all.
    by_key: HashMap<String, Vec<usize>>,
    /// Of whatever source.
    by_external_id: HashMap<&'h str, &'h Held>,
}

impl<'h> Cases<'h> {
    fn of(matching: &Matching, held: &'h [Held]) -> Self {
        let mut cases = Self::default();
        for (at, case) in held.iter().enumerate() {
            if let Some(key) = matching.key_of(case) {
                cases.by_key.entry(key).or_default().push(at);
            }
            if let Some(id) = &case.external_id {
                cases.by_external_id.insert(id, case);
            }
        }
        cases
    }

    fn called(&self, named: &Named<'_>) -> &[usize] {
        named.key.as_ref().and_then(|key| self.by_key.get(key)).map_or(&[], Vec::as_slice)
    }
}

/// The ids that are meant for the service, in the order of the tests.
fn named<'t>(matching: &Matching, tests: &'t [Test]) -> Vec<Named<'t>> {
    let mut named: Vec<Named<'t>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for test in tests {
        for id in case_ids::of_service(&test.ids, matching.service()) {
            let key = matching.key(id);
            let at = *known.entry(key.clone().unwrap_or_else(|| id.to_owned())).or_insert(named.len());
            if at == named.len() {
                named.push(Named { id, key, tests: Vec::new() });
            }
            let tests = &mut named[at].tests;
            // By uid, two ids of one test may be the same case.
            if tests.last().is_none_or(|last| !ptr::eq(*last, test)) {
                tests.push(test);
            }
        }
    }
    named
}

/// The ids that no case has, of those that a case could have.
pub(super) fn missing<'t>(matching: &Matching, tests: &'t [Test], held: &[Held]) -> Vec<&'t str> {
    let cases = Cases::of(matching, held);
    let named = named(matching, tests).into_iter();
    named.filter(|it| it.key.is_some() && cases.called(it).is_empty()).map(|it| it.id).collect()
}

/// Compares what the tests name with what the service has.
pub(super) fn compare(matching: &Matching, tests: &[Test], held: &[Held]) -> Comparison {
    let cases = Cases::of(matching, held);
    let mut comparison = Comparison { in_service: held.len(), ..Comparison::default() };
    let mut is_covered = vec![false; held.len()];
    for named in named(matching, tests) {
        let found = cases.called(&named);
        found.iter().for_each(|&at| is_covered[at] = true);
        comparison.in_tests += 1;
        comparison.covered += usize::from(!found.is_empty());
        comparison.note(matching, &named, &cases, held);
    }
    comparison.note_those_without_id(matching, tests, held, &mut is_covered);
    for (case, _) in held.iter().zip(is_covered).filter(|(_, is_covered)| !is_covered) {
        let (id, title) = matching.uncovered(case);
        comparison.findings.push(Finding::new(Kind::Uncovered, id, title, &[]));
    }
    comparison.findings.sort_by_key(|finding| finding.kind);
    comparison
}

impl Comparison {
    /// Takes in what there is to say of an id.
    fn note(&mut self, matching: &Matching, named: &Named<'_>, cases: &Cases<'_>, held: &[Held]) {
        let mut tell = |kind, what| self.findings.push(Finding::new(kind, named.id, what, &named.tests));
        match cases.called(named) {
            [] => {
                let of_another_source = cases.by_external_id.get(named.id).copied();
                let (kind, what) = matching.without_case(named.id, of_another_source);
                tell(kind, what);
                self.of_another_source += usize::from(kind == Kind::New && of_another_source.is_some());
            }
            [_] => {}
            several => {
                let case = |at: &usize| format!("{} ({})", held[*at].number, held[*at].title);
                let cases: Vec<String> = several.iter().map(case).collect();
                tell(Kind::Ambiguous, format!("{} cases have it: {}", cases.len(), cases.join(", ")));
            }
        }
        if let several @ 2.. = named.tests.len() {
            let what = format!("{several} tests name it");
            self.findings.push(Finding::new(Kind::Duplicate, named.id, what, &named.tests));
        }
    }

    /// Takes in the tests that name no case of the service. By external id, TestFiesta has a case for each, or creates one.
    fn note_those_without_id(
        &mut self,
        matching: &Matching,
        tests: &[Test],
        held: &[Held],
        is_covered: &mut [bool],
    ) {
        let service = matching.service();
        let names_none = |test: &&Test| case_ids::of_service(&test.ids, service).next().is_none();
        let without: Vec<&Test> = tests.iter().filter(names_none).collect();
        self.without_id = without.len();
        let Matching::ExternalId { .. } = matching else {
            self.without_id_means = "their outcomes would be unmapped".to_owned();
            return;
        };
        let own: HashSet<&str> = without.iter().filter_map(|test| test.own_case.as_deref()).collect();
        let mut found = HashSet::new();
        for (case, is_covered) in held.iter().zip(is_covered) {
            if let Some(id) = matching.external_id_of(case).filter(|id| own.contains(id)) {
                found.insert(id);
                *is_covered = true;
            }
        }
        self.in_tests += own.len();
        self.covered += found.len();
        self.without_id_means = match own.len() - found.len() {
            0 => "each has a case of its own".to_owned(),
            new => format!("each has a case of its own, of which the next report creates {new}"),
        };
    }

    /// How many findings there are of a kind.
    fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|finding| finding.kind == kind).count()
    }

    /// What is wrong, or was denied, each with its number.
    pub(super) fn failures(&self, denied: &[Deny]) -> Vec<String> {
        let mut failures = Vec::new();
        for kind in Kind::ALL {
            let number = self.count(kind);
            if number > 0 && kind.fails(denied) {
                failures.push(format!("{number} {kind}"));
            }
        }
        if self.without_id > 0 && denied.contains(&Deny::WithoutId) {
            failures.push(format!("{} without an id", count(self.without_id, "test")));
        }
        failures
    }
}

/// The line that adds up: what the tests name is covered or unknown, and what the service has covered or uncovered.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { in_tests, in_service, covered, .. } = self;
        let duplicate = self.count(Kind::Duplicate) + self.count(Kind::Ambiguous);
        write!(
            f,
            "{} in the tests, {in_service} in the service: {covered} covered, {} unknown, {duplicate} duplicate, \
             {} uncovered",
            count(*in_tests, "case"),
            in_tests - covered,
            self.count(Kind::Uncovered),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(ids: &[&str], place: &str) -> Test {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        Test { ids, own_case: Some(format!("shop::{place}")), place: place.to_owned() }
    }

    fn case(number: &str, source: &str, external_id: &str) -> Held {
        let [external_id, source] = [external_id, source].map(|it| Some(it.to_owned()));
        Held { number: number.to_owned(), title: format!("title {number}"), external_id, source }
    }

    fn by_external_id() -> Matching {
        Matching::ExternalId { source: "ours".to_owned() }
    }

    fn lines(comparison: &Comparison) -> Vec<String> {
        comparison.findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_id_that_no_case_of_the_source_has_is_new_and_fails_only_where_that_is_denied() {
        let held = [case("1", "ours", "TC-1"), case("2", "hand", "TC-2")];
        let comparison = compare(&by_external_id(), &[test(&["TC-1", "TC-2"], "a.rs:1")], &held);
        let new = "new        TC-2  the source ours has no such case: the next report creates it, beside case 2 of \
                   the source hand  a.rs:1";
        assert_eq!(lines(&comparison), [new, "uncovered  2  title 2 (TC-2 of the source hand)"]);
        assert_eq!((comparison.failures(&[]).len(), comparison.of_another_source), (0, 1));
        assert_eq!(comparison.failures(&[Deny::New, Deny::Uncovered]), ["1 new", "1 uncovered"]);
    }

    #[test]
    fn an_id_that_several_cases_have_fails_and_one_that_several_tests_name_does_not() {
        let held = [case("1", "ours", "TC-1"), case("7", "ours", "TC-1"), case("2", "ours", "TC-2")];
        let tests = [test(&["TC-1", "TC-2"], "a.rs:1"), test(&["TC-2"], "b.rs:2")];
        let comparison = compare(&by_external_id(), &tests, &held);
        let ambiguous = "ambiguous  TC-1  2 cases have it: 1 (title 1), 7 (title 7)  a.rs:1";
        assert_eq!(lines(&comparison), [ambiguous, "duplicate  TC-2  2 tests name it  a.rs:1, b.rs:2"]);
        assert_eq!(comparison.failures(&[]), ["1 ambiguous"]);
        let sum = "2 cases in the tests, 3 in the service: 2 covered, 0 unknown, 2 duplicate, 0 uncovered";
        assert_eq!(comparison.to_string(), sum);
    }

    #[test]
    fn the_case_of_a_test_that_names_none_is_covered_by_external_id_alone() {
        let held = [case("1", "ours", "shop::a.rs:1"), case("2", "ours", "shop::gone")];
        let compared = |matching| compare(&matching, &[test(&[], "a.rs:1"), test(&[], "b.rs:1")], &held);
        let comparison = compared(by_external_id());
        let sum = "2 cases in the tests, 2 in the service: 1 covered, 1 unknown, 0 duplicate, 1 uncovered";
        assert_eq!(comparison.to_string(), sum);
        assert!(comparison.without_id_means.ends_with("creates 1"), "{comparison:?}");
        assert_eq!(comparison.failures(&[Deny::New]).len(), 0);
        assert_eq!(comparison.failures(&[Deny::WithoutId]), ["2 tests without an id"]);
        // By uid, none is created for them, nor found.
        let comparison = compared(Matching::Uid);
        let sum = "0 cases in the tests, 2 in the service: 0 covered, 0 unknown, 0 duplicate, 2 uncovered";
        assert_eq!(comparison.to_string(), sum);
        assert_eq!(comparison.without_id_means, "their outcomes would be unmapped");
        assert_eq!(comparison.failures(&[Deny::WithoutId]), ["2 tests without an id"]);
    }

    #[test]
    fn by_uid_the_number_counts() {
        let held = [case("12", "hand", "x"), case("13", "ours", "TC-99")];
        let tests = [test(&["TC-12", "UID-012", "TC-99", "checkout"], "a.rs:1")];
        let comparison = compare(&Matching::Uid, &tests, &held);
        let malformed =
            "malformed  checkout  does not end in a case's number: its outcomes would be unmapped  a.rs:1";
        let unknown = "unknown    TC-99  the project has no case 99: its outcomes would be unmapped  a.rs:1";
        assert_eq!(lines(&comparison), [malformed, unknown, "uncovered  13  title 13"]);
        assert_eq!(missing(&Matching::Uid, &tests, &held), ["TC-99"]);
        assert_eq!(comparison.failures(&[]), ["1 malformed", "1 unknown"]);
    }

    #[test]
    fn at_testsigma_an_id_of_another_project_is_told_from_one_that_is_not_there() {
        let matching = Matching::HumanId { prefix: "TC".to_owned() };
        let held = [Held { number: "TC-1".to_owned(), ..Held::default() }];
        let tests =
            [test(&["tc-1", "TC-2", "WEB-1", "checkout"], "a.rs:1"), test(&["testfiesta=X-1"], "b.rs:1")];
        let comparison = compare(&matching, &tests, &held);
        let kinds: Vec<Kind> = comparison.findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [Kind::Malformed, Kind::Foreign, Kind::Unknown]);
        assert_eq!((comparison.without_id, comparison.covered), (1, 1));
    }

    #[test]
    fn a_title_of_several_lines_is_one_line() {
        let held = [Held { title: "one\ntwo\u{1b}[1m".to_owned(), ..case("1", "ours", "TC-1") }];
        assert_eq!(lines(&compare(&by_external_id(), &[], &held)), ["uncovered  TC-1  one two [1m"]);
    }
}
