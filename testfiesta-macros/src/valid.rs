//! The rules, beyond grammar.

use crate::{
    args::Args,
    attr::{Marks, ShouldPanic},
    function::Function,
    id,
    mistakes::Mistakes,
};
use std::collections::HashSet;
use syn::{FnArg, LitStr, ReturnType, Safety, Type};

/// Adds a mistake for each rule that is broken.
pub(crate) fn check(args: &Args, marks: &Marks, function: &Function, mistakes: &mut Mistakes) {
    check_args(args, mistakes);
    check_signature(function, mistakes);
    check_flavor_is_of_an_async_function(args, function, mistakes);
    check_returns_nothing_if_it_should_panic(marks, function, mistakes);
}

fn check_args(args: &Args, mistakes: &mut Mistakes) {
    for id in &args.ids {
        if let Some(complaint) = id::complaint(&id.value()) {
            mistakes.add(id, complaint);
        }
    }
    for (_, id) in &args.service_ids {
        if let Some(complaint) = id::complaint(&id.value()) {
            mistakes.add(id, complaint);
        }
    }
    if let ([_, second, ..], [(key, id), ..]) = (&*args.ids, &*args.service_ids) {
        let form = format!("`#[testfiesta::case(\"TC-1\", {} = {:?})]`", key.word(), id.value());
        mistakes.add(
            second,
            format_args!("beside an id for one service there is one id for the others, as in {form}"),
        );
    }
    for id in repeated(&args.ids) {
        mistakes.add(id, format_args!("the case id {:?} is given twice: remove one", id.value()));
    }
    if let Some(name) = args.name.as_ref().filter(|name| is_blank(name)) {
        mistakes.add(name, "the name is empty: write one, as in `name = \"Adds an item\"`, or remove it");
    }
    for tag in args.tags.iter().filter(|tag| is_blank(tag)) {
        mistakes.add(tag, "the tag is empty: write one, as in `tags(\"smoke\", \"api\")`, or remove it");
    }
    for tag in repeated(&args.tags) {
        mistakes.add(tag, format_args!("the tag {:?} is given twice: remove one", tag.value()));
    }
    if let Some(group) = args.serial.as_ref().filter(|group| is_blank(group)) {
        mistakes
            .add(group, "the serial group is empty: name one, as in `serial = \"database\"`, or remove it");
    }
}

fn check_signature(function: &Function, mistakes: &mut Mistakes) {
    let sig = &function.sig;
    // Some of ours stand nearer to the test's call than the test does.
    if sig.ident.to_string().to_ascii_lowercase().starts_with("__testfiesta_") {
        mistakes.add(
            &sig.ident,
            "names that begin with `__testfiesta_` are those of generated code: rename this test",
        );
    }
    if let Safety::Unsafe(keyword) = &sig.safety {
        mistakes.add(
            keyword,
            "a test is a safe function: remove `unsafe`, and write an `unsafe` block inside it",
        );
    }
    if let Some(abi) = &sig.abi {
        mistakes.add(abi, "a test is called by Rust: remove the `extern`");
    }
    if !sig.generics.params.is_empty() {
        let message =
            "a test is not generic, as in `fn adds_an_item() { … }`: call a generic function from it";
        mistakes.add(&sig.generics, message);
    }
    if let Some(FnArg::Receiver(receiver)) = sig.inputs.first() {
        mistakes
            .add(receiver, "a test is a free function, not a method: move it out of the `impl` or `trait`");
    } else if !sig.inputs.is_empty() {
        mistakes.add(&sig.inputs, "a test takes no arguments, as in `fn adds_an_item() { … }`");
    }
    if !function.has_body() {
        mistakes.add(&sig.ident, "a test is a function with a body, as in `fn adds_an_item() { … }`");
    }
}

fn check_flavor_is_of_an_async_function(args: &Args, function: &Function, mistakes: &mut Mistakes) {
    if let (Some(word), None) = (&args.flavor_word, &function.sig.asyncness) {
        mistakes
            .add(word, "`flavor` chooses the runtime of an `async fn`, which this is not: remove it, or write `async fn`");
    }
}

/// libtest refuses it too: a returned `Err` would be no panic. What never returns can do nothing but panic.
fn check_returns_nothing_if_it_should_panic(marks: &Marks, function: &Function, mistakes: &mut Mistakes) {
    if let ReturnType::Type(_, output) = &function.sig.output
        && !is_unit(output)
        && !function.never_returns()
        && !matches!(marks.should_panic, ShouldPanic::No)
    {
        mistakes.add(&function.sig.output, "a test with `#[should_panic]` returns `()`: remove this");
    }
}

fn is_unit(output: &Type) -> bool {
    match output {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        // What a `macro_rules!` passes on comes wrapped.
        Type::Group(group) => is_unit(&group.elem),
        _ => false,
    }
}

fn is_blank(string: &LitStr) -> bool {
    string.value().trim().is_empty()
}

fn repeated(strings: &[LitStr]) -> impl Iterator<Item = &LitStr> {
    let mut seen = HashSet::new();
    strings.iter().filter(move |string| !seen.insert(string.value()))
}
