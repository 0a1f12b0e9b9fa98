//! The JSON that travels, one file per resource.
//!
//! Everything reads leniently, since few answers of the service are specified: an unknown property is ignored, a
//! missing or null one is its default, a number may be a float or a numeric string. What is sent is exact: an
//! absent value is left out of a request, and is `null` in an answer, as in the service's own.
//!
//! Each direction of each type, and each field, is code that everybody's tests would compile. So a client writes requests
//! and reads answers, and only the feature `wire` adds the other directions, and the types and fields that no reporter
//! needs.

#[cfg(feature = "wire")]
mod case;
mod create_execution;
mod entity;
#[cfg(feature = "wire")]
mod execution;
#[cfg(feature = "wire")]
mod folder;
#[cfg(feature = "wire")]
mod import;
mod lenient;
mod list;
#[cfg(feature = "wire")]
mod problem;
#[cfg(feature = "wire")]
mod project;
#[cfg(feature = "wire")]
mod raw;
mod run;
mod uid;
mod upload;

#[cfg(feature = "wire")]
pub use case::{Case, CreateCase};
pub use create_execution::CreateExecution;
#[cfg(feature = "wire")]
pub use create_execution::CreateStep;
pub use entity::Entity;
#[cfg(feature = "wire")]
pub use execution::{Execution, TagReplacement, UpdateExecution, UpdateStep};
#[cfg(feature = "wire")]
pub use folder::{CreateFolder, Folder, UpdateFolder};
#[cfg(feature = "wire")]
pub use import::{CaseData, DataImport, Entities, Entries, ExecutionData, FolderData, RunData};
pub use list::{Deleted, ListQuery, Order, Page, QueryType};
#[cfg(feature = "wire")]
pub use problem::{FieldProblem, Problem};
#[cfg(feature = "wire")]
pub use project::{CreateProject, Project, ProjectUser};
#[cfg(feature = "wire")]
pub use raw::RawProperties;
#[cfg(feature = "wire")]
pub use run::RunFields;
pub use run::{CreateRun, Run, UpdateRun};
pub use uid::Uid;
pub use upload::{MediaType, SignedFile, UploadFile, UploadUrls, UploadUrlsRequest};

/// Properties under names that the contract does not fix.
pub type Properties = serde_json::Map<String, serde_json::Value>;
