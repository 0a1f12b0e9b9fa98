//! The ids of an annotation, as they are recorded: `TC-1` for every service, `testsigma=WEB-9` for one alone, in place of
//! the others. No id has a `=` in it.

/// The ids that are meant for a service, in the order written.
pub fn of_service<'i, T: AsRef<str>>(ids: &'i [T], service: &str) -> impl Iterator<Item = &'i str> {
    let own = ids.iter().find_map(|id| id.as_ref().strip_prefix(service)?.strip_prefix('='));
    let common = ids.iter().map(AsRef::as_ref).filter(move |id| own.is_none() && !id.contains('='));
    own.into_iter().chain(common)
}

/// Of the ids of many tests, those that may be meant for a service.
pub fn for_service<'i>(ids: &'i [&'i str], service: &str) -> impl Iterator<Item = &'i str> {
    ids.iter().filter_map(move |id| match id.split_once('=') {
        None => Some(*id),
        Some((name, id)) => (name == service).then_some(id),
    })
}

/// How many results a test with these ids is, to every service: one for each id, or one for the test itself. Where a
/// service has an id of its own there is no more than one for the others.
pub fn results<T: AsRef<str>>(ids: &[T]) -> u64 {
    // Most tests have one id or none, and this is asked for every test.
    match ids {
        [] | [_] => 1,
        ids if ids.iter().any(|id| id.as_ref().contains('=')) => 1,
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
    fn a_service_s_own_id_takes_the_place_of_the_others() {
        let ids = ["TC-1", "testsigma=WEB-9"];
        assert_eq!((of("testfiesta", &ids), of("testsigma", &ids)), ("TC-1".into(), "WEB-9".into()));
        assert_eq!(results(&ids), 1);
    }

    #[test]
    fn of_many_tests_those_of_other_services_are_left_out() {
        let ids = ["TC-1", "testsigma=WEB-9", "testfiesta=SHOP-1"];
        assert_eq!(for_service(&ids, "testsigma").collect::<Vec<_>>(), ["TC-1", "WEB-9"]);
    }

    #[test]
    fn an_id_for_another_service_alone_is_none() {
        assert_eq!(of("testfiesta", &["testsigma=WEB-9"]), "");
        assert_eq!((results(&["testsigma=WEB-9"]), results::<&str>(&[])), (1, 1));
    }
}
