//! Every setting: its key, what it looks like in the file, and what it is when nobody set it.

use super::{TESTFIESTA, TESTFIESTA_URL, TESTSIGMA_URL};
use Form::{Duration, List, Map, Number, Path, Secret, Switch, Text};

/// Something that can be set.
pub struct Setting {
    /// What `testfiesta.toml` calls it.
    pub key: &'static str,
    /// What it is when nobody set it, as one would set it; nothing where that depends on the run, or is nothing.
    pub default: Option<&'static str>,
    pub(super) form: Form,
}

/// What a setting looks like in the file. A text will always do: it is what the environment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// A text that does not belong in the file.
    Secret,
    Path,
    Number,
    Switch,
    Duration,
    List,
    Map,
}

/// Every setting, in the order in which `cargo testfiesta doctor` lists them.
pub static SETTINGS: &[Setting] = &[
    setting("provider", List, Some(TESTFIESTA)),
    setting("url", Text, Some(TESTFIESTA_URL)),
    setting("dashboard-url", Text, None),
    setting("token", Secret, None),
    setting("handle", Text, None),
    setting("project", Text, None),
    setting("dir", Path, None),
    setting("run-id", Number, None),
    setting("run-key", Text, None),
    setting("run-name", Text, None),
    setting("run-link", Text, None),
    setting("run-description", Text, None),
    setting("run-tags", List, None),
    setting("run-milestone", Number, None),
    setting("run-configurations", List, None),
    setting("run-close", Text, Some("status")),
    setting("run-statuses", Map, None),
    setting("source", Text, Some("cargo-test")),
    setting("case-match", Text, Some("external-id")),
    setting("statuses", Map, None),
    setting("isolation", Text, Some("workers")),
    setting("timeout", Duration, None),
    setting("slow-timeout", Duration, Some("60s")),
    setting("retries", Number, Some("0")),
    setting("attachments", Switch, Some("1")),
    setting("attachment-limit", Number, Some("10")),
    setting("strict", Switch, Some("0")),
    setting("summary", Path, None),
    setting("keep-days", Number, Some("7")),
    setting("deadline", Duration, Some("10s")),
    setting("testsigma-url", Text, Some(TESTSIGMA_URL)),
    setting("testsigma-token", Secret, None),
    setting("testsigma-project", Text, None),
    setting("testsigma-run-id", Text, None),
    setting("testsigma-user", Text, None),
    setting("testsigma-statuses", Map, None),
    setting("testsigma-results", Text, Some("direct")),
    setting("testsigma-rate", Number, Some("5")),
    setting("testsigma-batch", Number, Some("100")),
    setting("testsigma-description-limit", Number, Some("4000")),
    setting("testsigma-cursor", Text, Some("cursor")),
    setting("testsigma-attachments", Switch, Some("0")),
];

const fn setting(key: &'static str, form: Form, default: Option<&'static str>) -> Setting {
    Setting { key, default, form }
}

impl Form {
    /// Whether no setting of this form can be that: a worker is told its paths line by line.
    pub(super) fn refuses(self, text: &str) -> bool {
        self == Self::Path && text.contains('\n')
    }
}

impl Setting {
    /// The setting of this key.
    pub(super) fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// Whether it stands in no file that is committed, is shown to nobody, and is taken out of the environment of
    /// processes that need not send.
    pub fn is_secret(&self) -> bool {
        self.form == Form::Secret
    }

    /// The environment variable that it is set by.
    pub fn variable(&self) -> String {
        variable(self.key)
    }
}

/// The environment variable of a setting: `run-name` is `TESTFIESTA_RUN_NAME`, and `testsigma-url` is `TESTSIGMA_URL`.
pub fn variable(key: &str) -> String {
    let name = key.replace('-', "_").to_uppercase();
    if key.starts_with("testsigma-") { name } else { format!("TESTFIESTA_{name}") }
}
