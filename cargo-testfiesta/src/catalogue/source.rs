//! What the sources of packages hold of tests, whether or not a test binary does.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use cargo_metadata::{Package, Target};
use proc_macro2::{Delimiter, TokenTree};
use syn::{
    Attribute, Ident, Item, ItemFn, ItemMacro, ItemMod, UseTree,
    parse::{Parse, ParseStream, Parser},
    visit::Visit,
};

use super::{
    files::{self, SourceFile},
    ids::ids,
    tokens::{attributes, beginning_of_function, next, skip_body},
};

/// What our crate is called, unless a package renames it.
const OURS: &str = "testfiesta";

/// The macro that makes a test for libtest of every function in it.
const QUICKCHECK: &str = "quickcheck";

/// A test function in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Annotated {
    /// From the workspace's root, with `/` between directories.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) function: String,
    /// The function's name behind those of its modules.
    pub(crate) path: String,
    /// As they are written, and `testsigma=WEB-9` for one service alone.
    pub(crate) ids: Vec<String>,
    /// The attributes above ours, which act before it.
    above: Vec<String>,
    /// The macro in a call of which it is written, by its last name.
    within: Option<String>,
    /// A `#[cfg]` of it or of a module around it, as in `cfg(windows)`.
    condition: Option<String>,
}

/// File and line of a test function. Targets may share modules, under several names.
pub(crate) type Place<'s> = (&'s str, usize);

impl Annotated {
    pub(crate) fn place(&self) -> Place<'_> {
        (&self.file, self.line)
    }

    /// The attribute above ours that makes a test for libtest of the function. Where libtest is not, rustc drops that.
    pub(crate) fn hidden_by(&self) -> Option<&str> {
        self.above.iter().map(String::as_str).find(|path| runs_tests(path))
    }

    /// The attribute above ours that keeps tests apart within one process. (Below ours it is an error.)
    pub(crate) fn serial_in_vain(&self) -> Option<&str> {
        let is_static =
            |path: &&str| matches!(path.trim_start_matches("serial_test::"), "serial" | "parallel");
        self.above.iter().map(String::as_str).find(is_static)
    }

    /// The `#[cfg]` that may leave it out, as in `cfg(windows)`.
    pub(crate) fn condition(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    /// Whether a macro may give the function another name, or put it into a module.
    pub(crate) fn is_in_a_macro_call(&self) -> bool {
        self.within.is_some()
    }

    /// Whether it is a property of `quickcheck!`, which puts a `#[test]` above all that is written there.
    pub(crate) fn is_of_quickcheck(&self) -> bool {
        self.within.as_deref() == Some(QUICKCHECK)
    }
}

/// What the source files of a target hold of tests.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Functions with our attribute.
    pub(crate) cases: Vec<Annotated>,
    /// Functions that are tests to libtest, and to libtest alone.
    pub(crate) plain: Vec<Annotated>,
    pub(crate) main: Main,
}

/// What `main` a target has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Main {
    /// Our `main!` is called.
    Ours,
    /// A function that is written there.
    Another,
    /// None that can be seen: another macro may make it.
    #[default]
    Unseen,
}

/// What each target of this package could hold.
pub(crate) fn sources_of<'p>(root: &Path, package: &'p Package) -> Result<Vec<(&'p Target, Sources)>> {
    let names = names(package);
    let read = |target: &'p Target| {
        let mut found = Sources::default();
        if can_hold_tests(target) {
            for (path, file) in files::from(target.src_path.as_std_path())? {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                look_into(&name, &file, &names, &mut found);
            }
        }
        Ok((target, found))
    };
    package.targets.iter().map(read).collect()
}

fn can_hold_tests(target: &Target) -> bool {
    // cargo tests the others, too, where they are named.
    target.test || !(target.is_custom_build() || target.is_example() || target.is_bench())
}

/// What this package calls our crate.
fn names(package: &Package) -> Vec<String> {
    let ours = package.dependencies.iter().filter(|it| it.name == OURS);
    let renamed = ours.filter_map(|it| Some(it.rename.as_ref()?.replace('-', "_")));
    renamed.chain([OURS.to_owned()]).collect()
}

/// Every annotated function that a test target of a package with these sources could hold. What one of those that were
/// `left_out` may hold is not among them, since nobody looked there.
pub(crate) fn annotated<'s>(
    sources: &'s [(&Target, Sources)],
    left_out: &[&Target],
) -> BTreeMap<Place<'s>, &'s Annotated> {
    let all = sources.iter().flat_map(|(_, sources)| &sources.cases);
    let mut cases: BTreeMap<_, _> = all.map(|case| (case.place(), case)).collect();
    for (target, sources) in sources {
        // Every target may mention the library.
        if left_out.contains(target) || (!left_out.is_empty() && is_library(target)) {
            for case in &sources.cases {
                cases.remove(&case.place());
            }
        }
    }
    cases
}

pub(crate) fn is_library(target: &Target) -> bool {
    !(target.is_bin()
        || target.is_test()
        || target.is_example()
        || target.is_bench()
        || target.is_custom_build())
}

/// Whether its `main` is that of a program that people use.
pub(crate) fn is_program(target: &Target) -> bool {
    target.is_bin() || target.is_example()
}

fn look_into(name: &str, file: &SourceFile, names: &[String], found: &mut Sources) {
    let mut imports = Imports { names, found: Vec::new() };
    imports.visit_file(&file.syntax);
    let is_main = |item: &Item| matches!(item, Item::Fn(function) if function.sig.ident == "main");
    if file.module.is_empty() && found.main != Main::Ours && file.syntax.items.iter().any(is_main) {
        found.main = Main::Another;
    }
    let (imported, module, conditions) = (imports.found, file.module.clone(), file.conditions.clone());
    Finder { file: name, names, imported, module, conditions, within: None, found }.visit_file(&file.syntax);
}

/// What is ours among the names that a file imports.
struct Imports<'a> {
    names: &'a [String],
    /// Each name with what we call it.
    found: Vec<(String, String)>,
}

impl Imports<'_> {
    /// `front` is what stands before the last `::`.
    fn take(&mut self, tree: &UseTree, front: Option<&syn::Ident>) {
        let is_ours = front.is_some_and(|front| self.names.iter().any(|name| front == name));
        match tree {
            UseTree::Path(path) => self.take(&path.tree, Some(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.take(tree, front)),
            UseTree::Name(it) if is_ours => self.found.push((it.ident.to_string(), it.ident.to_string())),
            UseTree::Rename(it) if is_ours => self.found.push((it.rename.to_string(), it.ident.to_string())),
            UseTree::Glob(_) if is_ours => {
                self.found.extend(["case", "main"].map(|name| (name.to_owned(), name.to_owned())));
            }
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.take(&item.tree, None);
    }
}

struct Finder<'a> {
    file: &'a str,
    names: &'a [String],
    imported: Vec<(String, String)>,
    module: Vec<String>,
    /// Those of the modules.
    conditions: Vec<String>,
    /// The macro in a call of which it looks.
    within: Option<String>,
    found: &'a mut Sources,
}

impl Finder<'_> {
    /// Whether a path means `name` of our crate.
    fn is_ours(&self, path: &syn::Path, name: &str) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        match segments.as_slice() {
            [only] => self.imported.iter().any(|(local, ours)| only == local && ours == name),
            [.., front, last] => self.names.contains(front) && last == name,
            [] => false,
        }
    }

    /// Keeps a function if it is a test.
    fn take(&mut self, attributes: &[Attribute], name: &Ident) {
        let mut above: Vec<String> = attributes.iter().map(|it| text(it.path())).collect();
        // `#[case(…)]` below `#[rstest]` is rstest's, whatever is imported.
        let is_rstest = above.iter().any(|path| path.ends_with("rstest"));
        let ours = attributes.iter().position(|it| {
            self.is_ours(it.path(), "case") && !(is_rstest && it.path().get_ident().is_some())
        });
        let of_quickcheck = self.within.as_deref() == Some(QUICKCHECK);
        if ours.is_none() && !of_quickcheck && !above.iter().any(|path| runs_tests(path)) {
            return;
        }
        above.truncate(ours.unwrap_or(0));
        if of_quickcheck {
            above.insert(0, "test".to_owned());
        }
        let function = name.to_string();
        let path = self.module.iter().map(|module| format!("{module}::")).collect::<String>() + &function;
        let (file, line) = (self.file.to_owned(), name.span().start().line);
        let condition = files::conditions(attributes).pop().or_else(|| self.conditions.last().cloned());
        let within = self.within.clone();
        let ids = ours.map(|ours| ids(&attributes[ours])).unwrap_or_default();
        let annotated = Annotated { file, line, function, path, ids, above, within, condition };
        if ours.is_some() { &mut self.found.cases } else { &mut self.found.plain }.push(annotated);
    }

    /// Looks among the tokens of a macro call for what reads as a function, a module or another call. What the macro makes
    /// of all else, nobody can tell.
    fn look_among(&mut self, tokens: ParseStream<'_>) -> syn::Result<()> {
        // As `cfg_if!` has them: of what stands in the next braces, and of those that are `else`.
        let mut conditions = Vec::new();
        while !tokens.is_empty() {
            if let Some((attributes, name)) = next(tokens, beginning_of_function) {
                self.take(&attributes, &name);
                skip_body(tokens);
            } else if let Some(module) = next(tokens, ItemMod::parse) {
                self.visit_item_mod(&module);
            } else if let Some(called) = next(tokens, ItemMacro::parse) {
                self.visit_item_macro(&called);
            } else if let Some(attributes) = next(tokens, attributes) {
                conditions = files::conditions(&attributes);
            } else if let TokenTree::Group(group) = tokens.parse()?
                && group.delimiter() == Delimiter::Brace
            {
                let outside = self.conditions.len();
                self.conditions.extend_from_slice(&conditions);
                (|tokens: ParseStream<'_>| self.look_among(tokens)).parse2(group.stream())?;
                self.conditions.truncate(outside);
            }
        }
        Ok(())
    }
}

/// As the macro, which refuses them below itself: what makes a `#[test]` of a function, as `#[tokio::test]`.
fn runs_tests(path: &str) -> bool {
    matches!(path.rsplit("::").next(), Some("test" | "rstest" | "test_case"))
}

fn text(path: &syn::Path) -> String {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    segments.join("::")
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let outside = self.conditions.len();
        self.module.push(module.ident.to_string());
        self.conditions.extend(files::conditions(&module.attrs));
        syn::visit::visit_item_mod(self, module);
        self.conditions.truncate(outside);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.take(&function.attrs, &function.sig.ident);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        let called = &item.mac;
        if self.is_ours(&called.path, "main") {
            self.found.main = Main::Ours;
            return;
        }
        // What `macro_rules!` defines is a pattern, not yet a test.
        let Some(last) = called.path.segments.last().filter(|_| item.ident.is_none()) else { return };
        let around = self.within.replace(last.ident.to_string());
        // It takes whatever there is.
        let _ = (|tokens: ParseStream<'_>| self.look_among(tokens)).parse2(called.tokens.clone());
        self.within = around;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Sources {
        let mut found = Sources::default();
        let file = SourceFile {
            module: Vec::new(),
            conditions: Vec::new(),
            syntax: syn::parse_file(text).expect("Rust"),
        };
        look_into("src/lib.rs", &file, &["tf".to_owned(), OURS.to_owned()], &mut found);
        found
    }

    fn names(tests: Vec<Annotated>) -> String {
        Vec::from_iter(tests.into_iter().map(|test| test.path)).join(" ")
    }

    fn cases(text: &str) -> String {
        names(sources(text).cases)
    }

    #[test]
    fn a_crate_that_was_renamed_is_ours() {
        assert_eq!(cases("#[tf::case(crate = tf)] fn adds() {}"), "adds");
        assert_eq!(cases("use tf::case; #[case(crate = tf)] fn adds() {}"), "adds");
    }

    #[test]
    fn an_annotated_function_is_found_with_its_line() {
        let found = sources("\n#[testfiesta::case(\"TC-1\")]\nfn adds() {}\n").cases;
        assert_eq!(found[0].place(), ("src/lib.rs", 3));
    }

    #[test]
    fn functions_in_modules_are_found() {
        assert_eq!(cases("mod deep { #[testfiesta::case] async fn adds() {} }"), "deep::adds");
    }

    #[test]
    fn an_imported_attribute_is_known() {
        for import in [
            "testfiesta::case",
            "::testfiesta::case",
            "testfiesta::{attach, case}",
            "testfiesta::*",
            "{company::testfiesta::case}",
        ] {
            assert_eq!(cases(&format!("use {import}; #[case] fn adds() {{}}")), "adds", "{import}");
        }
        assert_eq!(cases("use testfiesta::case as tested; #[tested] fn adds() {}"), "adds");
    }

    #[test]
    fn another_crate_s_attribute_of_that_name_is_not_ours() {
        let rstest = "#[rstest] #[case(1)] fn adds(#[case] n: u8) {}";
        for import in ["", "use testfiesta::attach;", "use testfiesta::*;", "use rstest::case;"] {
            assert_eq!(cases(&format!("{import} {rstest}")), "", "{import}");
        }
        assert_eq!(cases("use testfiesta::attach; #[case] fn adds() {}"), "");
    }

    #[test]
    fn a_test_of_libtest_alone_is_told_from_a_case() {
        let text = "#[test] fn a() {} #[tokio::test] async fn b() {} #[rstest] #[case(1)] fn c(n: u8) {} \
                    #[test_case(1)] fn d(n: u8) {} #[tested] fn e() {} #[testfiesta::case] fn f() {}";
        assert_eq!((names(sources(text).plain), cases(text)), ("a b c d".to_owned(), "f".to_owned()));
    }

    #[test]
    fn tests_in_a_macro_call_are_found() {
        let text = "proptest::proptest! { #![config(8)] #[test] fn a(n in 0u8..9) { if n > 1 {} } \
                    #[testfiesta::case] pub(crate) fn b(n in 0u8..9) {} fn helper() { #[test] fn no() {} } } \
                    cfg_if! { if #[cfg(unix)] { mod deep { #[test] #[ignore] async unsafe fn c() {} } } else {} } \
                    all! { proptest! { #[test] fn d() {} } testfiesta::main!(); }";
        let found = sources(text);
        assert_eq!((names(found.plain), names(found.cases)), ("a deep::c d".to_owned(), "b".to_owned()));
        assert_eq!(found.main, Main::Ours);
    }

    #[test]
    fn what_may_leave_a_test_out_is_known_within_a_macro_call() {
        let text = "cfg_if! { if #[cfg(unix)] { #[test] fn a() {} mod deep { #[test] fn b() {} } } \
                    else { #[test] #[cfg(windows)] fn c() {} #[test] fn d() {} } #[test] fn e() {} }";
        let found = sources(text).plain;
        let conditions: Vec<_> = found.iter().map(Annotated::condition).collect();
        let unix = Some("cfg(unix)");
        assert_eq!(conditions, [unix, unix, Some("cfg(windows)"), unix, None]);
    }

    #[test]
    fn what_a_macro_may_make_a_test_of_is_none() {
        for text in [
            "macro_rules! tests { ($name:ident) => { #[test] fn $name() {} #[test] fn fixed() {} } }",
            "tests! { #[test] fn [<a $b>]() {} } tests! { #[test] adds } tests!(fn adds() {});",
            "fn adds() { tests! { #[test] fn within() {} } } const ADDS: Tokens = quote! { #[test] fn a() {} };",
        ] {
            let Sources { plain, cases, .. } = sources(text);
            assert_eq!(names(plain) + &names(cases), "", "{text}");
        }
    }

    #[test]
    fn every_function_of_quickcheck_is_a_test_of_libtest() {
        let call = "fn a(n: u8) -> bool { true } #[testfiesta::case] fn b(n: u8) -> bool { true }";
        for name in ["quickcheck", "quickcheck::quickcheck"] {
            let Sources { plain, cases, .. } = sources(&format!("{name}! {{ {call} }}"));
            assert_eq!(cases[0].hidden_by(), Some("test"));
            assert_eq!((names(plain), names(cases)), ("a".to_owned(), "b".to_owned()));
        }
    }

    #[test]
    fn what_stands_above_our_attribute_is_known() {
        let text = "#[inline] #[test] #[testfiesta::case] fn a() {} #[serial_test::serial] #[testfiesta::case] fn b() {}";
        let found = sources(text).cases;
        assert_eq!((found[0].hidden_by(), found[1].hidden_by()), (Some("test"), None));
        assert_eq!(
            (found[0].serial_in_vain(), found[1].serial_in_vain()),
            (None, Some("serial_test::serial"))
        );
    }

    #[test]
    fn the_nearest_condition_is_known() {
        let text = "#[cfg(test)] mod tests { #[testfiesta::case] fn a() {} } #[cfg(unix)] mod unix { \
                    #[testfiesta::case] fn b() {} #[cfg(all(test, feature = \"c\"))] #[testfiesta::case] fn c() {} \
                    mod deep { #![cfg(target_os = \"none\")] #[testfiesta::case] fn d() {} } } \
                    all! { #[cfg(windows)] #[testfiesta::case] fn e() {} } #[testfiesta::case] fn f() {}";
        let found = sources(text).cases;
        let conditions = Vec::from_iter(found.iter().map(|case| case.condition().unwrap_or("-")));
        let expected = [
            "-",
            "cfg(unix)",
            "cfg(all(test, feature = \"c\"))",
            "cfg(target_os = \"none\")",
            "cfg(windows)",
            "-",
        ];
        assert_eq!(conditions, expected);
    }

    #[test]
    fn our_main_is_known_by_its_crate() {
        for (text, main) in [
            ("testfiesta::main!();", Main::Ours),
            ("use testfiesta::main; main!();", Main::Ours),
            ("criterion::main!();", Main::Unseen),
            ("fn main() {}", Main::Another),
            ("mod deep { fn main() {} }", Main::Unseen),
        ] {
            assert_eq!(sources(text).main, main, "{text}");
        }
    }
}
