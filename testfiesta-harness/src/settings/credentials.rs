//! The tokens that `cargo testfiesta login` stored: one for each service and address, in a file of the user's own.

use std::{
    collections::HashMap,
    env, fmt,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::Secret;

/// Tokens by service, then by address.
type Tokens = HashMap<String, HashMap<String, String>>;

/// What is stored, and where.
pub struct Credentials {
    path: PathBuf,
    tokens: Tokens,
}

impl Credentials {
    /// Reads the file of this user. One that does not exist holds nothing.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, or that nothing says where it should be; and what to do.
    pub fn load() -> Result<Self, String> {
        let path = path(|name| env::var(name).ok());
        Self::read(&path.ok_or(if cfg!(windows) {
            "APPDATA does not say where your configuration is"
        } else {
            "neither HOME nor XDG_CONFIG_HOME says where your configuration is"
        })?)
    }

    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let cannot = |error: io::Error| format!("{} cannot be read: {error}", path.display());
        let tokens = match File::open(path) {
            Ok(mut file) => {
                must_be_private(path, &file.metadata().map_err(cannot)?)?;
                let mut text = Vec::new();
                file.read_to_end(&mut text).map_err(cannot)?;
                // The error may quote what it could not read.
                serde_json::from_slice(&text).map_err(|_| {
                    format!(
                        "{} is not what `cargo testfiesta login` wrote: remove it, and log in again",
                        path.display()
                    )
                })?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Tokens::new(),
            Err(error) => return Err(cannot(error)),
        };
        Ok(Self { path: path.to_owned(), tokens })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token of a service at this address.
    pub fn token(&self, service: &str, address: &str) -> Option<Secret> {
        self.tokens.get(service)?.get(plain(address)).map(Secret::new)
    }

    /// Every token, whatever it is for.
    pub(crate) fn every_token(&self) -> Vec<Secret> {
        let mut every = Vec::new();
        for of_service in self.tokens.values() {
            every.extend(of_service.values().map(Secret::new));
        }
        every
    }

    /// Keeps a token in place of the one before it.
    pub fn insert(&mut self, service: &str, address: &str, token: &Secret) {
        let of_service = self.tokens.entry(service.to_owned()).or_default();
        of_service.insert(plain(address).to_owned(), token.expose().to_owned());
    }

    /// Forgets a token. Answers whether there was one.
    pub fn remove(&mut self, service: &str, address: &str) -> bool {
        self.tokens.get_mut(service).is_some_and(|of_service| of_service.remove(plain(address)).is_some())
    }

    /// Writes the file, for nobody but this user to read.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        let fresh = self.path.with_extension("new");
        // One that is there already may be readable by others.
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private_file(&fresh)?;
        let text = serde_json::to_string_pretty(&self.tokens)?;
        file.write_all((text + "\n").as_bytes())?;
        fs::rename(&fresh, &self.path)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Where the file is: where this platform's command line tools keep what belongs to a user.
pub(super) fn path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let directory = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let configuration = if cfg!(windows) {
        directory("APPDATA")
    } else {
        directory("XDG_CONFIG_HOME").or_else(|| directory("HOME").map(|home| home.join(".config")))
    };
    Some(configuration?.join("testfiesta").join("credentials.json"))
}

/// One address in one spelling.
fn plain(address: &str) -> &str {
    address.trim().trim_end_matches('/')
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

// A user's profile is the user's own there.
#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn must_be_private(path: &Path, metadata: &fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(format!("{path} holds tokens, and is open to others (mode {mode:o}): `chmod 600 {path}`"))
}

#[cfg(not(unix))]
fn must_be_private(_: &Path, _: &fs::Metadata) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://api.testfiesta.com";

    fn stored(directory: &Path) -> PathBuf {
        let mut credentials = Credentials::read(&directory.join("deep").join("credentials.json")).unwrap();
        credentials.insert("testfiesta", ADDRESS, &Secret::new("testfiesta_secret"));
        credentials.save().unwrap();
        credentials.path
    }

    #[test]
    fn what_was_stored_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let credentials = Credentials::read(&stored(directory.path())).unwrap();
        let token = credentials.token("testfiesta", "https://api.testfiesta.com/").unwrap();
        assert_eq!(token.expose(), "testfiesta_secret");
    }

    #[test]
    fn another_address_has_another_token() {
        let directory = tempfile::tempdir().unwrap();
        let credentials = Credentials::read(&stored(directory.path())).unwrap();
        assert_eq!(credentials.token("testfiesta", "https://tests.example.com"), None);
    }

    #[test]
    fn what_was_forgotten_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let path = stored(directory.path());
        let mut credentials = Credentials::read(&path).unwrap();
        assert!(credentials.remove("testfiesta", ADDRESS));
        credentials.save().unwrap();
        assert!(!fs::read_to_string(path).unwrap().contains("testfiesta_secret"));
    }

    #[test]
    fn debug_shows_no_token() {
        let directory = tempfile::tempdir().unwrap();
        let credentials = Credentials::read(&stored(directory.path())).unwrap();
        assert!(!format!("{credentials:?}").contains("testfiesta_secret"));
    }

    #[test]
    fn a_file_of_another_kind_is_named_and_not_quoted() {
        let directory = tempfile::tempdir().unwrap();
        let path = stored(directory.path());
        fs::write(&path, "testfiesta_secret").unwrap();
        let error = Credentials::read(&path).unwrap_err();
        assert!(error.contains("log in again") && !error.contains("testfiesta_secret"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let mode = fs::metadata(stored(directory.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = stored(directory.path());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Credentials::read(&path).unwrap_err();
        assert!(error.contains("mode 644") && error.contains("chmod 600"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_where_other_tools_keep_theirs() {
        let of = |variables: &'static [(&str, &str)]| {
            path(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        let expected = |text: &str| Some(PathBuf::from(text));
        assert_eq!(of(&[("HOME", "/home/ann")]), expected("/home/ann/.config/testfiesta/credentials.json"));
        let chosen = of(&[("HOME", "/home/ann"), ("XDG_CONFIG_HOME", "/cfg")]);
        assert_eq!(chosen, expected("/cfg/testfiesta/credentials.json"));
        assert_eq!(of(&[]), None);
    }
}
