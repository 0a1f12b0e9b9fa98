//! What became of what tests attached.

use serde::{Deserialize, Serialize};

use super::NAMED;

/// What became of attachments at one destination. Something that is attached to two results counts twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachments {
    /// Those that the service said it holds.
    pub sent: u64,
    /// Those that nobody answered for.
    pub queued: u64,
    /// Those that were not kept, or that the service did not take, each with name, test and reason.
    pub refused: Vec<String>,
    /// Why the rest was not delivered.
    pub trouble: Option<String>,
}

/// The same in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AttachmentCounts {
    sent: u64,
    queued: u64,
    refused: u64,
}

impl Attachments {
    /// Adds those of another process.
    pub(crate) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.queued += other.queued;
        self.refused.extend(other.refused);
        self.trouble = self.trouble.take().or(other.trouble);
    }

    /// The line that adds up; none where nothing was attached.
    pub fn sum(&self) -> Option<String> {
        let Self { sent, queued, refused, .. } = self;
        let refused = refused.len() as u64;
        let all = sent + queued + refused;
        (all > 0).then(|| format!("{all} attached = {sent} sent + {queued} queued + {refused} refused"))
    }

    /// The lines to print when the tests are over; none where nothing was attached.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.sum().into_iter().collect();
        let refused = &self.refused;
        lines.extend(refused.iter().take(NAMED).map(|refused| format!("not attached: {refused}")));
        if refused.len() > NAMED {
            lines.push(format!("not attached: and {} more", refused.len() - NAMED));
        }
        lines
    }

    /// Why some are queued though their results are not; nothing where none are. `late` is what kept the service's
    /// answers from coming at all.
    pub(super) fn queued_line(&self, late: Option<&str>) -> Option<String> {
        let why = self.trouble.as_deref().or(late).unwrap_or("the results came first, and time was up");
        let line = || {
            format!(
                "attachments queued: {}, because {why}; deliver with `cargo testfiesta resend`",
                self.queued
            )
        };
        (self.queued > 0).then(line)
    }
}

impl From<&Attachments> for AttachmentCounts {
    fn from(attachments: &Attachments) -> Self {
        let Attachments { sent, queued, refused, .. } = attachments;
        Self { sent: *sent, queued: *queued, refused: refused.len() as u64 }
    }
}

impl AttachmentCounts {
    pub(super) fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn each_with(&mut self, other: &Self, change: impl Fn(u64, u64) -> u64) {
        self.sent = change(self.sent, other.sent);
        self.queued = change(self.queued, other.queued);
        self.refused = change(self.refused, other.refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_attached_is_nothing_to_say() {
        assert!(Attachments::default().lines().is_empty());
    }

    #[test]
    fn what_was_not_attached_is_named_with_its_reason() {
        let attachments = Attachments {
            sent: 2,
            refused: vec!["core of adds: too large".into()],
            ..Attachments::default()
        };
        let expected =
            ["3 attached = 2 sent + 0 queued + 1 refused", "not attached: core of adds: too large"];
        assert_eq!(attachments.lines(), expected);
    }

    #[test]
    fn what_is_queued_says_why_and_what_to_do() {
        let attachments =
            Attachments { queued: 1, trouble: Some("it is down".into()), ..Attachments::default() };
        let expected = "attachments queued: 1, because it is down; deliver with `cargo testfiesta resend`";
        assert_eq!(attachments.queued_line(None).as_deref(), Some(expected));
    }
}
