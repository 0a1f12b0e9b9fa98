//! Cases in a target that lacks `harness = false`: libtest runs them, and they are recorded all the same.

use std::panic;

use once_cell::sync::OnceCell;

use crate::{
    case::Case,
    execution::execute_here,
    nested,
    panics::Echo,
    registry::Test,
    session::Session,
    settings::Settings,
    target::{Target, TargetKind},
};

/// Runs a case as one ordinary test of libtest.
///
/// libtest says neither which test is the last nor when the process ends, so nothing is sent from here: outcomes stay
/// in the journal, from where `cargo testfiesta` delivers them.
///
/// # Panics
///
/// When the case failed: that is how libtest learns of it.
pub fn run_under_libtest(case: &'static Case, kind: TargetKind) {
    static SESSION: OnceCell<Option<Session>> = OnceCell::new();
    let crate_name = case.path.split("::").next().unwrap_or(case.path);
    let session = SESSION.get_or_init(|| {
        if nested::is_within_a_test() {
            return None;
        }
        let target = Target { crate_name, package: case.details().package, version: "", kind };
        let session = Session::record_only(target, Settings::load());
        session.say_where_only_recorded();
        Some(session)
    });
    let test = Test::new(0, case, crate_name);
    if let Some(session) = session {
        session.started([&test]);
    }
    // libtest captures what this thread prints, panics too, and has no limits.
    let mut attempt = execute_here(&test, Echo::ByLibtest, false, None, &|| ());
    if let Some(session) = session {
        session.scrub(&mut attempt);
        session.record(&test, std::slice::from_ref(&attempt));
        session.say_what_waits();
    }
    if let Some(failure) = attempt.outcome.failure() {
        if test.should_panic() {
            eprintln!("note: {}", failure.message);
        }
        // The reason stands above, where libtest captured it. A panic from here would have our place.
        panic::resume_unwind(Box::new(failure.rendered()));
    }
}
