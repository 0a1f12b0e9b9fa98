//! What `#[testfiesta::case]` writes down, read back from the registry.
//!
//! This file is a target of libtest, so each case also runs there as an ordinary test, through its companion.

use std::time::Duration;
use testfiesta::__private::{Body, Case, Details, ShouldPanic, inventory};

fn cases_named(function: &str) -> Vec<&'static Case> {
    inventory::iter::<Case>().filter(|case| case.function() == function).collect()
}

fn case_named(function: &str) -> &'static Case {
    match cases_named(function)[..] {
        [case] => case,
        ref others => panic!("{} cases are named {function}", others.len()),
    }
}

fn details_of(function: &str) -> Details {
    case_named(function).details()
}

/// Adds an item.
///
///   1. indented
#[testfiesta::case("TC-1", "TC-2", name = "Adds an item", tags("smoke", "api"))]
/// Below the attribute.
fn fully_described() {}

#[test]
fn ids_keep_their_order() {
    assert_eq!(details_of("fully_described").ids, ["TC-1", "TC-2"]);
}

#[test]
fn the_name_is_the_title() {
    assert_eq!(details_of("fully_described").title, Some("Adds an item"));
}

#[test]
fn tags_keep_their_order() {
    assert_eq!(details_of("fully_described").tags, ["smoke", "api"]);
}

#[test]
fn the_description_is_the_doc_comment_without_its_margin() {
    let description = "Adds an item.\n\n  1. indented\nBelow the attribute.";
    assert_eq!(details_of("fully_described").description, description);
}

#[testfiesta::case]
/**
 * Adds an item.
 *
 * Twice.
 */
fn described_in_a_block() {}

#[test]
fn a_block_comment_loses_its_stars() {
    assert_eq!(details_of("described_in_a_block").description, "Adds an item.\n\nTwice.");
}

#[testfiesta::case]
#[doc = concat!("Adds ", "an item.")]
/// Twice.
fn described_by_a_macro() {}

#[test]
fn a_description_may_come_from_a_macro() {
    assert_eq!(details_of("described_by_a_macro").description, "Adds an item.\nTwice.");
}

#[testfiesta::case]
fn bare() {}

#[test]
fn nothing_is_recorded_that_was_not_written() {
    let case = details_of("bare");
    let recorded = (case.ids, case.title, case.tags, case.description, case.ignore_reason, case.should_panic);
    let nothing: (&[&str], _, &[&str], _, _, _) = (&[], None, &[], "", None, ShouldPanic::No);
    assert_eq!(recorded, nothing);
}

#[test]
fn how_a_test_runs_is_left_open_unless_written() {
    let case = details_of("bare");
    assert_eq!((case.timeout, case.retries, case.serial), (None, None, None));
}

#[testfiesta::case("TC-1", testsigma = "WEB-9")]
fn under_another_id_elsewhere() {}

#[test]
fn where_services_have_their_own_ids_each_is_recorded_with_its_service() {
    assert_eq!(details_of("under_another_id_elsewhere").ids, ["testfiesta=TC-1", "testsigma=WEB-9"]);
}

#[testfiesta::case(timeout = "1m 30s", retries = 2, serial = "database")]
fn runs_as_told() {}

#[test]
fn a_timeout_is_the_sum_of_its_units() {
    assert_eq!(details_of("runs_as_told").timeout, Some(Duration::from_secs(90)));
}

#[test]
fn the_number_of_retries_is_recorded() {
    assert_eq!(details_of("runs_as_told").retries, Some(2));
}

#[test]
fn the_serial_group_is_recorded() {
    assert_eq!(details_of("runs_as_told").serial, Some("database"));
}

mod nested {
    pub(super) mod deeper {
        #[testfiesta::case]
        fn in_a_module() {}
    }
}

#[test]
fn the_module_path_begins_with_the_crate() {
    assert_eq!(case_named("in_a_module").module_path(), "case_record::nested::deeper");
}

#[test]
fn the_package_is_the_one_compiled() {
    assert_eq!(details_of("bare").package, "testfiesta");
}

#[rustfmt::skip]
#[testfiesta::case]
#[allow(dead_code)]
pub(crate) fn far_below_its_attribute() {}
const LINE_AFTER_FAR_BELOW: u32 = line!();

#[test]
fn the_location_is_that_of_the_functions_name() {
    let expected = (file!(), LINE_AFTER_FAR_BELOW - 1, "pub(crate) fn ".len() as u32 + 1);
    assert_eq!(details_of("far_below_its_attribute").location.parts(), expected);
}

#[testfiesta::case]
fn r#match() {}

#[test]
fn a_raw_identifier_is_recorded_with_its_prefix() {
    assert_eq!(case_named("r#match").module_path(), "case_record");
}

#[ignore]
#[testfiesta::case]
fn ignored_above() {}

#[testfiesta::case]
#[ignore = "needs a database"]
fn ignored_with_a_reason() {}

#[test]
fn ignore_is_recorded_with_its_reason() {
    let recorded = ["ignored_above", "ignored_with_a_reason"]
        .map(|function| (case_named(function).ignored, details_of(function).ignore_reason));
    assert_eq!(recorded, [(true, None), (true, Some("needs a database"))]);
}

#[should_panic]
#[testfiesta::case]
fn panics_above() {
    panic!("boom")
}

#[testfiesta::case]
#[should_panic(expected = "boom")]
fn panics_with_a_message() {
    panic!("boom")
}

#[testfiesta::case]
#[should_panic = "boom"]
fn panics_with_a_message_in_the_short_form() {
    panic!("boom")
}

#[test]
fn should_panic_is_recorded_with_its_message() {
    let recorded = ["panics_above", "panics_with_a_message", "panics_with_a_message_in_the_short_form"]
        .map(|function| details_of(function).should_panic);
    let with_message = ShouldPanic::WithMessage("boom");
    assert_eq!(recorded, [ShouldPanic::Yes, with_message, with_message]);
}

#[testfiesta::case]
#[cfg(not(test))]
fn switched_off_below() {}

#[cfg(not(test))]
#[testfiesta::case]
fn switched_off_above() {}

#[test]
fn a_function_that_is_switched_off_is_not_registered() {
    let registered = ["switched_off_below", "switched_off_above"].map(|function| cases_named(function).len());
    assert_eq!(registered, [0, 0]);
}

#[testfiesta::case("TC-1")]
#[cfg(test)]
#[cfg_attr(test, ignore = "under this condition")]
#[cfg_attr(not(test), should_panic)]
fn under_conditions() {}

#[test]
fn conditional_attributes_are_decided_before_they_are_recorded() {
    let case = details_of("under_conditions");
    assert_eq!((case.ignore_reason, case.should_panic), (Some("under this condition"), ShouldPanic::No));
}

macro_rules! cases {
    ($($(#[$attr:meta])* $vis:vis $name:ident: $id:literal, $title:expr => $body:block)*) => {
        $(
            #[testfiesta::case($id, name = $title)]
            $(#[$attr])*
            $vis fn $name() -> ::core::result::Result<(), ::std::string::String> $body
        )*
    };
}

cases! {
    /// From a macro.
    #[ignore = "reason"]
    first_of_a_macro: "TC-1", "First" => { Ok(()) }
    pub(crate) second_of_a_macro: "TC-2", "Second" => { Ok(()) }
}

#[test]
fn functions_that_a_macro_makes_are_recorded_as_if_written_out() {
    let case = details_of("first_of_a_macro");
    let recorded = (case.ids, case.title, case.description, case.ignore_reason);
    let expected: (&[&str], _, _, _) = (&["TC-1"], Some("First"), "From a macro.", Some("reason"));
    assert_eq!(recorded, expected);
}

macro_rules! registered {
    ($item:item) => {
        #[testfiesta::case("TC-1")]
        $item
    };
}

registered! {
    fn passed_to_a_macro_whole() {}
}

#[test]
fn an_item_that_a_macro_passes_on_is_recorded() {
    assert_eq!(details_of("passed_to_a_macro_whole").ids, ["TC-1"]);
}

mod my_crate {
    pub(crate) use ::testfiesta;

    macro_rules! register {
        ($name:ident) => {
            #[$crate::my_crate::testfiesta::case("TC-1", crate = $crate::my_crate::testfiesta)]
            #[cfg(test)]
            fn $name() {}
        };
    }
    pub(crate) use register;
}

my_crate::register!(through_a_reexport);

#[test]
fn a_reexport_may_be_named_as_the_crate() {
    assert_eq!(details_of("through_a_reexport").ids, ["TC-1"]);
}

#[testfiesta::case]
fn returns_nothing() {}

#[testfiesta::case]
fn returns_a_result() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

#[test]
fn a_function_is_called_for_what_it_returns() {
    let returned = ["returns_nothing", "returns_a_result"].map(|function| match details_of(function).body {
        Body::Plain(body) => {
            body();
            Ok(())
        }
        Body::Returning(body) => body(),
        Body::Async(..) => panic!("{function} is not async"),
    });
    assert_eq!(returned, [Ok(()), Ok(())]);
}

#[testfiesta::case]
#[ignore = "fails: its error is what is looked at"]
fn returns_an_error() -> Result<(), std::num::ParseIntError> {
    "x".parse::<u8>().map(drop)
}

#[test]
fn a_returned_error_is_rendered_as_libtest_renders_it() {
    let Body::Returning(body) = details_of("returns_an_error").body else { panic!("it returns something") };
    let error = body().expect_err("an error");
    assert_eq!(error.text, "Error: ParseIntError { kind: InvalidDigit }");
    assert_eq!(error.chain, ["invalid digit found in string"]);
}

#[testfiesta::case]
#[should_panic(expected = "boom")]
fn never_returns() -> ! {
    panic!("boom")
}

#[test]
fn a_function_that_never_returns_panics_as_itself() {
    let Body::Returning(body) = details_of("never_returns").body else { panic!("it is called for its type") };
    let panicked = std::panic::catch_unwind(body).expect_err("a panic");
    assert_eq!(panicked.downcast_ref(), Some(&"boom"));
}

/// Names that generated code might use as well.
#[allow(dead_code, non_snake_case, non_upper_case_globals)]
mod common_names {
    static details: u8 = 1;
    const error: u8 = 2;

    #[testfiesta::case(name = "Beside a static and a constant", retries = 2)]
    #[ignore = "fails: its error is what is looked at"]
    fn beside_common_names() -> Result<(), std::num::ParseIntError> {
        "x".parse::<u8>().map(drop)
    }

    #[testfiesta::case]
    #[ignore = "fails: its error is what is looked at"]
    fn CASE() -> Result<(), std::num::ParseIntError> {
        "x".parse::<u8>().map(drop)
    }
}

#[test]
fn names_of_the_user_s_are_not_mistaken_for_those_of_generated_code() {
    for function in ["beside_common_names", "CASE"] {
        let Body::Returning(body) = details_of(function).body else { panic!("it returns something") };
        assert_eq!(body().expect_err("an error").chain, ["invalid digit found in string"]);
    }
}

#[cfg(feature = "tokio")]
mod asynchronous {
    use super::details_of;
    use testfiesta::__private::{Body, Flavor};

    #[testfiesta::case]
    async fn waits() {
        std::future::ready(()).await
    }

    #[test]
    fn an_async_function_keeps_to_one_thread() {
        assert!(matches!(details_of("waits").body, Body::Async(_, Flavor::CurrentThread)));
    }

    #[testfiesta::case(flavor = "multi_thread")]
    async fn waits_on_several_threads() {}

    #[testfiesta::case(flavor = "current_thread")]
    async fn waits_on_one_thread() {}

    #[test]
    fn an_async_function_may_choose_its_flavor() {
        let bodies =
            ["waits_on_several_threads", "waits_on_one_thread"].map(|function| details_of(function).body);
        assert!(matches!(
            bodies,
            [Body::Async(_, Flavor::MultiThread), Body::Async(_, Flavor::CurrentThread)]
        ));
    }
}

/// It compiles: neither the record nor what libtest runs switches a lint off.
mod strict {
    #![forbid(dead_code, deprecated, non_snake_case, unused)]

    #[testfiesta::case]
    fn stands_where_lints_are_forbidden() {}
}

#[test]
fn a_case_is_registered_where_lints_are_forbidden() {
    assert_eq!(
        case_named("stands_where_lints_are_forbidden").path,
        "case_record::strict::stands_where_lints_are_forbidden"
    );
}
