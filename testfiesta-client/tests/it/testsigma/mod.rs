//! The client of Testsigma.

mod answers;
mod pace;
mod pages;
mod requests;
mod rivals;

use testfiesta_client::testsigma::{Client, ClientOptions, ProjectClient};
use testfiesta_client::{BaseUrl, Token};

use crate::service::{Service, TOKEN, quick};

fn client(service: &Service) -> Client {
    with(service, ClientOptions { http: quick(), rate: 1000.0, ..ClientOptions::default() })
}

fn with(service: &Service, options: ClientOptions) -> Client {
    Client::new(BaseUrl::parse(&service.url()).unwrap(), Token::new(TOKEN).unwrap(), options)
}

fn project(service: &Service) -> ProjectClient {
    client(service).project("p1")
}
