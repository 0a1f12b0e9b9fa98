//! What belongs to one project.

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Client, Pages};
use crate::Error;
use crate::http::Repeat;
use crate::testsigma::Single;

/// Speaks to one project; made by [`Client::project`], and as cheap to clone.
#[derive(Clone, Debug)]
pub struct ProjectClient {
    client: Client,
    id: String,
}

impl ProjectClient {
    pub(super) fn new(client: Client, id: &str) -> Self {
        Self { client, id: id.trim().to_owned() }
    }

    /// The project's UUID.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn pages<T: DeserializeOwned>(&self, path: &[&str]) -> Pages<T> {
        Pages::new(self.client.clone(), &self.path(path))
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Error> {
        let request = self.client.request(Method::GET, &self.path(path))?;
        let Single(thing) = self.client.send(request, Repeat::Always).await?.json()?;
        Ok(thing)
    }

    /// Creates something, which is done at most once.
    pub(super) async fn create<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let request = self.client.request(Method::POST, &self.path(path))?.json(body);
        let Single(thing) = self.client.send(request, Repeat::IfNothingWasDone).await?.json()?;
        Ok(thing)
    }

    /// Changes something to what the body says, however often it is said. Answers how it is now, where the service
    /// says so.
    pub(super) async fn update<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let request = self.client.request(Method::PUT, &self.path(path))?.json(body);
        let answer = self.client.send(request, Repeat::Always).await?;
        Ok(answer.json_if_any()?.map(|Single(thing)| thing))
    }

    pub(super) fn path<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        [&["projects", &*self.id], rest].concat()
    }
}
