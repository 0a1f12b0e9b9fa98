//! The alphabet's order of many tests.

use super::Test;

/// The tests in the order of their names.
///
/// Merges what stands in order already, and tests mostly do for long stretches. The standard library's sorts are
/// generic, so a test binary, a debug build, has them unoptimised: with them, sorting 10,000 tests takes longer than
/// libtest takes to list them.
pub(super) fn sorted(mut tests: Vec<Test>) -> Vec<Test> {
    let mut merged = tests.clone();
    let mut ends = ends_of_runs(&tests);
    while ends.len() > 1 {
        let mut start = 0;
        let mut merged_ends = Vec::with_capacity(ends.len() / 2 + 1);
        for pair in ends.chunks(2) {
            let (middle, end) = (pair[0], pair[pair.len() - 1]);
            merge(&tests[start..middle], &tests[middle..end], &mut merged[start..end]);
            merged_ends.push(end);
            start = end;
        }
        std::mem::swap(&mut tests, &mut merged);
        ends = merged_ends;
    }
    tests
}

/// Where the stretches that are in order end.
fn ends_of_runs(tests: &[Test]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 1;
    while at < tests.len() {
        if !precedes(&tests[at - 1], &tests[at]) {
            ends.push(at);
        }
        at += 1;
    }
    ends.push(tests.len());
    ends
}

fn merge(left: &[Test], right: &[Test], into: &mut [Test]) {
    let (mut l, mut r) = (0, 0);
    while l + r < into.len() {
        let from_left = r == right.len() || (l < left.len() && precedes(&left[l], &right[r]));
        if from_left {
            into[l + r] = left[l];
            l += 1;
        } else {
            into[l + r] = right[r];
            r += 1;
        }
    }
}

fn precedes(a: &Test, b: &Test) -> bool {
    a.name.as_bytes().cmp(b.name.as_bytes()).is_le()
}

#[cfg(test)]
mod tests {
    use super::{Test, sorted};
    use crate::case::Case;

    static CASE: Case = Case::EXAMPLE;

    const NAMES: &[&str] = &["a", "a::b", "a_b", "b", "b::a", "b::ab", "b::b", "c", "c1", "c10", "c2"];

    fn assert_sorted(mut names: Vec<&'static str>) {
        let tests = names.iter().map(|name| Test { name, case: &CASE, ordinal: 0 }).collect();
        let ours: Vec<&str> = sorted(tests).iter().map(|test| test.name).collect();
        names.sort_unstable();
        assert_eq!(ours, names);
    }

    #[test]
    fn names_in_any_order_are_sorted() {
        for count in 0..NAMES.len() {
            // Their number is a prime: every stride visits each name once.
            for stride in 1..NAMES.len() {
                assert_sorted((0..count).map(|n| NAMES[n * stride % NAMES.len()]).collect());
            }
        }
    }

    #[test]
    fn a_name_that_comes_twice_stands_twice() {
        assert_sorted(vec!["b", "a", "b", "a"]);
    }
}
