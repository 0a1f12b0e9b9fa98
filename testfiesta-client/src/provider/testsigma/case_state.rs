//! What is known of a case that was to be written.

use crate::Error;

#[derive(Debug, Clone)]
pub(super) enum CaseState {
    /// The service holds all that there is to write of it.
    Written,
    Refused(Error),
    /// The project does not have it any more.
    Gone,
    /// The service broke over it, and perhaps over none but it; or refused it, and never took another one of the run.
    Doubted(Error),
    /// It did not get there.
    Undelivered(Error),
}

impl CaseState {
    /// Whether there may be a reason that all cases share.
    pub(super) fn is_doubtful(&self) -> bool {
        match self {
            Self::Written | Self::Gone => false,
            Self::Refused(_) | Self::Doubted(_) => true,
            Self::Undelivered(error) => error.is_about_the_content(),
        }
    }
}
