//! Which CI job this is, as the job's environment tells.

use crate::address::without_credentials;

/// A job of a CI service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiJob {
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
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| variable(name));
        let named = |service: &str, names: &[&str]| {
            let parts: Vec<_> = names.iter().filter_map(|name| variable(name)).collect();
            [service, &parts.join(" / ")].join(" ").trim_end().to_owned()
        };
        let job = if variable("GITHUB_ACTIONS").is_some() {
            Self {
                name: named("GitHub Actions", &["GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_RUN_NUMBER"]),
                url: github_url(&variable),
                branch: first(&["GITHUB_HEAD_REF", "GITHUB_REF_NAME"]),
                commit: variable("GITHUB_SHA"),
            }
        } else if variable("GITLAB_CI").is_some() {
            Self {
                name: named("GitLab CI", &["CI_JOB_NAME", "CI_PIPELINE_IID"]),
                url: variable("CI_JOB_URL"),
                branch: first(&["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"]),
                commit: variable("CI_COMMIT_SHA"),
            }
        } else if variable("BUILDKITE").is_some() {
            Self {
                name: named("Buildkite", &["BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_NUMBER"]),
                url: variable("BUILDKITE_BUILD_URL").map(|url| match variable("BUILDKITE_JOB_ID") {
                    Some(job) => format!("{url}#{job}"),
                    None => url,
                }),
                branch: variable("BUILDKITE_BRANCH"),
                commit: variable("BUILDKITE_COMMIT").filter(|commit| commit != "HEAD"),
            }
        } else if variable("CIRCLECI").is_some() {
            Self {
                name: named("CircleCI", &["CIRCLE_JOB", "CIRCLE_BUILD_NUM"]),
                url: variable("CIRCLE_BUILD_URL"),
                branch: variable("CIRCLE_BRANCH"),
                commit: variable("CIRCLE_SHA1"),
            }
        } else if variable("JENKINS_URL").is_some() {
            Self {
                name: named("Jenkins", &["JOB_NAME", "BUILD_NUMBER"]),
                url: variable("BUILD_URL"),
                branch: first(&["CHANGE_BRANCH", "BRANCH_NAME"]).or_else(|| {
                    let branch = variable("GIT_BRANCH")?;
                    // With the name of the remote before it.
                    Some(branch.strip_prefix("origin/").unwrap_or(&branch).to_owned())
                }),
                commit: variable("GIT_COMMIT"),
            }
        } else if variable("TF_BUILD").is_some() {
            Self {
                name: named(
                    "Azure Pipelines",
                    &["BUILD_DEFINITIONNAME", "SYSTEM_JOBDISPLAYNAME", "BUILD_BUILDNUMBER"],
                ),
                url: azure_url(&variable),
                // The third is only what stands behind the last slash of a name.
                branch: first(&[
                    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
                    "BUILD_SOURCEBRANCH",
                    "BUILD_SOURCEBRANCHNAME",
                ])
                .map(|name| ["refs/heads/", "refs/tags/"].iter().fold(name, without_prefix)),
                commit: variable("BUILD_SOURCEVERSION"),
            }
        } else {
            return None;
        };
        // The job's page is shown to everybody.
        Some(Self { url: job.url.map(|url| without_credentials(&url).into_owned()), ..job })
    }
}

fn without_prefix(name: String, prefix: &&str) -> String {
    name.strip_prefix(prefix).map(str::to_owned).unwrap_or(name)
}

fn github_url(variable: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let [server, repository, run] =
        [variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?, variable("GITHUB_RUN_ID")?];
    let attempt =
        variable("GITHUB_RUN_ATTEMPT").map(|attempt| format!("/attempts/{attempt}")).unwrap_or_default();
    Some(format!("{server}/{repository}/actions/runs/{run}{attempt}"))
}

fn azure_url(variable: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let [server, project, build] = [
        variable("SYSTEM_TEAMFOUNDATIONSERVERURI")?,
        variable("SYSTEM_TEAMPROJECT")?,
        variable("BUILD_BUILDID")?,
    ];
    // The server's address ends in a slash; a project's name may hold spaces.
    Some(format!("{server}{}/_build/results?buildId={build}", project.replace(' ', "%20")))
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
