//! The cases that were linked into this binary, under the names that libtest would give them.

use std::fmt;

use crate::{
    case::{Case, ShouldPanic},
    order::sorted,
};

/// A case and its name in this binary.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Test {
    /// `module::path::function`, without the crate when it is this target's own.
    pub(crate) name: &'static str,
    pub(crate) case: &'static Case,
    /// Its place among the cases as they are linked: the same in every process of this executable.
    pub(crate) ordinal: u32,
}

impl Test {
    pub(crate) fn new(ordinal: u32, case: &'static Case, crate_name: &str) -> Self {
        let within = case.path.strip_prefix(crate_name).and_then(|rest| rest.strip_prefix("::"));
        Self { name: within.unwrap_or(case.path), case, ordinal }
    }

    pub(crate) fn is_ignored(&self) -> bool {
        self.case.ignored
    }

    /// `#[should_panic]`, with a message or without.
    pub(crate) fn should_panic(&self) -> bool {
        !matches!(self.case.details().should_panic, ShouldPanic::No)
    }

    /// `#[ignore = "reason"]`
    pub(crate) fn ignore_reason(&self) -> Option<&'static str> {
        self.case.details().ignore_reason
    }
}

/// Two cases of this binary have the same name: neither could be selected, or reported, without the other.
#[derive(Debug)]
pub(crate) struct DuplicateName {
    name: &'static str,
    places: [&'static Case; 2],
}

impl fmt::Display for DuplicateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = (self.places[0].details(), self.places[1].details());
        write!(
            f,
            "two tests are named `{}`: {} (package {}) and {} (package {}); rename one of them",
            self.name, first.location, first.package, second.location, second.package
        )
    }
}

/// All cases, sorted by name: link order is not defined.
pub(crate) fn all(crate_name: &str) -> Result<Vec<Test>, DuplicateName> {
    let mut tests: Vec<Test> = Vec::new();
    for case in inventory::iter::<Case> {
        tests.push(Test::new(tests.len() as u32, case, crate_name));
    }
    // The registry is a list that grows at its head: backwards, it is nearer to the source's order.
    tests.reverse();
    let tests = sorted(&tests, |one, other| one.name.as_bytes() <= other.name.as_bytes());
    match tests.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => Err(duplicate(pair[0], pair[1])),
        None => Ok(tests),
    }
}

/// The one case of that name, and how many others there are. Neither sorts nor allocates for the others: a process
/// per test pays for this in every test.
pub(crate) fn single(crate_name: &str, name: &str) -> Result<(Option<Test>, usize), DuplicateName> {
    // A name is a path, with the crate or without. Lengths and last bytes rule out most tests without a look at the
    // rest, and little else costs so little in a debug build.
    let (whole, within) = (name.len(), crate_name.len() + "::".len() + name.len());
    let [before_last, last] = match *name.as_bytes() {
        [.., before_last, last] => [before_last, last],
        [last] => [b':', last],
        [] => return Ok((None, cases().count())),
    };
    let mut found: Option<Test> = None;
    let mut others = 0_u32;
    for case in inventory::iter::<Case> {
        let path = case.path.as_bytes();
        let length = path.len();
        let may_be_it = (length == within || length == whole)
            && length > 1
            && path[length - 1] == last
            && path[length - 2] == before_last
            && Test::new(0, case, crate_name).name == name;
        if !may_be_it {
            others += 1;
            continue;
        }
        // All that came before it were others.
        let test = Test::new(others, case, crate_name);
        if let Some(first) = found.replace(test) {
            return Err(duplicate(first, test));
        }
    }
    Ok((found, others as usize))
}

/// Every case that was linked into this binary, in the order of linking: its place in it is a test's ordinal.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    inventory::iter::<Case>.into_iter()
}

fn duplicate(a: Test, b: Test) -> DuplicateName {
    let key = |case: &Case| case.details().location.parts();
    let places = if key(a.case) <= key(b.case) { [a.case, b.case] } else { [b.case, a.case] };
    DuplicateName { name: a.name, places }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn case(path: &'static str) -> Case {
        Case { path, ..Case::EXAMPLE }
    }

    fn name_of(case: &'static Case) -> &'static str {
        Test::new(0, case, "cart").name
    }

    #[test]
    fn a_test_at_the_root_is_named_like_its_function() {
        static CASE: Case = case("cart::adds");
        assert_eq!(name_of(&CASE), "adds");
    }

    #[test]
    fn modules_stand_before_the_function() {
        static CASE: Case = case("cart::deep::er::adds");
        assert_eq!(name_of(&CASE), "deep::er::adds");
    }

    #[test]
    fn a_case_of_another_crate_keeps_its_crate() {
        static CASE: Case = case("webshop::price::rounds");
        assert_eq!(name_of(&CASE), "webshop::price::rounds");
    }

    #[test]
    fn a_crate_whose_name_begins_alike_is_another_crate() {
        static CASE: Case = case("cartography::deep::draws");
        assert_eq!(name_of(&CASE), "cartography::deep::draws");
    }
}
