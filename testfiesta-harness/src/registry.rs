//! The cases that were linked into this binary, under the names that libtest would give them.

use std::fmt;

use crate::case::{Case, Ignored, Registered};

/// A case and its name in this binary.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// `module::path::function`, without the crate when it is this target's own.
    pub(crate) name: String,
    pub(crate) case: &'static Case,
    /// Its place among the cases as they are linked: the same in every process of this executable.
    pub(crate) ordinal: u32,
}

impl Test {
    pub(crate) fn new(ordinal: u32, case: &'static Case, crate_name: &str) -> Self {
        Self { name: name_of(case, crate_name), case, ordinal }
    }

    pub(crate) fn is_ignored(&self) -> bool {
        self.case.ignored != Ignored::No
    }

    /// `#[ignore = "reason"]`
    pub(crate) fn ignore_reason(&self) -> Option<&'static str> {
        match self.case.ignored {
            Ignored::Because(reason) => Some(reason),
            Ignored::Yes | Ignored::No => None,
        }
    }
}

/// Two cases of this binary have the same name: neither could be selected, or reported, without the other.
#[derive(Debug)]
pub(crate) struct DuplicateName {
    name: String,
    places: [&'static Case; 2],
}

impl fmt::Display for DuplicateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.places;
        write!(
            f,
            "two tests are named `{}`: {} (package {}) and {} (package {}); rename one of them",
            self.name, first.location, first.package, second.location, second.package
        )
    }
}

/// All cases, sorted by name: link order is not defined.
pub(crate) fn all(crate_name: &str) -> Result<Vec<Test>, DuplicateName> {
    let mut tests: Vec<Test> =
        (0..).zip(cases()).map(|(ordinal, case)| Test::new(ordinal, case, crate_name)).collect();
    tests.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    match tests.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => {
            Err(DuplicateName { name: pair[0].name.clone(), places: places(pair[0].case, pair[1].case) })
        }
        None => Ok(tests),
    }
}

/// The one case of that name, and how many others there are. Neither sorts nor allocates for the others: a process
/// per test pays for this in every test.
pub(crate) fn single(crate_name: &str, name: &str) -> Result<(Option<Test>, usize), DuplicateName> {
    let mut found: Option<(u32, &'static Case)> = None;
    let mut others = 0;
    for (ordinal, case) in (0..).zip(cases()) {
        if !is_named(case, crate_name, name) {
            others += 1;
        } else if let Some((_, first)) = found.replace((ordinal, case)) {
            return Err(DuplicateName { name: name.to_owned(), places: places(first, case) });
        }
    }
    Ok((found.map(|(ordinal, case)| Test { name: name.to_owned(), case, ordinal }), others))
}

/// Every case that was linked into this binary, in the order of linking.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    inventory::iter::<Registered>.into_iter().map(|registered| registered.0)
}

fn places(a: &'static Case, b: &'static Case) -> [&'static Case; 2] {
    let key = |case: &Case| (case.location.file, case.location.line);
    if key(a) <= key(b) { [a, b] } else { [b, a] }
}

/// The module path as libtest shows it: without the crate, unless the case comes from another crate.
fn modules<'a>(case: &'a Case, crate_name: &str) -> &'a str {
    match case.module_path.strip_prefix(crate_name) {
        Some("") => "",
        Some(rest) => rest.strip_prefix("::").unwrap_or(case.module_path),
        None => case.module_path,
    }
}

fn name_of(case: &Case, crate_name: &str) -> String {
    match modules(case, crate_name) {
        "" => case.function.to_owned(),
        modules => [modules, "::", case.function].concat(),
    }
}

fn is_named(case: &Case, crate_name: &str, name: &str) -> bool {
    let Some(front) = name.strip_suffix(case.function) else { return false };
    match modules(case, crate_name) {
        "" => front.is_empty(),
        modules => front.strip_suffix("::") == Some(modules),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn case(module_path: &'static str, function: &'static str) -> Case {
        Case { module_path, function, ..Case::EXAMPLE }
    }

    fn assert_named(case: &Case, name: &str) {
        assert_eq!(name_of(case, "cart"), name);
        assert!(is_named(case, "cart", name));
    }

    #[test]
    fn a_test_at_the_root_is_named_like_its_function() {
        assert_named(&case("cart", "adds"), "adds");
    }

    #[test]
    fn modules_stand_before_the_function() {
        assert_named(&case("cart::deep::er", "adds"), "deep::er::adds");
    }

    #[test]
    fn a_case_of_another_crate_keeps_its_crate() {
        assert_named(&case("webshop::price", "rounds"), "webshop::price::rounds");
    }

    #[test]
    fn a_crate_whose_name_begins_alike_is_another_crate() {
        assert_named(&case("cartography::deep", "draws"), "cartography::deep::draws");
    }

    #[test]
    fn a_name_that_only_ends_alike_is_another_test() {
        assert!(!is_named(&case("cart", "adds"), "cart", "deep::adds"));
        assert!(!is_named(&case("cart::deep", "adds"), "cart", "adds"));
    }
}
