//! The JSON that travels, one file per resource.
//!
//! Everything reads leniently, since few answers of the service are specified: an unknown property is ignored, a
//! missing or null one is its default, a number may be a float or a numeric string. What is sent is exact: an
//! absent value is left out of a request, and is `null` in an answer, as in the service's own.

mod case;
mod entity;
mod execution;
mod folder;
mod import;
mod lenient;
mod list;
mod problem;
mod project;
mod run;
mod uid;
mod upload;

pub use case::{Case, CreateCase};
pub use entity::Entity;
pub use execution::{CreateExecution, CreateStep, Execution, TagReplacement, UpdateExecution, UpdateStep};
pub use folder::{CreateFolder, Folder, UpdateFolder};
pub use import::{CaseData, DataImport, Entities, Entries, ExecutionData, FolderData, RunData};
pub use list::{Deleted, ListQuery, Order, Page, QueryType};
pub use problem::{FieldProblem, Problem};
pub use project::{CreateProject, Project, ProjectUser};
pub use run::{CreateRun, Run, RunFields, UpdateRun};
pub use uid::Uid;
pub use upload::{MediaType, SignedFile, UploadFile, UploadUrls, UploadUrlsRequest};

/// Properties under names that the contract does not fix.
pub type Properties = serde_json::Map<String, serde_json::Value>;
