//! Where people look at a run.

use reqwest::Url;

use crate::{BaseUrl, Error};

use super::Uid;

/// The page of a run: `{dashboard}/{handle}/{project}/runs/{uid}/folders` (contract, section 6, "Dashboard URL").
///
/// Without an explicit `dashboard` its address follows from that of the API: a local server shows its own pages, and
/// elsewhere `api.` becomes `app.`, or `staging.app.` for a staging host.
///
/// # Errors
///
/// [`Error::Setting`] for a handle or a project key that cannot be part of an address.
pub fn dashboard_url(
    api: &BaseUrl,
    dashboard: Option<&BaseUrl>,
    handle: &str,
    project: &str,
    run: Uid,
) -> Result<String, Error> {
    let dashboard = dashboard.cloned().unwrap_or_else(|| derived(api));
    Ok(dashboard.join(&[handle, project, "runs", &run.to_string(), "folders"])?.into())
}

fn derived(api: &BaseUrl) -> BaseUrl {
    let url = api.url();
    let Some(host) = url.host_str().filter(|_| !api.is_loopback()) else { return api.clone() };
    let host = if host.contains("staging") {
        // The longest first: the shortest is part of the others.
        let prefix =
            ["staging-api.", "staging.api.", "api."].into_iter().find(|prefix| host.contains(prefix));
        prefix.map_or_else(|| host.to_owned(), |prefix| host.replacen(prefix, "staging.app.", 1))
    } else {
        host.replacen("api.", "app.", 1)
    };
    moved(url, &host).and_then(|url| BaseUrl::parse(url.as_str()).ok()).unwrap_or_else(|| api.clone())
}

fn moved(url: &Url, host: &str) -> Option<Url> {
    let mut url = url.clone();
    url.set_host(Some(host)).ok()?;
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(api: &str, dashboard: Option<&str>) -> String {
        let parse = |text| BaseUrl::parse(text).unwrap();
        dashboard_url(&parse(api), dashboard.map(parse).as_ref(), "acme", "WEB", Uid::new(252)).unwrap()
    }

    #[test]
    fn of_the_vendors_service_lies_at_its_app() {
        assert_eq!(
            page(crate::testfiesta::DEFAULT_URL, None),
            "https://app.testfiesta.com/acme/WEB/runs/252/folders"
        );
    }

    #[test]
    fn of_a_staging_service_lies_at_its_staging_app() {
        for host in ["staging-api.testfiesta.com", "staging.api.testfiesta.com"] {
            let expected = "https://staging.app.testfiesta.com:8443/acme/WEB/runs/252/folders";
            assert_eq!(page(&format!("https://{host}:8443"), None), expected);
        }
    }

    #[test]
    fn of_a_local_server_lies_there() {
        assert_eq!(page("http://127.0.0.1:4711", None), "http://127.0.0.1:4711/acme/WEB/runs/252/folders");
    }

    #[test]
    fn lies_where_the_caller_says() {
        let page = page("https://api.testfiesta.com", Some("https://qa.example.com/tf/"));
        assert_eq!(page, "https://qa.example.com/tf/acme/WEB/runs/252/folders");
    }
}
