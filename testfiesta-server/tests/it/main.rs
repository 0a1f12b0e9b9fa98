//! The server over real HTTP. One binary, a module per resource.

mod app;
mod auth;
mod durability;
mod http;
mod import;
mod pages;
mod runs;
mod tacotruck;
mod uploads;
