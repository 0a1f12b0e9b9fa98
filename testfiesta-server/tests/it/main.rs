//! The server over real HTTP. One binary, a module per resource.

mod app;
mod auth;
mod import;
mod runs;
mod tacotruck;
