//! `cargo testfiesta open`: the local TestFiesta in a browser, here one that notes what it is asked to show.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    fixtures::shop,
    support::{Program, Service, Serving, eventually, subcommand},
};

/// Somebody's data directory, and a browser.
struct Desk {
    directory: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { directory: tempfile::tempdir().expect("a directory") };
        // In one piece, since it is looked for while it is written.
        let script = format!(
            "#!/bin/sh\necho \"$1\" > '{0}.new'\nmv '{0}.new' '{0}'\necho seen\n",
            desk.noted().display()
        );
        fs::write(desk.browser(), script).expect("written");
        fs::set_permissions(desk.browser(), fs::Permissions::from_mode(0o755)).expect("set");
        desk
    }

    /// With outcomes that nobody was there to take.
    fn with_a_journal() -> Self {
        let desk = Self::new();
        shop().binary("first").env("TESTFIESTA_DIR", desk.data()).run().with_code(0);
        desk
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn browser(&self) -> PathBuf {
        self.directory.path().join("browser")
    }

    fn noted(&self) -> PathBuf {
        self.directory.path().join("noted")
    }

    fn open(&self, arguments: &[&str]) -> Program {
        let program = subcommand(&["open", "--listen", "127.0.0.1:0", "--data"]).args([self.data()]);
        program.args(arguments).env("BROWSER", self.browser())
    }

    /// What the browser was asked to show.
    fn shown(&self) -> String {
        eventually("a page is shown", || self.noted().exists());
        fs::read_to_string(self.noted()).expect("noted").trim_end().to_owned()
    }
}

fn run_page(serving: &Serving, run: u32) -> String {
    format!("{}/local/LOCAL/runs/{run}/folders", serving.url)
}

#[test]
fn the_newest_run_is_taken_in_served_and_shown() {
    let desk = Desk::with_a_journal();
    let serving = Serving::of(desk.open(&[]));
    assert_eq!(desk.shown(), run_page(&serving, 1));
    let page = serving.page("/local/LOCAL/runs/1/folders");
    assert!(page.contains("may_fail"), "{page}");
}

#[test]
fn where_there_is_no_run_the_front_page_is_shown() {
    let desk = Desk::new();
    let serving = Serving::of(desk.open(&[]));
    assert_eq!(desk.shown(), format!("{}/", serving.url));
    // Others may want to report before there is a run.
    let page = serving.page("/");
    assert!(page.contains("LOCAL"), "{page}");
}

#[test]
fn what_is_served_already_is_shown_from_there() {
    let desk = Desk::new();
    let serving = Serving::start(&desk.data());
    // Since then, another run.
    shop().binary("first").env("TESTFIESTA_DIR", desk.data()).run().with_code(0);
    let output = desk.open(&[]).run().with_code(0);
    assert_eq!(desk.shown(), run_page(&serving, 1));
    assert_eq!(output.stdout, "");
}

#[test]
fn a_run_is_chosen_by_its_number() {
    let desk = Desk::with_a_journal();
    shop().binary("second").env("TESTFIESTA_DIR", desk.data()).run().with_code(0);
    let serving = Serving::start(&desk.data());
    assert_eq!(Service::of(&desk.data(), "LOCAL").runs().len(), 2);
    desk.open(&["1"]).run().with_code(0);
    assert_eq!(desk.shown(), run_page(&serving, 1));
}

#[test]
fn a_run_that_is_not_there_is_an_error() {
    let desk = Desk::new();
    desk.open(&["7"]).run().with_code(1).says(&["there is no run 7 in", "shows the newest"]);
    assert!(!desk.noted().exists());
}

#[test]
fn where_no_browser_starts_the_address_is_said_and_served() {
    let desk = Desk::new();
    let serving = Serving::of(desk.open(&[]).env("BROWSER", Path::new("/nonexistent/browser")));
    let page = serving.page("/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let output = desk.open(&[]).env("BROWSER", "/nonexistent/browser").run().with_code(0);
    output.says(&[&format!("opens {}/", serving.url), "no browser could be started: "]);
}
