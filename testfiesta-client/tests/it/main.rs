//! The client against real servers on loopback.

mod answers;
mod limits;
mod pages;
mod redirects;
mod requests;
mod retries;
mod secrets;
mod service;
mod uploads;
