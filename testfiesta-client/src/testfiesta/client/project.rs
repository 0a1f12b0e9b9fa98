//! What belongs to one project.

use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Client, Pages};
use crate::Error;
use crate::http::{Answer, Repeat};
use crate::testfiesta::{Deleted, Run, Uid};

/// Speaks to one project of an organization; made by [`Client::project`], and as cheap to clone.
///
/// A key without a project shows at the first call, as [`Error::NotFound`].
#[derive(Clone, Debug)]
pub struct ProjectClient {
    client: Client,
    key: String,
}

impl ProjectClient {
    pub(super) fn new(client: Client, key: &str) -> Self {
        Self { client, key: key.trim().to_owned() }
    }

    /// The project's key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn pages<T: DeserializeOwned>(&self, resource: &str) -> Pages<T> {
        let path = ["v1", &*self.client.handle, "projects", &*self.key, resource];
        Pages::new(self.client.clone(), &path)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Error> {
        self.send(self.request(Method::GET, path)?, Repeat::Always).await?.json()
    }

    /// One thing of a list, as far as it is like a run.
    pub(crate) async fn entity(&self, list: &str, uid: Uid) -> Result<Run, Error> {
        self.get(&[list, &uid.to_string()]).await
    }

    /// Creates something, which is done at most once.
    pub(super) async fn create<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let request = self.request(Method::POST, path)?.json(body);
        self.send(request, Repeat::IfNothingWasDone).await?.json()
    }

    /// Changes something to what the body says, however often it is said. Answers how it is now, where the service
    /// says so: no specification describes its answer (contract, section 3).
    pub(super) async fn update<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let request = self.request(Method::PATCH, path)?.json(body);
        self.send(request, Repeat::Always).await?.json_if_any()
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<Deleted, Error> {
        let request = self.request(Method::DELETE, path)?;
        Ok(self.send(request, Repeat::Always).await?.json_if_any()?.unwrap_or_default())
    }

    pub(super) fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Error> {
        let path = [&["v1", &*self.client.handle, "projects", &*self.key], path].concat();
        self.client.transport.request(method, &path)
    }

    pub(super) async fn send(&self, request: RequestBuilder, repeat: Repeat) -> Result<Answer<'_>, Error> {
        self.client.send(request, repeat).await
    }
}
