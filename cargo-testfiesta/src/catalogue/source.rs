//! What the sources of packages hold of tests, whether or not a test binary does.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use cargo_metadata::{Package, Target};
use syn::{Item, ItemFn, ItemMod, UseTree, visit::Visit};

use super::files::{self, SourceFile};

/// What our crate is called, unless a package renames it.
const OURS: &str = "testfiesta";

/// A test function in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Annotated {
    /// From the workspace's root, with `/` between directories.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) function: String,
    /// The function's name behind those of its modules.
    pub(crate) path: String,
    /// The attributes above ours, which act before it.
    above: Vec<String>,
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

fn look_into(name: &str, file: &SourceFile, names: &[String], found: &mut Sources) {
    let mut imports = Imports { names, found: Vec::new() };
    imports.visit_file(&file.syntax);
    let is_main = |item: &Item| matches!(item, Item::Fn(function) if function.sig.ident == "main");
    if file.module.is_empty() && found.main != Main::Ours && file.syntax.items.iter().any(is_main) {
        found.main = Main::Another;
    }
    let (imported, module) = (imports.found, file.module.clone());
    Finder { file: name, names, imported, module, found }.visit_file(&file.syntax);
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
        self.module.push(module.ident.to_string());
        syn::visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let mut above: Vec<String> = function.attrs.iter().map(|it| text(it.path())).collect();
        // `#[case(…)]` below `#[rstest]` is rstest's, whatever is imported.
        let is_rstest = above.iter().any(|path| path.ends_with("rstest"));
        let ours = function.attrs.iter().position(|it| {
            self.is_ours(it.path(), "case") && !(is_rstest && it.path().get_ident().is_some())
        });
        if ours.is_some() || above.iter().any(|path| runs_tests(path)) {
            above.truncate(ours.unwrap_or(0));
            let name = function.sig.ident.to_string();
            let path = self.module.iter().map(|module| format!("{module}::")).collect::<String>() + &name;
            let annotated = Annotated {
                file: self.file.to_owned(),
                line: function.sig.ident.span().start().line,
                function: name,
                path,
                above,
            };
            if ours.is_some() { &mut self.found.cases } else { &mut self.found.plain }.push(annotated);
        }
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        if self.is_ours(&called.path, "main") {
            self.found.main = Main::Ours;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Sources {
        let mut found = Sources::default();
        let file = SourceFile { module: Vec::new(), syntax: syn::parse_file(text).expect("Rust") };
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
