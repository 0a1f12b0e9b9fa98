//! Folders: contract, section 3.7.

use super::ProjectClient;
use crate::Error;
use crate::testfiesta::{CreateFolder, Deleted, Folder, Pages, Uid, UpdateFolder};

impl ProjectClient {
    /// The folders of the project.
    pub fn folders(&self) -> Pages<Folder> {
        self.pages("folders")
    }

    /// Creates a folder.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn create_folder(&self, folder: &CreateFolder) -> Result<Folder, Error> {
        self.create(&["folders"], folder).await
    }

    /// One folder.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn folder(&self, uid: Uid) -> Result<Folder, Error> {
        self.get(&["folders", &uid.to_string()]).await
    }

    /// Changes a folder, and answers it where the service does.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn update_folder(&self, uid: Uid, changes: &UpdateFolder) -> Result<Option<Folder>, Error> {
        self.update(&["folders", &uid.to_string()], changes).await
    }

    /// Deletes a folder.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn delete_folder(&self, uid: Uid) -> Result<Deleted, Error> {
        self.delete(&["folders", &uid.to_string()]).await
    }
}
