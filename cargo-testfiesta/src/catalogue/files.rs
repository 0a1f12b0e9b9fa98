//! Which source files make up a target.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use syn::{Attribute, Expr, ExprLit, Item, Lit, spanned::Spanned};

/// A source file, read.
pub(super) struct SourceFile {
    /// The names of its module and of those around it; none for the root.
    pub(super) module: Vec<String>,
    /// What [`conditions`] its module and those around it have.
    pub(super) conditions: Vec<String>,
    pub(super) syntax: syn::File,
}

/// The source files of a target by their paths, from its root file on.
pub(super) fn from(root: &Path) -> Result<BTreeMap<PathBuf, SourceFile>> {
    let mut files = BTreeMap::new();
    let directory = root.parent().unwrap_or(root).to_owned();
    let place = Place { file: root.to_owned(), directory, module: Vec::new(), conditions: Vec::new() };
    collect(place, &mut files)?;
    Ok(files)
}

/// What `#[cfg]` there is, other than `#[cfg(test)]`, as in `cfg(windows)`.
pub(super) fn conditions(attributes: &[Attribute]) -> Vec<String> {
    let cfgs = attributes.iter().filter(|it| it.path().is_ident("cfg"));
    let others = cfgs.filter(|it| !it.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test"));
    others.filter_map(|it| it.meta.span().source_text()).collect()
}

/// Where a module stands.
#[derive(Clone)]
struct Place {
    file: PathBuf,
    /// Where the modules within it lie.
    directory: PathBuf,
    module: Vec<String>,
    conditions: Vec<String>,
}

fn collect(mut place: Place, files: &mut BTreeMap<PathBuf, SourceFile>) -> Result<()> {
    if files.contains_key(&place.file) {
        return Ok(());
    }
    let text = fs::read_to_string(&place.file)
        .with_context(|| format!("{} cannot be read", place.file.display()))?;
    // What does not parse does not compile either.
    let Ok(syntax) = syn::parse_file(&text) else { return Ok(()) };
    place.conditions.extend(conditions(&syntax.attrs));
    let within = modules(&syntax.items, &place);
    let Place { file, module, conditions, .. } = place;
    files.insert(file, SourceFile { module, conditions, syntax });
    within.into_iter().try_for_each(|module| collect(module, files))
}

/// The modules in files of their own that are declared here.
fn modules(items: &[Item], place: &Place) -> Vec<Place> {
    let mut found = Vec::new();
    for item in items {
        let Item::Mod(module) = item else { continue };
        let name = module.ident.to_string();
        let directory = place.directory.join(name.trim_start_matches("r#"));
        let mut within = Place { directory, ..place.clone() };
        within.module.push(name);
        within.conditions.extend(conditions(&module.attrs));
        if let Some((_, items)) = &module.content {
            found.extend(modules(items, &within));
            continue;
        }
        let named = module.attrs.iter().find_map(path_attribute);
        let named = named.and_then(|path| Some(place.file.parent()?.join(path)));
        let usual = [within.directory.with_extension("rs"), within.directory.join("mod.rs")];
        // A module that `#[cfg]` leaves out need not be there.
        if let Some(file) = named.into_iter().chain(usual).find(|path| path.is_file()) {
            found.push(Place { file, ..within });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path, file: &str, text: &str) -> PathBuf {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(&path, text).expect("a file");
        path
    }

    #[test]
    fn the_files_of_a_target_are_those_of_its_modules() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = "mod a; mod inline { mod b; } #[path = \"other.rs\"] mod c;";
        let expected = [
            (write(directory.path(), "tests/cart.rs", root), ""),
            (write(directory.path(), "tests/a.rs", "mod r#deep;"), "a"),
            (write(directory.path(), "tests/a/deep.rs", ""), "a::r#deep"),
            (write(directory.path(), "tests/inline/b/mod.rs", ""), "inline::b"),
            (write(directory.path(), "tests/other.rs", ""), "c"),
        ];
        write(directory.path(), "tests/ui/not-a-module.rs", "#[testfiesta::case] fn adds() {}");
        let files = from(&directory.path().join("tests/cart.rs")).expect("files");
        let found = files.into_iter().map(|(path, file)| (path, file.module.join("::")));
        let expected = expected.map(|(path, module)| (path, module.to_owned()));
        assert_eq!(found.collect::<BTreeMap<_, _>>(), BTreeMap::from(expected));
    }
}
