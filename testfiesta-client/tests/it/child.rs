//! Tests that need an environment of their own.

use std::ffi::OsStr;
use std::process::Command;

/// Runs an ignored test of this binary in another process, since a process must not change its environment while it
/// runs; says whether it passed.
pub(crate) async fn passes(
    test: &'static str,
    environment: Vec<(&'static str, impl AsRef<OsStr> + Send + 'static)>,
) -> bool {
    let run = move || {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--ignored"])
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .env_remove("REQUEST_METHOD")
            .envs(environment)
            .output()
            .unwrap();
        // The count tells a test that passed from one that was not found.
        output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}
