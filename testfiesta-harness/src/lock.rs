//! Mutexes of values that are whole whenever nobody holds them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. That another thread panicked while it held the lock is that thread's affair: the tests of this process panic
/// all day, and their outcomes are still to be kept.
pub(crate) fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
