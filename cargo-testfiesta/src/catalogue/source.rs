//! What the sources of the workspace annotate, whether or not a test binary holds it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use syn::{ItemFn, visit::Visit};

/// An annotated function in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotated {
    /// From the workspace's root, with `/` between directories.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) function: String,
}

/// Every annotated function in the workspace's packages.
pub(crate) fn annotated(metadata: &Metadata) -> Result<Vec<Annotated>> {
    let root = metadata.workspace_root.as_std_path();
    let mut directories: Vec<PathBuf> = Vec::new();
    for package in metadata.workspace_packages() {
        for target in &package.targets {
            // Build scripts lie beside the manifest, and hold no tests.
            if !target.is_custom_build() {
                directories.extend(target.src_path.parent().map(PathBuf::from));
            }
        }
    }
    directories.sort();
    directories.dedup();

    let mut files: Vec<PathBuf> = Vec::new();
    for directory in &directories {
        rust_files(directory, &mut files)?;
    }
    files.sort();
    files.dedup();

    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&file).with_context(|| format!("{name} cannot be read"))?;
        found.extend(in_source(&name, &text));
    }
    Ok(found)
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        // Below a directory with a manifest lies another package, or a build's output.
        if path.is_dir() && !path.join("Cargo.toml").exists() && !path.join("CACHEDIR.TAG").exists() {
            rust_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn in_source(file: &str, text: &str) -> Vec<Annotated> {
    // Parsing costs far more than looking, and most files hold no case. What does not parse does not compile either.
    if !text.contains("testfiesta") && !text.contains("case") {
        return Vec::new();
    }
    let Ok(syntax) = syn::parse_file(text) else { return Vec::new() };
    let mut finder = Finder { file, imported: text.contains("use testfiesta::"), found: Vec::new() };
    finder.visit_file(&syntax);
    finder.found
}

struct Finder<'a> {
    file: &'a str,
    imported: bool,
    found: Vec<Annotated>,
}

impl Finder<'_> {
    fn is_case(&self, path: &syn::Path) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        match segments.as_slice() {
            [only] => self.imported && only == "case",
            [.., front, last] => front == "testfiesta" && last == "case",
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
        in_source("src/lib.rs", text).into_iter().map(|case| case.function).collect()
    }

    #[test]
    fn an_annotated_function_is_found_with_its_line() {
        let found = in_source("src/lib.rs", "\n#[testfiesta::case(\"TC-1\")]\nfn adds() {}\n");
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
}
