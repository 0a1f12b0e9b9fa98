//! `Cargo.toml`, changed as by hand: comments and layout stay.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result, bail};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

/// What our crate is called.
pub(super) const OURS: &str = "testfiesta";

/// A place that no section has which was read.
const BEHIND_ALL: isize = isize::MAX / 2;

/// Where the dependency comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// The release that this subcommand is of.
    Release,
    /// A directory, from the package's.
    Checkout(String),
    /// What the workspace says.
    Workspace,
}

impl Source {
    fn item(&self) -> Item {
        let table = |key: &str, value: Value| InlineTable::from_iter([(key, value)]);
        match self {
            Self::Release => {
                value(concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")))
            }
            Self::Checkout(path) => value(table("path", path.into())),
            Self::Workspace => {
                let mut table = table("workspace", true.into());
                table.set_dotted(true);
                value(table)
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = Table::from_iter([(OURS, self.item())]);
        f.write_str(table.to_string().trim())
    }
}

/// A manifest, to be changed.
pub(super) struct Manifest {
    document: DocumentMut,
    has_windows_lines: bool,
    is_changed: bool,
    /// How many sections are new.
    added: isize,
}

impl Manifest {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("{shown} cannot be read"))?;
        Self::parse(&text).with_context(|| format!("{shown} is not valid TOML"))
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(Self {
            document: text.parse()?,
            has_windows_lines: text.contains("\r\n"),
            is_changed: false,
            added: 0,
        })
    }

    /// What is to be written, if anything changed.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.document.to_string().replace("\r\n", "\n");
        let text = if self.has_windows_lines { text.replace('\n', "\r\n") } else { text };
        self.is_changed.then_some(text)
    }

    /// Whether it is that of our crate.
    pub(super) fn is_ours(&self) -> bool {
        self.at(&["package", "name"]).and_then(Item::as_str) == Some(OURS)
    }

    /// Whether members may take the dependency on our crate from `[workspace.dependencies]`.
    pub(super) fn lends_our_crate(&self) -> bool {
        let package = self.at(&["workspace", "dependencies", OURS]).map(|it| it.get("package"));
        package.is_some_and(|name| name.is_none_or(|name| name.as_str() == Some(OURS)))
    }

    /// Whether test targets are named, or are not to be found by themselves.
    pub(super) fn names_tests(&self) -> bool {
        self.document.contains_key("test") || self.at(&["package", "autotests"]).is_some()
    }

    fn at(&self, path: &[&str]) -> Option<&Item> {
        path.iter().try_fold(self.document.as_item(), |item, key| item.get(key))
    }

    /// Adds the dev-dependency on our crate.
    pub(super) fn depend_on(&mut self, source: &Source) -> Result<()> {
        self.is_changed = true;
        // cargo ignores one of these where both are.
        let section = if self.document.contains_key("dev_dependencies") {
            "dev_dependencies"
        } else {
            "dev-dependencies"
        };
        if !self.document.contains_key(section) {
            let mut table = Table::new();
            self.put_at_the_end(&mut table);
            self.document.insert(section, Item::Table(table));
        }
        let is_inline = self.document[section].is_value();
        let Some(dependencies) = self.document[section].as_table_like_mut() else {
            bail!("`{section}` in Cargo.toml is no table");
        };
        if dependencies.contains_key(OURS) {
            bail!("`{OURS}` in [{section}] of Cargo.toml is another crate: give that another name");
        }
        dependencies.insert(OURS, source.item());
        if is_inline {
            dependencies.fmt();
        }
        Ok(())
    }

    /// Adds a test target that brings a harness: at the end, since nobody knows which section a comment belongs to.
    pub(super) fn add_test(&mut self, name: &str) -> Result<()> {
        self.is_changed = true;
        let mut test = Table::from_iter([("name", value(name)), ("harness", value(false))]);
        if let Some(tests) = self.document.get_mut("test").and_then(Item::as_array_mut) {
            tests.push(test.into_inline_table());
            return Ok(());
        }
        self.put_at_the_end(&mut test);
        let tests = self.document.entry("test").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let Some(tests) = tests.as_array_of_tables_mut() else {
            bail!("`test` in Cargo.toml is no list of targets");
        };
        tests.push(test);
        Ok(())
    }

    /// Lets cargo look for test targets beside those that are named.
    pub(super) fn find_tests_all_the_same(&mut self) {
        self.is_changed = true;
        self.document["package"]["autotests"] = value(true);
    }

    /// Lets a section stand behind all that is there, comments too.
    fn put_at_the_end(&mut self, section: &mut Table) {
        let comment = self.document.trailing().as_str().unwrap_or_default().trim_end();
        let before = if comment.is_empty() { "\n".to_owned() } else { format!("{comment}\n\n") };
        self.document.set_trailing("");
        section.decor_mut().set_prefix(before);
        section.set_position(Some(BEHIND_ALL + self.added));
        self.added += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "[package]\nname = \"shop\" # ours\n";

    /// A manifest that begins with that of the shop, after all changes.
    fn changed(text: &str, source: &Source) -> String {
        let mut manifest = Manifest::parse(&format!("{SHOP}{text}")).expect("TOML");
        manifest.depend_on(source).expect("added");
        manifest.add_test("testfiesta").expect("added");
        manifest.text().expect("a change").strip_prefix(SHOP).expect("the beginning").to_owned()
    }

    const DEPENDENCY: &str = "\n[dev-dependencies]\ntestfiesta = \"0.1\"\n";
    const TEST: &str = "\n[[test]]\nname = \"testfiesta\"\nharness = false\n";

    #[test]
    fn new_sections_come_last() {
        assert_eq!(changed("", &Source::Release), format!("{DEPENDENCY}{TEST}"));
        let text = "\n[dependencies]\n# none yet";
        assert_eq!(changed(text, &Source::Release), format!("{text}\n{DEPENDENCY}{TEST}"));
    }

    #[test]
    fn sections_that_are_there_grow() {
        let [before, after] =
            ["\n[dev-dependencies] # for tests\nserde = '1'\n", "\n# one\n[[test]]\nname = \"a\"\n"];
        let rest = "\n[lints]\nworkspace = true\n";
        let expected = format!("{before}testfiesta.workspace = true\n{after}{rest}{TEST}");
        assert_eq!(changed(&format!("{before}{after}{rest}"), &Source::Workspace), expected);
    }

    #[test]
    fn a_comment_at_the_end_stays_where_it_is() {
        let text = "\n[[test]]\nname = \"a\"\n# harness = false\n";
        assert_eq!(changed(text, &Source::Release), format!("{text}{DEPENDENCY}{TEST}"));
    }

    #[test]
    fn sections_of_other_forms_grow_too() {
        let inline =
            Manifest::parse("test = [{ name = \"a\" }]\ndev-dependencies = { serde = \"1\" }\n# end\n");
        let mut manifest = inline.expect("TOML");
        manifest.depend_on(&Source::Checkout("../testfiesta".to_owned())).expect("added");
        manifest.add_test("b").expect("added");
        let expected = "test = [{ name = \"a\" }, { name = \"b\", harness = false }]\n\
                        dev-dependencies = { serde = \"1\", testfiesta = { path = \"../testfiesta\" } }\n# end\n";
        assert_eq!(manifest.text().expect("a change"), expected);
        let text = "\n[dev-dependencies.serde]\nversion = \"1\"\n";
        assert_eq!(changed(text, &Source::Release), format!("{DEPENDENCY}{text}{TEST}"));
    }

    #[test]
    fn lines_end_as_they_did() {
        let mut manifest = Manifest::parse("[package]\r\nname = \"shop\"\r\n").expect("TOML");
        manifest.add_test("testfiesta").expect("added");
        let expected = format!("[package]\nname = \"shop\"\n{TEST}").replace('\n', "\r\n");
        assert_eq!(manifest.text(), Some(expected));
    }

    #[test]
    fn another_crate_of_our_name_is_not_replaced() {
        let mut manifest =
            Manifest::parse("[dev-dependencies]\ntestfiesta = { package = \"other\" }").expect("TOML");
        let error = manifest.depend_on(&Source::Release).expect_err("an error");
        assert!(error.to_string().contains("is another crate"), "{error}");
    }
}
