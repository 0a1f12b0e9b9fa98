//! The checked-out branch and commit, read from git's own files: starting git costs each test process 4 ms.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkout {
    /// The branch, unless the checkout is detached.
    pub branch: Option<String>,
    /// The commit's full hash.
    pub commit: String,
}

impl Checkout {
    /// The checkout that `directory` lies in, if it has a commit.
    pub(crate) fn around(directory: &Path) -> Option<Self> {
        let git = directory.ancestors().find_map(git_directory)?;
        // A linked worktree has its own HEAD; branches are with the main one.
        let common = read(&git.join("commondir")).map_or_else(|| git.clone(), |common| git.join(common));
        let mut value = read(&git.join("HEAD"))?;
        let mut branch = None;
        for _ in 0..LINKS {
            let Some(reference) = value.strip_prefix("ref: ").map(str::to_owned) else {
                return Some(Self { branch, commit: value });
            };
            value = read(&git.join(&reference))
                .or_else(|| read(&common.join(&reference)))
                .or_else(|| packed(&common, &reference))?;
            branch = Some(reference.strip_prefix("refs/heads/").unwrap_or(&reference).to_owned());
        }
        None
    }
}

/// How many references may lead from one to the next, as in git.
const LINKS: usize = 5;

fn git_directory(directory: &Path) -> Option<PathBuf> {
    let git = directory.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    // In a linked worktree or a submodule `.git` is a file that says where.
    let pointer = read(&git)?;
    Some(directory.join(pointer.strip_prefix("gitdir: ")?))
}

fn packed(common: &Path, reference: &str) -> Option<String> {
    let packed = fs::read_to_string(common.join("packed-refs")).ok()?;
    let (commit, _) =
        packed.lines().filter_map(|line| line.split_once(' ')).find(|(_, name)| *name == reference)?;
    Some(commit.to_owned())
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(directory: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(directory)
            .env_remove("GIT_DIR")
            .output()
            .expect("git");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn repository() -> (tempfile::TempDir, String) {
        let directory = tempfile::tempdir().expect("a directory");
        git(directory.path(), &["init", "-q"]);
        git(directory.path(), &["commit", "-q", "--allow-empty", "-m", "first"]);
        let commit = git(directory.path(), &["rev-parse", "HEAD"]);
        (directory, commit)
    }

    #[test]
    fn a_branch_is_read_from_a_directory_below_the_root() {
        let (directory, commit) = repository();
        let below = directory.path().join("a/b");
        fs::create_dir_all(&below).expect("directories");
        assert_eq!(Checkout::around(&below), Some(Checkout { branch: Some("main".into()), commit }));
    }

    #[test]
    fn a_branch_that_stands_for_another_is_that_other() {
        let (directory, commit) = repository();
        git(directory.path(), &["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
        git(directory.path(), &["symbolic-ref", "HEAD", "refs/heads/alias"]);
        let main = Some(Checkout { branch: Some("main".into()), commit });
        assert_eq!(Checkout::around(directory.path()), main);
    }

    #[test]
    fn packed_references_are_found() {
        let (directory, commit) = repository();
        git(directory.path(), &["pack-refs", "--all"]);
        assert_eq!(Checkout::around(directory.path()).expect("a checkout").commit, commit);
    }

    #[test]
    fn a_detached_checkout_has_no_branch() {
        let (directory, commit) = repository();
        git(directory.path(), &["checkout", "-q", "--detach"]);
        assert_eq!(Checkout::around(directory.path()), Some(Checkout { branch: None, commit }));
    }

    #[test]
    fn a_linked_worktree_has_its_own_branch() {
        let (directory, commit) = repository();
        git(directory.path(), &["worktree", "add", "-q", "-b", "feature", "tree"]);
        let checkout = Checkout::around(&directory.path().join("tree"));
        assert_eq!(checkout, Some(Checkout { branch: Some("feature".into()), commit }));
    }

    #[test]
    fn a_repository_without_a_commit_has_no_checkout() {
        let directory = tempfile::tempdir().expect("a directory");
        git(directory.path(), &["init", "-q"]);
        assert_eq!(Checkout::around(directory.path()), None);
    }
}
