//! The ids of an annotation, as they are recorded: `TC-1` for every service, or `testsigma=WEB-9` for one alone. No id has
//! a `=` in it, and one test has ids of one kind only. A test without an id is a case of its own.

/// The ids that are meant for a service, in the order written. They may be those of many tests.
pub fn of_service<'i, T: AsRef<str>>(ids: &'i [T], service: &str) -> impl Iterator<Item = &'i str> {
    ids.iter().filter_map(move |id| match id.as_ref().split_once('=') {
        None => Some(id.as_ref()),
        Some((name, id)) => (name == service).then_some(id),
    })
}

/// The external id of the case that a test without an id has of its own.
pub(crate) fn own(package: &str, module_path: &str, function: &str) -> String {
    format!("{package}::{module_path}::{function}")
}

/// How many results a test with these ids is, to every service: one for each id, or one for the test itself. Where
/// services have ids of their own, each has one.
pub(crate) fn results<T: AsRef<str>>(ids: &[T]) -> u64 {
    // Most tests have one id or none, and this is asked for every test.
    match ids {
        [] | [_] => 1,
        [first, ..] if first.as_ref().contains('=') => 1,
        ids => ids.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(service: &str, ids: &[&str]) -> String {
        of_service(ids, service).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_id_without_a_service_is_for_all() {
        assert_eq!(of("testsigma", &["TC-1", "TC-2"]), "TC-1 TC-2");
        assert_eq!(results(&["TC-1", "TC-2"]), 2);
    }

    #[test]
    fn each_service_has_its_own() {
        let ids = ["testfiesta=TC-1", "testsigma=WEB-9"];
        assert_eq!((of("testfiesta", &ids), of("testsigma", &ids)), ("TC-1".into(), "WEB-9".into()));
        assert_eq!(results(&ids), 1);
    }

    #[test]
    fn an_id_for_another_service_alone_is_none() {
        assert_eq!(of("testfiesta", &["testsigma=WEB-9"]), "");
        assert_eq!((results(&["testsigma=WEB-9"]), results::<&str>(&[])), (1, 1));
    }
}
