//! The server over real HTTP. One binary, a module per resource.

mod app;
mod auth;
mod cases;
mod client;
mod durability;
mod executions;
mod faults;
mod folders;
mod http;
mod import;
mod pages;
mod projects;
mod runs;
mod shutdown;
mod store;
mod tacotruck;
mod tags;
mod testsigma;
mod uploads;
