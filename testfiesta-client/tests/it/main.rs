//! The client against real servers on loopback.

mod answers;
mod child;
mod executions;
mod limits;
mod pages;
mod proxies;
mod redirects;
mod requests;
mod retries;
mod rivals;
mod secrets;
mod service;
mod testsigma;
mod tls;
mod uploads;
