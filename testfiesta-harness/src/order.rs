//! A merge sort, made once for all: see [`sorted`].

/// The items in the order that `precedes` puts them in, which says whether the first of two may stand before the second.
pub(crate) fn sorted<T: Clone>(items: &[T], precedes: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut sorted = Vec::with_capacity(items.len());
    for place in order(items.len(), &|one, other| precedes(&items[one], &items[other])) {
        sorted.push(items[place].clone());
    }
    sorted
}

/// The places of `count` items in their order.
///
/// Merges what stands in order already, and tests mostly do for long stretches. The standard library's sorts are
/// generic: a test binary, a debug build, has them unoptimised, and everybody compiles them for each type that is sorted.
/// With them, sorting 10,000 tests takes longer than libtest takes to list them.
fn order(count: usize, precedes: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut merged = places.clone();
    let mut ends = ends_of_runs(count, precedes);
    while ends.len() > 1 {
        let mut start = 0;
        let mut merged_ends = Vec::with_capacity(ends.len() / 2 + 1);
        for pair in ends.chunks(2) {
            let (middle, end) = (pair[0], pair[pair.len() - 1]);
            merge(&places[start..middle], &places[middle..end], &mut merged[start..end], precedes);
            merged_ends.push(end);
            start = end;
        }
        std::mem::swap(&mut places, &mut merged);
        ends = merged_ends;
    }
    places
}

/// Where the stretches that are in order end.
fn ends_of_runs(count: usize, precedes: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 1;
    while at < count {
        if !precedes(at - 1, at) {
            ends.push(at);
        }
        at += 1;
    }
    ends.push(count);
    ends
}

fn merge(left: &[usize], right: &[usize], into: &mut [usize], precedes: &dyn Fn(usize, usize) -> bool) {
    let (mut l, mut r) = (0, 0);
    while l + r < into.len() {
        let from_left = r == right.len() || (l < left.len() && precedes(left[l], right[r]));
        if from_left {
            into[l + r] = left[l];
            l += 1;
        } else {
            into[l + r] = right[r];
            r += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["a", "a::b", "a_b", "b", "b::a", "b::ab", "b::b", "c", "c1", "c10", "c2"];

    fn assert_sorted(mut names: Vec<&'static str>) {
        let ours = sorted(&names, |a, b| a <= b);
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
