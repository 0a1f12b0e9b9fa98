//! What the sources of packages annotate, whether or not a test binary holds it.

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

/// An annotated function in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotated {
    /// From the workspace's root, with `/` between directories.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) function: String,
}

/// Every annotated function that a test target of this package could hold: of its library, programs and tests. What
/// one of those that were `left_out` may hold is not among them, since nobody looked there.
pub(crate) fn annotated(root: &Path, package: &Package, left_out: &[&Target]) -> Result<Vec<Annotated>> {
    let (mut files, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for target in &package.targets {
        collect_target(root, target, &mut files)?;
        // Every target may mention the library.
        if left_out.contains(&target) || (!left_out.is_empty() && is_library(target)) {
            collect_target(root, target, &mut elsewhere)?;
        }
    }
    in_files(root, &files - &elsewhere, &names(package))
}

/// What this package calls our crate.
fn names(package: &Package) -> Vec<String> {
    let ours = package.dependencies.iter().filter(|it| it.name == OURS);
    let renamed = ours.filter_map(|it| Some(it.rename.as_ref()?.replace('-', "_")));
    renamed.chain([OURS.to_owned()]).collect()
}

fn is_library(target: &Target) -> bool {
    !(target.is_bin()
        || target.is_test()
        || target.is_example()
        || target.is_bench()
        || target.is_custom_build())
}

/// Every annotated function that this target could hold.
pub(crate) fn annotated_in(root: &Path, package: &Package, target: &Target) -> Result<Vec<Annotated>> {
    let mut files = BTreeSet::new();
    collect_target(root, target, &mut files)?;
    in_files(root, files, &names(package))
}

fn in_files(root: &Path, files: BTreeSet<PathBuf>, names: &[String]) -> Result<Vec<Annotated>> {
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        found.extend(in_source(&name, &read(&file)?, names));
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

fn in_source(file: &str, text: &str, names: &[String]) -> Vec<Annotated> {
    let Ok(syntax) = syn::parse_file(text) else { return Vec::new() };
    let imported = names.iter().any(|name| text.contains(&format!("use {name}::")));
    let mut finder = Finder { file, names, imported, found: Vec::new() };
    finder.visit_file(&syntax);
    finder.found
}

struct Finder<'a> {
    file: &'a str,
    names: &'a [String],
    imported: bool,
    found: Vec<Annotated>,
}

impl Finder<'_> {
    fn is_case(&self, path: &syn::Path) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        match segments.as_slice() {
            [only] => self.imported && only == "case",
            [.., front, last] => self.names.contains(front) && last == "case",
            [] => false,
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if function.attrs.iter().any(|attribute| self.is_case(attribute.path())) {
            self.found.push(Annotated {
                file: self.file.to_owned(),
                line: function.sig.ident.span().start().line,
                function: function.sig.ident.to_string(),
            });
        }
        syn::visit::visit_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(text: &str) -> Vec<String> {
        let names = ["tf".to_owned(), OURS.to_owned()];
        in_source("src/lib.rs", text, &names).into_iter().map(|case| case.function).collect()
    }

    #[test]
    fn a_crate_that_was_renamed_is_ours() {
        assert_eq!(functions("#[tf::case(crate = tf)] fn adds() {}"), ["adds"]);
        assert_eq!(functions("use tf::case; #[case(crate = tf)] fn adds() {}"), ["adds"]);
    }

    #[test]
    fn an_annotated_function_is_found_with_its_line() {
        let text = "\n#[testfiesta::case(\"TC-1\")]\nfn adds() {}\n";
        let found = in_source("src/lib.rs", text, &[OURS.to_owned()]);
        assert_eq!(found, [Annotated { file: "src/lib.rs".into(), line: 3, function: "adds".into() }]);
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
