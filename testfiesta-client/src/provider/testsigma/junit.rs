//! Results as a JUnit report, with the human id before each name: contract, section 7.

use std::{collections::HashMap, fmt::Write as _};

use super::{
    Testsigma,
    case_state::CaseState,
    outcome::{Kind, worst},
    record::LockedRecord,
    setting,
    submit::{Due, Target},
};
use crate::{
    Error,
    testsigma::{Import, ImportStatus},
};

/// How often an import is asked after before it counts as lost.
const POLLS: usize = 60;

impl Testsigma {
    /// Sends these cases as one report, waits until the service took it in, and looks what became of each: the service
    /// does not say how it finds the case of an element.
    pub(super) async fn import(
        &self,
        target: &Target<'_>,
        locked: &mut LockedRecord,
        due: &[Due],
    ) -> Result<HashMap<String, CaseState>, Error> {
        let mut report = Report::new();
        for due in due {
            let case = locked.record.cases.entry(due.case.clone()).or_default();
            report.add(&case.human_id, worst(&case.outcomes), &due.description);
            case.sending = Some(due.content.clone());
        }
        self.keep(locked)?;
        let sent = target.project.import_junit(&target.uuid, &report.finish()).await;
        let import = match sent {
            Ok(import) => self.finished(target, import).await?,
            Err(error) => {
                if error.nothing_was_done() {
                    for due in due {
                        locked.record.cases.entry(due.case.clone()).or_default().settle(false);
                    }
                    self.keep(locked)?;
                }
                return Err(error);
            }
        };
        let statuses = self.statuses_in(target).await?;
        let mut states = HashMap::new();
        for due in due {
            let arrived = statuses.get(&due.case) == Some(&due.content.status);
            locked.record.cases.entry(due.case.clone()).or_default().settle(arrived);
            let refused = || CaseState::Refused(setting(reason(&import)));
            states.insert(due.case.clone(), if arrived { CaseState::Written } else { refused() });
        }
        self.keep(locked)?;
        Ok(states)
    }

    async fn finished(&self, target: &Target<'_>, mut import: Import) -> Result<Import, Error> {
        for _ in 0..POLLS {
            if matches!(import.status, ImportStatus::Completed | ImportStatus::Failed) {
                return Ok(import);
            }
            tokio::time::sleep(self.options.lag).await;
            import = target.project.import_status(&import.id).await?;
        }
        Err(Error::Interrupted {
            call: format!("the import {}", import.id),
            reason: "the service has not taken it in yet".to_owned(),
        })
    }
}

fn reason(import: &Import) -> String {
    let told = import.details.as_ref().map(|details| {
        let errors: Vec<String> = details.errors.iter().map(ToString::to_string).collect();
        format!(": {} of its elements failed {}", details.failed_count, errors.join("; "))
    });
    format!("the import did not reach this case{}", told.unwrap_or_default())
}

/// A report under construction.
struct Report {
    cases: String,
    count: usize,
    failures: usize,
    skipped: usize,
}

impl Report {
    fn new() -> Self {
        Self { cases: String::new(), count: 0, failures: 0, skipped: 0 }
    }

    fn add(&mut self, human_id: &str, kind: Kind, description: &str) {
        self.count += 1;
        let text = attribute(description);
        let element = match kind {
            Kind::Passed | Kind::Flaky => String::new(),
            Kind::Skipped => {
                self.skipped += 1;
                format!("<skipped message=\"{text}\"/>")
            }
            Kind::Failed | Kind::TimedOut | Kind::Crashed => {
                self.failures += 1;
                format!("<failure message=\"{text}\"/>")
            }
        };
        let name = attribute(&format!("{human_id} {}", description.lines().next().unwrap_or_default()));
        let _ = writeln!(self.cases, "<testcase name=\"{name}\">{element}</testcase>");
    }

    fn finish(self) -> String {
        let Self { cases, count, failures, skipped } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"testfiesta\" \
             tests=\"{count}\" failures=\"{failures}\" skipped=\"{skipped}\">\n{cases}</testsuite>\n</testsuites>\n"
        )
    }
}

/// A text between quotes, without what no XML document may hold: the rest of it would be refused as well.
fn attribute(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for it in text.chars().filter(|it| is_allowed(*it)) {
        match it {
            '&' => quoted.push_str("&amp;"),
            '<' => quoted.push_str("&lt;"),
            '"' => quoted.push_str("&quot;"),
            // A reader takes the bare ones for spaces.
            '\n' => quoted.push_str("&#10;"),
            '\t' => quoted.push_str("&#9;"),
            '\r' => quoted.push_str("&#13;"),
            other => quoted.push(other),
        }
    }
    quoted
}

/// Whether XML 1.0 has this character (its section 2.2), be it as a reference.
fn is_allowed(it: char) -> bool {
    matches!(it, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_xml_document_may_hold_is_left_out() {
        assert_eq!(attribute("a\0\u{8}\u{b}\u{1f}\u{fffe}\u{ffff}b"), "ab");
    }

    #[test]
    fn what_an_xml_document_may_hold_is_kept() {
        let kept = " ~\u{7f}\u{85}\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{1fffe}\u{10ffff}";
        assert_eq!(attribute(kept), kept);
    }

    #[test]
    fn what_would_end_or_change_an_attribute_is_escaped() {
        assert_eq!(attribute("<a>&\"\n\t\r"), "&lt;a>&amp;&quot;&#10;&#9;&#13;");
    }
}
