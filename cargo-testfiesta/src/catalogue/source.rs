//! What the sources of packages hold of tests, whether or not a test binary does.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cargo_metadata::{Package, Target};
use syn::{Attribute, Expr, ExprLit, Item, ItemFn, Lit, visit::Visit};

/// What our crate is called, unless a package renames it.
const OURS: &str = "testfiesta";

/// A test function in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Annotated {
    /// From the workspace's root, with `/` between directories.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) function: String,
}

/// What the source files of a target hold of tests.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Functions with our attribute.
    pub(crate) cases: Vec<Annotated>,
    /// Functions that are tests to libtest, and to libtest alone.
    pub(crate) plain: Vec<Annotated>,
    /// Whether our `main!` is called.
    pub(crate) calls_main: bool,
}

/// What each target of this package could hold: of its library, programs and tests.
pub(crate) fn sources_of<'p>(root: &Path, package: &'p Package) -> Result<Vec<(&'p Target, Sources)>> {
    let names = names(package);
    let read = |target| {
        let mut files = BTreeSet::new();
        collect_target(root, target, &mut files)?;
        Ok((target, in_files(root, files, &names)?))
    };
    package.targets.iter().map(read).collect()
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
) -> BTreeSet<&'s Annotated> {
    // Targets may share modules.
    let (mut cases, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for (target, sources) in sources {
        cases.extend(&sources.cases);
        // Every target may mention the library.
        if left_out.contains(target) || (!left_out.is_empty() && is_library(target)) {
            elsewhere.extend(&sources.cases);
        }
    }
    &cases - &elsewhere
}

fn is_library(target: &Target) -> bool {
    !(target.is_bin()
        || target.is_test()
        || target.is_example()
        || target.is_bench()
        || target.is_custom_build())
}

fn in_files(root: &Path, files: BTreeSet<PathBuf>, names: &[String]) -> Result<Sources> {
    let mut found = Sources::default();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        look_into(&name, &read(&file)?, names, &mut found);
    }
    Ok(found)
}

/// The source files of a target, if it can hold tests.
fn collect_target(root: &Path, target: &Target, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    if target.is_custom_build() || target.is_example() || target.is_bench() {
        return Ok(());
    }
    let file = target.src_path.as_std_path();
    collect(file, file.parent().unwrap_or(root), files)
}

/// A source file and those of its modules, which lie in `directory`.
fn collect(file: &Path, directory: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    if !files.insert(file.to_owned()) {
        return Ok(());
    }
    // What does not parse does not compile either.
    let Ok(syntax) = syn::parse_file(&read(file)?) else { return Ok(()) };
    for (module, within) in modules(&syntax.items, file, directory) {
        collect(&module, &within, files)?;
    }
    Ok(())
}

/// The files of the modules that are declared here, and where the modules within them lie.
fn modules(items: &[Item], file: &Path, directory: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for item in items {
        let Item::Mod(module) = item else { continue };
        let within = directory.join(module.ident.to_string().trim_start_matches("r#"));
        if let Some((_, items)) = &module.content {
            found.extend(modules(items, file, &within));
            continue;
        }
        let named = module.attrs.iter().find_map(path_attribute);
        let named = named.and_then(|path| Some(file.parent()?.join(path)));
        let candidates = [named, Some(within.with_extension("rs")), Some(within.join("mod.rs"))];
        // A module that `#[cfg]` leaves out need not be there.
        if let Some(path) = candidates.into_iter().flatten().find(|path| path.is_file()) {
            found.push((path, within));
        }
    }
    found
}

/// The text of `#[path = "…"]`.
fn path_attribute(attribute: &Attribute) -> Option<String> {
    let pair = attribute.meta.require_name_value().ok().filter(|pair| pair.path.is_ident("path"))?;
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn look_into(file: &str, text: &str, names: &[String], found: &mut Sources) {
    let Ok(syntax) = syn::parse_file(text) else { return };
    let imported = names.iter().any(|name| text.contains(&format!("use {name}::")));
    Finder { file, names, imported, found }.visit_file(&syntax);
}

struct Finder<'a> {
    file: &'a str,
    names: &'a [String],
    imported: bool,
    found: &'a mut Sources,
}

impl Finder<'_> {
    /// Whether a path means `name` of our crate.
    fn is_ours(&self, path: &syn::Path, name: &str) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        match segments.as_slice() {
            [only] => self.imported && only == name,
            [.., front, last] => self.names.contains(front) && last == name,
            [] => false,
        }
    }
}

/// `#[test]`, and the attributes of that name which other crates have, as `#[tokio::test]`.
fn is_test(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == "test")
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let has = |is: &dyn Fn(&syn::Path) -> bool| function.attrs.iter().any(|it| is(it.path()));
        let (is_case, is_plain) = (has(&|path| self.is_ours(path, "case")), has(&is_test));
        if is_case || is_plain {
            let annotated = Annotated {
                file: self.file.to_owned(),
                line: function.sig.ident.span().start().line,
                function: function.sig.ident.to_string(),
            };
            if is_case { &mut self.found.cases } else { &mut self.found.plain }.push(annotated);
        }
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.found.calls_main |= self.is_ours(&called.path, "main");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Sources {
        let mut found = Sources::default();
        look_into("src/lib.rs", text, &["tf".to_owned(), OURS.to_owned()], &mut found);
        found
    }

    fn functions(text: &str) -> Vec<String> {
        sources(text).cases.into_iter().map(|case| case.function).collect()
    }

    #[test]
    fn a_crate_that_was_renamed_is_ours() {
        assert_eq!(functions("#[tf::case(crate = tf)] fn adds() {}"), ["adds"]);
        assert_eq!(functions("use tf::case; #[case(crate = tf)] fn adds() {}"), ["adds"]);
    }

    #[test]
    fn an_annotated_function_is_found_with_its_line() {
        let text = "\n#[testfiesta::case(\"TC-1\")]\nfn adds() {}\n";
        assert_eq!(
            sources(text).cases,
            [Annotated { file: "src/lib.rs".into(), line: 3, function: "adds".into() }]
        );
    }

    #[test]
    fn functions_in_modules_are_found() {
        assert_eq!(functions("mod deep { #[testfiesta::case] async fn adds() {} }"), ["adds"]);
    }

    #[test]
    fn an_imported_attribute_is_known() {
        assert_eq!(functions("use testfiesta::case; #[case] fn adds() {}"), ["adds"]);
    }

    #[test]
    fn another_crate_s_attribute_of_that_name_is_not_ours() {
        assert_eq!(functions("#[rstest] #[case(1)] fn adds(#[case] n: u8) {}"), Vec::<String>::new());
    }

    #[test]
    fn a_test_of_libtest_alone_is_told_from_a_case() {
        let text = "#[test] fn a() {} #[tokio::test] async fn b() {} #[tested] fn c() {} #[testfiesta::case] fn d() {}";
        let plain: Vec<String> = sources(text).plain.into_iter().map(|test| test.function).collect();
        assert_eq!((plain.join(" "), functions(text).join(" ")), ("a b".to_owned(), "d".to_owned()));
    }

    #[test]
    fn our_main_is_known_by_its_crate() {
        assert!(sources("testfiesta::main!();").calls_main);
        assert!(sources("use testfiesta::main; main!();").calls_main);
        assert!(!sources("criterion::main!();").calls_main);
    }

    fn write(directory: &Path, file: &str, text: &str) -> PathBuf {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(&path, text).expect("a file");
        path
    }

    #[test]
    fn the_files_of_a_target_are_those_of_its_modules() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = write(
            directory.path(),
            "tests/cart.rs",
            "mod a; mod inline { mod b; } #[path = \"other.rs\"] mod c;",
        );
        let expected = [
            write(directory.path(), "tests/a.rs", "mod deep;"),
            write(directory.path(), "tests/a/deep.rs", ""),
            write(directory.path(), "tests/cart.rs", &fs::read_to_string(&root).expect("text")),
            write(directory.path(), "tests/inline/b/mod.rs", ""),
            write(directory.path(), "tests/other.rs", ""),
        ];
        write(directory.path(), "tests/ui/not-a-module.rs", "#[testfiesta::case] fn adds() {}");
        let mut files = BTreeSet::new();
        collect(&root, &directory.path().join("tests"), &mut files).expect("files");
        assert_eq!(files, BTreeSet::from(expected));
    }
}
