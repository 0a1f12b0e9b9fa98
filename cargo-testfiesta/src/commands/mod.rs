//! One file a command.

pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod open;
pub(crate) mod report;
pub(crate) mod resend;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod test;
