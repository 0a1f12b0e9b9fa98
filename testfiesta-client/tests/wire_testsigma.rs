//! Every shape in which Testsigma's answers were seen is read as the same thing (contract, sections 4 and 5).

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use testfiesta_client::testsigma::*;

/// "No value", as the service writes it: null, an empty text, or no key at all.
fn nothing() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![Just(None), Just(Some(Value::Null)), Just(Some(json!("")))]
}

/// What may stand where nobody promised anything.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A key of `data`, which goes by any name.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![Just("test_cases".to_owned()), Just("statuses".to_owned()), "[a-z_]{0,12}"]
}

fn object(members: Vec<(&str, Option<Value>)>) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_case_without_values_is_the_same_however_they_are_missing(
        fields in proptest::collection::vec(nothing(), 12)
    ) {
        let names = [
            "human_id", "title", "description", "template_type", "steps", "owner_id", "reviewer_id", "folder_id",
            "labels", "individual_steps", "created_at", "priority_id",
        ];
        let mut members: Vec<_> = names.into_iter().zip(fields).collect();
        members.push(("id", Some(json!("c1"))));
        let case: Case = serde_json::from_value(object(members)).unwrap();
        prop_assert_eq!(case, Case { id: "c1".into(), ..Case::default() });
    }

    #[test]
    fn a_run_without_values_is_the_same_however_they_are_missing(
        fields in proptest::collection::vec(nothing(), 10)
    ) {
        let names = [
            "title", "test_plan_id", "assignee_id", "environments", "labels", "closed_by", "end_date",
            "test_run_status_summary", "dynamic_selection_excluded_test_case_ids", "static_selection_filters",
        ];
        let mut members: Vec<_> = names.into_iter().zip(fields).collect();
        members.push(("id", Some(json!("r1"))));
        let run: Run = serde_json::from_value(object(members)).unwrap();
        prop_assert_eq!(run, Run { id: "r1".into(), ..Run::default() });
    }

    #[test]
    fn what_nobody_foresaw_costs_no_more_than_its_field(
        name in "[a-z_]{1,12}", strange in anything(), title in ".*"
    ) {
        prop_assume!(!["id", "title"].contains(&name.as_str()));
        let mut case = json!({ "id": "c1", "title": title });
        case[name] = strange;
        let read: Case = serde_json::from_value(case).unwrap();
        prop_assert_eq!(read.title, title);
    }

    #[test]
    fn every_field_of_a_run_may_be_anything_but_its_id(strange in proptest::collection::vec(anything(), 6)) {
        let names = ["status", "start_date", "labels", "static_selection_filters", "test_cases_count", "assignee_id"];
        let mut members: Vec<_> = names.into_iter().zip(strange.into_iter().map(Some)).collect();
        members.push(("id", Some(json!("r1"))));
        prop_assert!(serde_json::from_value::<Run>(object(members)).is_ok());
    }

    #[test]
    fn seconds_and_milliseconds_are_the_same_time(seconds in 1_i64..100_000_000_000) {
        let time = |number: i64| serde_json::from_value::<Time>(json!(number)).unwrap();
        prop_assert_eq!(time(seconds), Time::from_millis(seconds * 1000));
        prop_assume!(seconds * 1000 >= 100_000_000_000);
        prop_assert_eq!(time(seconds * 1000), Time::from_millis(seconds * 1000));
    }

    #[test]
    fn a_time_is_written_in_milliseconds_and_read_back(millis in 100_000_000_000_i64..10_000_000_000_000) {
        let written = serde_json::to_value(Time::from_millis(millis)).unwrap();
        prop_assert_eq!(&written, &json!(millis));
        prop_assert_eq!(serde_json::from_value::<Time>(written).unwrap().millis(), millis);
    }

    #[test]
    fn a_label_may_name_its_times_either_way(millis in 100_000_000_000_i64..10_000_000_000_000) {
        let expected = Label { id: "l1".into(), created_at: Some(Time::from_millis(millis)), ..Label::default() };
        for name in ["createdAt", "created_at"] {
            let mut label = json!({ "id": "l1" });
            label[name] = json!(millis);
            let case: Case = serde_json::from_value(json!({ "id": "c1", "labels": [label] })).unwrap();
            prop_assert_eq!(&case.labels, std::slice::from_ref(&expected));
        }
    }

    #[test]
    fn a_list_lies_under_any_name_with_any_message(
        name in key(), message in proptest::option::of(".*"), ids in proptest::collection::vec("[0-9a-f]{8}", 0..5)
    ) {
        let items: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        let answer = json!({ "message": message, "data": { name: items }, "page_info": { "page_size": 20 } });
        let listed: Listed<Case> = serde_json::from_value(answer).unwrap();
        prop_assert_eq!(listed.items.into_iter().map(|case| case.id).collect::<Vec<_>>(), ids);
    }

    #[test]
    fn a_thing_lies_under_any_name(name in key(), message in nothing()) {
        let answer = object(vec![("message", message), ("data", Some(json!({ name: { "id": "r1" } })))]);
        let Single(run) = serde_json::from_value::<Single<Run>>(answer).unwrap();
        prop_assert_eq!(run.id, "r1");
    }

    #[test]
    fn the_last_page_says_so_by_any_nothing(next in nothing(), prev in nothing()) {
        let info = object(vec![("page_size", Some(json!(20))), ("next", next), ("prev", prev)]);
        let info: PageInfo = serde_json::from_value(info).unwrap();
        prop_assert_eq!(info, PageInfo { page_size: 20, ..PageInfo::default() });
    }

    #[test]
    fn no_answer_is_read_as_what_it_is_not(strange in anything()) {
        // No panic, and nothing out of nothing.
        if let Ok(listed) = serde_json::from_value::<Listed<Case>>(strange.clone()) {
            prop_assert!(strange["data"].is_array() || strange["data"].is_object(), "{listed:?}");
        }
        let _ = serde_json::from_value::<Single<Run>>(strange);
    }
}

#[test]
fn users_come_without_a_key_and_without_pages() {
    let answer = json!({ "message": "", "data": [{ "id": "u1", "status": "active" }] });
    let listed: Listed<User> = serde_json::from_value(answer).unwrap();
    assert!(listed.items[0].is_active() && listed.page_info.is_none());
}

#[test]
fn users_may_come_as_documented_too() {
    let answer = json!({ "data": { "users": [{ "id": "u1", "status": "ACTIVE" }] }, "page_info": { "total_count": 1 } });
    let listed: Listed<User> = serde_json::from_value(answer).unwrap();
    assert!(listed.items[0].is_active());
    assert_eq!(listed.page_info.and_then(|info| info.total_count), Some(1));
}

#[test]
fn data_with_two_keys_is_not_guessed_at() {
    let answer = json!({ "data": { "test_run": { "id": "r1" }, "test_case": { "id": "c1" } } });
    assert!(serde_json::from_value::<Single<Run>>(answer).is_err());
}

#[test]
fn a_list_of_nothing_may_be_null() {
    let listed: Listed<Case> = serde_json::from_value(json!({ "data": { "test_cases": null } })).unwrap();
    assert_eq!(listed.items, []);
}

#[test]
fn an_import_is_read_in_either_case() {
    let status = |word: &str| {
        serde_json::from_value::<Import>(json!({ "id": "i1", "status": word, "details": null }))
            .unwrap()
            .status
    };
    let words = ["in_progress", "COMPLETED", "failed", "queued"].map(status);
    use ImportStatus::{Completed, Failed, InProgress, Pending};
    assert_eq!(words, [InProgress, Completed, Failed, Pending]);
}

#[test]
fn a_new_run_says_what_the_contract_wants() {
    let run = CreateRun::of("nightly 7", "p1", vec!["c1".into(), "c2".into()]);
    let expected = json!({
        "title": "nightly 7", "project_id": "p1", "status": "ACTIVE", "selection_type": "STATIC",
        "static_selection_filters": [{ "field": "id", "operator": "IN", "values": ["c1", "c2"] }],
        "dynamic_selection_filters": []
    });
    assert_eq!(serde_json::to_value(run).unwrap(), expected);
}

#[test]
fn a_change_says_nothing_of_what_stays() {
    assert_eq!(
        serde_json::to_value(UpdateRun::status(RunStatus::Closed)).unwrap(),
        json!({ "status": "CLOSED" })
    );
}
