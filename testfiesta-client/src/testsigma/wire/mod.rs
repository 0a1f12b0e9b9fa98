//! The JSON that travels, one file per resource.
//!
//! Everything reads leniently: "no value" is null, an empty string or a missing key, depending on the place (contract,
//! section 4), a time may be in seconds or milliseconds, and what nobody foresaw costs no more than its field. As with the
//! other service, the direction that only a server needs comes with the feature `wire`.

mod case;
mod envelope;
mod import;
mod lenient;
mod lookup;
mod project;
mod result;
mod run;
mod time;

pub use case::{Case, Label, Step};
pub use envelope::{Listed, PageInfo, Single};
pub use import::{Import, ImportDetails, ImportStatus};
pub use lookup::{Status, User};
pub use project::Project;
pub use result::{CaseResult, CaseResults, RunCase};
pub use run::{CreateRun, Run, RunStatus, Selection, UpdateRun};
pub use time::Time;
