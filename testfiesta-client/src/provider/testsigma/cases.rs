//! From human ids to UUIDs: contract, section 9, step 4.

use std::collections::HashMap;

use tokio::task::JoinSet;

use super::Testsigma;
use crate::{Error, testsigma::ProjectClient};

/// How many ids are asked for at the same time. The pace is the client's; this keeps it up where answers take long.
const AT_ONCE: usize = 8;

impl Testsigma {
    /// The UUIDs of these ids. An id that is not among them is one that the project does not have.
    pub(super) async fn resolve(
        &self,
        project: &ProjectClient,
        ids: &[&str],
    ) -> Result<HashMap<String, String>, Error> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for &id in ids.iter().filter(|id| !self.state().unknown.contains(**id)) {
            match self.cache.case(project.id(), id) {
                Some(uuid) => drop(found.insert(id.to_owned(), uuid)),
                None if missing.iter().any(|other| other == id) => {}
                None => missing.push(id.to_owned()),
            }
        }
        let mut learned = Vec::new();
        let asked = ask_for(project, missing.clone(), &mut learned).await;
        // Whatever came before a failure need not be asked for again.
        if !learned.is_empty() {
            self.cache.learn_cases(project.id(), &learned).await;
        }
        found.extend(learned);
        asked?;
        self.state().unknown.extend(missing.into_iter().filter(|id| !found.contains_key(id)));
        Ok(found)
    }
}

async fn ask_for(
    project: &ProjectClient,
    ids: Vec<String>,
    found: &mut Vec<(String, String)>,
) -> Result<(), Error> {
    let mut ids = ids.into_iter();
    let mut asking = JoinSet::new();
    loop {
        while asking.len() < AT_ONCE
            && let Some(id) = ids.next()
        {
            let project = project.clone();
            asking.spawn(async move {
                let case = project.case_by_human_id(&id).await;
                (id, case)
            });
        }
        let Some(answer) = asking.join_next().await else { return Ok(()) };
        let (id, case) = answer.map_err(|error| Error::Interrupted {
            call: "GET …/test_cases".to_owned(),
            reason: error.to_string(),
        })?;
        if let Some(case) = case? {
            found.push((id, case.id));
        }
    }
}
