//! How a call travels: what both services have in common.
//!
//! [`Transport`] makes a request and sends it as often as [`Repeat`] allows; [`Connections`] chooses
//! the connection; what comes back is an [`Answer`] to read a value from, or an [`Error`](crate::Error).

mod answer;
mod base_url;
mod connections;
mod json;
mod multipart;
mod options;
mod pace;
mod refusal;
mod retry;
mod token;
mod transport;
mod words;

pub(crate) use answer::Answer;
pub use base_url::BaseUrl;
pub(crate) use connections::Connections;
pub(crate) use multipart::Form;
pub use options::Options;
pub(crate) use pace::Pace;
pub(crate) use retry::Repeat;
pub use token::Token;
pub(crate) use transport::Transport;
pub(crate) use words::without_queries;
