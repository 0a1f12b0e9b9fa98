//! What tests attach, and who is to have it.

use super::{TESTSIGMA, sources::Sources, switch};

/// What tests attach, and who is to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachmentSettings {
    /// `attachments`: whether they are kept, and brought to services. On by default.
    pub on: bool,
    /// `testsigma-attachments`: whether Testsigma is to have them too. Off by default: nobody has been seen attaching a
    /// file there with success, and each leaves another attempt in the history of its case.
    pub testsigma: bool,
    /// `attachment-limit`: how large one may be, in bytes. 10 MB by default.
    pub limit: u64,
}

impl AttachmentSettings {
    pub(super) fn read(source: &mut Sources<'_>) -> Self {
        Self {
            on: source.value("attachments", switch),
            testsigma: source.value("testsigma-attachments", switch),
            limit: source.value("attachment-limit", megabytes).saturating_mul(1_000_000),
        }
    }

    /// Whether this service is to have them.
    pub fn are_wanted_by(&self, service: &str) -> bool {
        self.on && (service != TESTSIGMA || self.testsigma)
    }
}

fn megabytes(value: &str) -> Result<u64, String> {
    value
        .parse()
        .ok()
        .filter(|limit| *limit > 0)
        .ok_or_else(|| "expected a number of megabytes such as `10`".to_owned())
}
