//! Which test runs on this thread, or in this process.

use std::{cell::Cell, sync::Mutex};

use crate::{lock::locked, registry::Test};

thread_local! {
    /// The test whose thread this is.
    static OWN: Cell<Option<Test>> = const { Cell::new(None) };
}

/// The one test that runs in this process, where it is alone: all threads are its own.
static ALONE: Mutex<Option<Test>> = Mutex::new(None);

/// Lasts as long as the test does.
#[must_use]
pub(crate) struct AtWork {
    outer: Option<Test>,
    alone: bool,
}

/// `test` begins on this thread. `alone` says that it is the only one in this process now.
pub(crate) fn at_work(test: Test, alone: bool) -> AtWork {
    if alone {
        *locked(&ALONE) = Some(test);
    }
    // With one test thread the tests run inside the runner's own.
    AtWork { outer: OWN.replace(Some(test)), alone }
}

/// The test that this thread works for, if that is known.
pub(crate) fn current() -> Option<Test> {
    // A thread that ends has lost what was its own.
    OWN.try_with(Cell::get).ok().flatten().or_else(|| *locked(&ALONE))
}

/// What makes another thread work for the same test as this one.
#[cfg(feature = "tokio")]
pub(crate) fn inherit() -> impl Fn() {
    let test = current();
    move || OWN.set(test)
}

impl Drop for AtWork {
    fn drop(&mut self) {
        OWN.set(self.outer);
        if self.alone {
            *locked(&ALONE) = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Case;

    static CASE: Case = Case::EXAMPLE;

    fn test(ordinal: u32) -> Test {
        Test::new(ordinal, &CASE, "cart")
    }

    fn ordinal() -> Option<u32> {
        current().map(|test| test.ordinal)
    }

    #[test]
    fn a_thread_works_for_its_test_until_that_ends() {
        let outer = at_work(test(1), false);
        let inner = at_work(test(2), false);
        assert_eq!(ordinal(), Some(2));
        drop(inner);
        assert_eq!(ordinal(), Some(1));
        drop(outer);
        assert_eq!(ordinal(), None);
    }

    #[cfg(feature = "tokio")]
    #[test]
    fn a_thread_may_inherit_its_test() {
        let _test = at_work(test(3), false);
        let inherit = inherit();
        let heard = std::thread::spawn(move || {
            inherit();
            ordinal()
        });
        assert_eq!(heard.join().expect("a number"), Some(3));
    }
}
