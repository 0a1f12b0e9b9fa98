//! The alphabet's order of many tests.

use super::Test;

/// The tests in the order of their names.
///
/// A bottom-up merge sort. The standard library's sorts are generic, so a test binary, a debug build, has them
/// unoptimised: with them, sorting 10,000 tests takes longer than libtest takes to list them.
pub(super) fn sorted(mut tests: Vec<Test>) -> Vec<Test> {
    let mut merged = tests.clone();
    let mut width = 1;
    while width < tests.len() {
        let mut start = 0;
        while start < tests.len() {
            let middle = tests.len().min(start + width);
            let end = tests.len().min(middle + width);
            merge(&tests[start..middle], &tests[middle..end], &mut merged[start..end]);
            start = end;
        }
        std::mem::swap(&mut tests, &mut merged);
        width *= 2;
    }
    tests
}

fn merge(left: &[Test], right: &[Test], into: &mut [Test]) {
    // Tests of one module often stand in order already.
    if right.is_empty() || precedes(&left[left.len() - 1], &right[0]) {
        let (front, back) = into.split_at_mut(left.len());
        front.copy_from_slice(left);
        back.copy_from_slice(right);
        return;
    }
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
