//! A local TestFiesta: the service's API, and that of Test Management by Testsigma, served from one SQLite file with the
//! attachments beside it.
//!
//! ```no_run
//! use testfiesta_server::{App, Store, keys, serve};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::open("target/testfiesta")?;
//! let (key, _) = keys::create(&store, keys::NewKey::named("ci"))?;
//! println!("{}", key.reveal());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! serve(listener, App::new(store), std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! A request comes in through `api` (the routes of each service that is spoken, who may call them, how requests are read
//! and refused) or `pages` (the same data for people), and is carried out by `store` (SQL, one module per resource, one
//! transaction per request). [`keys`] decides who may come in at all, [`faults`] what goes wrong on purpose; [`App`] holds
//! it together.
//!
//! Facts are cited as "contract, section n": the project's record of what the service accepts and answers.

mod api;
mod app;
pub mod faults;
pub mod keys;
mod pages;
mod random;
mod store;
mod timestamp;

pub use app::{App, app, serve};
pub use pages::STYLE;
pub use store::{Error, Result, Store};

/// What Testsigma's API needs beyond its routes: things that it can show but not make.
pub mod testsigma {
    pub use crate::store::testsigma::{Seed, SeedCase, SeedLookup, SeedProject, SeedUser, seed};
}
