//! Every form of a test, in a crate that allows neither warnings nor unsafe code.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

#[testfiesta::case]
fn no_id() {}

#[testfiesta::case()]
fn empty_parentheses() {}

#[testfiesta::case("TC-1")]
fn one_id() {}

#[testfiesta::case("TC-1", "suite/login#2",)]
fn several_ids() {}

#[testfiesta::case("TC-1", name = "Adds an item", tags("smoke", "api"))]
fn named_and_tagged() {}

#[testfiesta::case(tags("smoke"), name = r"Adds an item")]
fn options_without_id() {}

#[testfiesta::case("TC-1", timeout = "1m 30s")]
fn timed() {}

#[testfiesta::case("TC-1", retries = 0)]
fn never_retried() {}

#[testfiesta::case("TC-1", serial = "database")]
fn never_beside_its_group() {}

#[testfiesta::case(name = "All", tags("smoke"), timeout = "250ms", retries = 100, serial = "database", crate = testfiesta)]
fn with_every_option() {}

/// Described above,
#[testfiesta::case("TC-1")]
/// and below.
fn described() {}

#[testfiesta::case("TC-1")]
#[ignore]
fn ignored_below() {}

#[ignore = "needs a database"]
#[testfiesta::case("TC-1")]
fn ignored_above_with_reason() {}

#[testfiesta::case("TC-1")]
#[should_panic]
fn should_panic_below() {
    panic!()
}

#[should_panic(expected = "boom")]
#[testfiesta::case("TC-1")]
fn should_panic_above_with_message() {
    panic!("boom")
}

#[testfiesta::case("TC-1")]
#[should_panic = "boom"]
fn should_panic_in_the_short_form() {
    panic!("boom")
}

#[testfiesta::case("TC-1")]
async fn asynchronous() {
    std::future::ready(()).await
}

#[testfiesta::case("TC-1", flavor = "multi_thread")]
async fn asynchronous_on_several_threads() {}

#[testfiesta::case("TC-1", flavor = "current_thread")]
async fn asynchronous_on_one_thread() {}

#[testfiesta::case("TC-1")]
async fn asynchronous_and_fallible() -> Result<(), String> {
    Ok(())
}

#[testfiesta::case("TC-1")]
fn fallible() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

#[testfiesta::case("TC-1")]
fn fallible_with_a_hidden_error() -> Result<(), impl std::fmt::Debug> {
    Err::<(), _>("no")
}

#[testfiesta::case("TC-1")]
fn never_returning() -> ! {
    panic!()
}

#[testfiesta::case("TC-1")]
#[should_panic]
fn never_returning_as_it_should() -> ! {
    panic!()
}

#[testfiesta::case("TC-1")]
async fn asynchronous_and_never_returning() -> ! {
    panic!()
}

macro_rules! returning {
    ($output:ty: $name:ident) => {
        #[testfiesta::case("TC-1")]
        #[should_panic]
        fn $name() -> $output {
            panic!()
        }
    };
}

returning!(!: never_returning_says_a_macro);
returning!((): nothing_says_a_macro);

#[testfiesta::case("TC-1")]
const fn constant() {}

#[testfiesta::case("TC-1")]
#[deprecated]
fn deprecated() {}

#[testfiesta::case("TC-1")]
#[allow(unused_variables)]
fn keeps_other_attributes() {
    let unused = 1;
}

#[testfiesta::case("TC-1")]
fn r#match() {}

#[testfiesta::case("größe-1")]
fn größe() {}

#[testfiesta::case("TC-1")]
#[allow(non_snake_case)]
fn Shouted() {}

#[testfiesta::case("TC-1")]
fn type_() {}

#[testfiesta::case("TC-1")]
#[deprecated]
fn outdated() {}

mod nested {
    mod deeper {
        #[testfiesta::case("TC-1")]
        pub(crate) fn same_name_as_elsewhere() {}
    }

    #[testfiesta::case("TC-1")]
    fn same_name_as_elsewhere() {}
}

mod beside_a_module_of_the_same_name {
    mod cart {}

    #[testfiesta::case("TC-1")]
    fn cart() {}
}

fn main() {}
