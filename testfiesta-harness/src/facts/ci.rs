//! Which CI job this is, as the job's environment tells.

use crate::address::without_credentials;

/// A job of a CI service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CiJob {
    /// The service, and its name for the job.
    pub name: String,
    /// The job's page.
    pub url: Option<String>,
    /// The branch under test; of a pull request, its own.
    pub branch: Option<String>,
    /// The commit under test.
    pub commit: Option<String>,
}

impl CiJob {
    /// Looks for the variables that GitHub Actions, GitLab CI, Buildkite, CircleCI, Jenkins and Azure Pipelines set.
    pub(crate) fn detect(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let job_of = Variables(&variable);
        let is_set = |name| variable(name).is_some();
        let job = if is_set("GITHUB_ACTIONS") {
            job_of.github()
        } else if is_set("GITLAB_CI") {
            job_of.gitlab()
        } else if is_set("BUILDKITE") {
            job_of.buildkite()
        } else if is_set("CIRCLECI") {
            job_of.circleci()
        } else if is_set("JENKINS_URL") {
            job_of.jenkins()
        } else if is_set("TF_BUILD") {
            job_of.azure()
        } else {
            return None;
        };
        // The job's page is shown to everybody.
        Some(Self { url: job.url.map(|url| without_credentials(&url).into_owned()), ..job })
    }
}

/// The environment of a job.
struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    fn github(&self) -> CiJob {
        CiJob {
            name: self.name("GitHub Actions", &["GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_RUN_NUMBER"]),
            url: self.github_url(),
            branch: self.first(&["GITHUB_HEAD_REF", "GITHUB_REF_NAME"]),
            commit: self.get("GITHUB_SHA"),
        }
    }

    fn gitlab(&self) -> CiJob {
        CiJob {
            name: self.name("GitLab CI", &["CI_JOB_NAME", "CI_PIPELINE_IID"]),
            url: self.get("CI_JOB_URL"),
            branch: self.first(&["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"]),
            commit: self.get("CI_COMMIT_SHA"),
        }
    }

    fn buildkite(&self) -> CiJob {
        CiJob {
            name: self.name("Buildkite", &["BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_NUMBER"]),
            url: self.get("BUILDKITE_BUILD_URL").map(|url| match self.get("BUILDKITE_JOB_ID") {
                Some(job) => format!("{url}#{job}"),
                None => url,
            }),
            branch: self.get("BUILDKITE_BRANCH"),
            commit: self.get("BUILDKITE_COMMIT").filter(|commit| commit != "HEAD"),
        }
    }

    fn circleci(&self) -> CiJob {
        CiJob {
            name: self.name("CircleCI", &["CIRCLE_JOB", "CIRCLE_BUILD_NUM"]),
            url: self.get("CIRCLE_BUILD_URL"),
            branch: self.get("CIRCLE_BRANCH"),
            commit: self.get("CIRCLE_SHA1"),
        }
    }

    fn jenkins(&self) -> CiJob {
        // With the name of the remote before it.
        let remote = || Some(without_prefix(self.get("GIT_BRANCH")?, "origin/"));
        CiJob {
            name: self.name("Jenkins", &["JOB_NAME", "BUILD_NUMBER"]),
            url: self.get("BUILD_URL"),
            branch: self.first(&["CHANGE_BRANCH", "BRANCH_NAME"]).or_else(remote),
            commit: self.get("GIT_COMMIT"),
        }
    }

    fn azure(&self) -> CiJob {
        // The third is only what stands behind the last slash.
        let references = ["SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH", "BUILD_SOURCEBRANCHNAME"];
        let short = |reference| without_prefix(without_prefix(reference, "refs/heads/"), "refs/tags/");
        let names = ["BUILD_DEFINITIONNAME", "SYSTEM_JOBDISPLAYNAME", "BUILD_BUILDNUMBER"];
        CiJob {
            name: self.name("Azure Pipelines", &names),
            url: self.azure_url(),
            branch: self.first(&references).map(short),
            commit: self.get("BUILD_SOURCEVERSION"),
        }
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0(name)
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The service, and those of its names for the job that are set.
    fn name(&self, service: &str, names: &[&str]) -> String {
        let parts: Vec<_> = names.iter().filter_map(|name| self.get(name)).collect();
        [service, &parts.join(" / ")].join(" ").trim_end().to_owned()
    }

    fn github_url(&self) -> Option<String> {
        let (server, repository) = (self.get("GITHUB_SERVER_URL")?, self.get("GITHUB_REPOSITORY")?);
        let run = self.get("GITHUB_RUN_ID")?;
        let attempt = self.get("GITHUB_RUN_ATTEMPT").map(|attempt| format!("/attempts/{attempt}"));
        Some(format!("{server}/{repository}/actions/runs/{run}{}", attempt.unwrap_or_default()))
    }

    fn azure_url(&self) -> Option<String> {
        let (server, project) =
            (self.get("SYSTEM_TEAMFOUNDATIONSERVERURI")?, self.get("SYSTEM_TEAMPROJECT")?);
        let build = self.get("BUILD_BUILDID")?;
        // The server's address ends in a slash; a project's name may hold spaces.
        Some(format!("{server}{}/_build/results?buildId={build}", project.replace(' ', "%20")))
    }
}

fn without_prefix(name: String, prefix: &str) -> String {
    name.strip_prefix(prefix).map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> Option<CiJob> {
        CiJob::detect(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn url(variables: &[(&str, &str)]) -> String {
        detect(variables).expect("a job").url.expect("a link")
    }

    #[test]
    fn a_laptop_is_no_ci_job() {
        assert_eq!(detect(&[("HOME", "/home/me")]), None);
    }

    #[test]
    fn credentials_in_the_address_of_the_job_are_left_out() {
        let variables =
            [("JENKINS_URL", "set"), ("BUILD_URL", "https://me:hunter2@ci.example/job/webshop/7/")];
        assert_eq!(url(&variables), "https://ci.example/job/webshop/7/");
    }

    #[test]
    fn github_links_to_the_attempt() {
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_REPOSITORY", "acme/webshop"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "2"),
        ];
        assert_eq!(url(&variables), "https://github.example/acme/webshop/actions/runs/42/attempts/2");
    }

    #[test]
    fn a_github_pull_request_is_on_its_own_branch() {
        let variables =
            [("GITHUB_ACTIONS", "true"), ("GITHUB_HEAD_REF", "feature"), ("GITHUB_REF_NAME", "7/merge")];
        assert_eq!(detect(&variables).expect("a job").branch.as_deref(), Some("feature"));
    }

    fn branch(variables: &[(&str, &str)]) -> String {
        detect(variables).expect("a job").branch.expect("a branch")
    }

    #[test]
    fn azure_s_branch_is_the_whole_name_without_what_git_keeps_it_under() {
        let push = [("TF_BUILD", "True"), ("BUILD_SOURCEBRANCH", "refs/heads/feature/x")];
        assert_eq!(branch(&[&push[..], &[("BUILD_SOURCEBRANCHNAME", "x")]].concat()), "feature/x");
        let pull_request =
            [("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "refs/heads/feature/y")];
        assert_eq!(branch(&pull_request), "feature/y");
    }

    #[test]
    fn jenkins_s_branch_is_named_without_its_remote() {
        assert_eq!(branch(&[("JENKINS_URL", "set"), ("GIT_BRANCH", "origin/feature/x")]), "feature/x");
    }

    #[test]
    fn gitlab_links_to_the_job() {
        assert_eq!(
            url(&[("GITLAB_CI", "true"), ("CI_JOB_URL", "https://gitlab.example/j/1")]),
            "https://gitlab.example/j/1"
        );
    }

    #[test]
    fn buildkite_links_to_the_job_within_the_build() {
        let variables = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_BUILD_URL", "https://bk.example/b/1"),
            ("BUILDKITE_JOB_ID", "j2"),
        ];
        assert_eq!(url(&variables), "https://bk.example/b/1#j2");
    }

    #[test]
    fn circleci_links_to_the_build() {
        assert_eq!(
            url(&[("CIRCLECI", "true"), ("CIRCLE_BUILD_URL", "https://circle.example/1")]),
            "https://circle.example/1"
        );
    }

    #[test]
    fn jenkins_links_to_the_build() {
        assert_eq!(
            url(&[("JENKINS_URL", "https://j.example"), ("BUILD_URL", "https://j.example/1")]),
            "https://j.example/1"
        );
    }

    #[test]
    fn azure_links_to_the_build_s_results() {
        let variables = [
            ("TF_BUILD", "True"),
            ("SYSTEM_TEAMFOUNDATIONSERVERURI", "https://azure.example/acme/"),
            ("SYSTEM_TEAMPROJECT", "Web Shop"),
            ("BUILD_BUILDID", "9"),
        ];
        assert_eq!(url(&variables), "https://azure.example/acme/Web%20Shop/_build/results?buildId=9");
    }
}
