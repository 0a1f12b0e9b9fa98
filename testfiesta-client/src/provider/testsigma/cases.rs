//! From human ids to UUIDs: contract, section 9, step 4.

use std::{
    collections::{HashMap, HashSet},
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use super::Testsigma;
use crate::{
    Error,
    testsigma::{Case, ProjectClient},
};

/// How many ids are asked for at the same time. The pace is the client's; this keeps it up where answers take long.
const AT_ONCE: usize = 8;
/// How many ids in a row the service may break over before it, not the ids, is taken to be the reason.
const FAILED_LOOKUPS_IN_A_ROW: usize = AT_ONCE;

/// What the project says of ids. One that is in neither list is one that it does not have.
pub(super) struct Resolved {
    /// Their UUIDs.
    pub(super) cases: HashMap<String, String>,
    /// Those that it refused to look up, or broke over, and why.
    pub(super) aside: Vec<(String, Error)>,
}

impl Testsigma {
    /// Looks which of these cases, by UUID, may be to blame for a refusal since they were deleted: of those that it names, if
    /// it names any. Answers whether there are such.
    pub(super) async fn find_gone(
        &self,
        project: &ProjectClient,
        cases: &HashSet<String>,
        refusal: &Error,
    ) -> Result<bool, Error> {
        if !refusal.is_about_the_content() && !matches!(refusal, Error::NotFound { .. }) {
            return Ok(false);
        }
        let message = refusal.message().unwrap_or_default();
        let mut named: Vec<&String> = cases.iter().filter(|case| message.contains(&***case)).collect();
        if named.is_empty() {
            named.extend(cases);
        }
        let mut any_gone = false;
        for case in named {
            match project.case(case).await {
                Err(Error::NotFound { .. }) => {
                    any_gone = true;
                    self.state().gone.insert(case.clone());
                }
                Err(error) if error.is_retryable() && !error.is_internal() => return Err(error),
                _ => {}
            }
        }
        Ok(any_gone)
    }

    pub(super) fn is_gone(&self, case: &str) -> bool {
        self.state().gone.contains(case)
    }

    /// The UUIDs of these ids.
    pub(super) async fn resolve(&self, project: &ProjectClient, ids: &[&str]) -> Result<Resolved, Error> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for &id in ids.iter().filter(|id| !self.state().unknown.contains(**id)) {
            match self.cache.case(project.id(), id) {
                Some(uuid) => drop(found.insert(id.to_owned(), uuid)),
                None if missing.iter().any(|other| other == id) => {}
                None => missing.push(id.to_owned()),
            }
        }
        let (mut learned, mut aside) = (Vec::new(), Vec::new());
        let asked = ask_for(project, missing.clone(), &mut learned, &mut aside).await;
        // Whatever came before a failure need not be asked for again.
        if !learned.is_empty() {
            self.cache.learn_cases(project.id(), &learned).await;
        }
        found.extend(learned);
        asked?;
        missing.retain(|id| !found.contains_key(id) && aside.iter().all(|(other, _)| other != id));
        self.state().unknown.extend(missing);
        Ok(Resolved { cases: found, aside })
    }
}

async fn ask_for(
    project: &ProjectClient,
    ids: Vec<String>,
    found: &mut Vec<(String, String)>,
    aside: &mut Vec<(String, Error)>,
) -> Result<(), Error> {
    let mut ids = ids.into_iter();
    let mut failures = 0;
    let mut asking: Vec<Asking<'_>> = Vec::new();
    loop {
        while asking.len() < AT_ONCE
            && let Some(id) = ids.next()
        {
            asking.push(Box::pin(async move {
                let case = project.case_by_human_id(&id).await;
                (id, case)
            }));
        }
        if asking.is_empty() {
            return Ok(());
        }
        let (id, case) = poll_fn(|context| first(&mut asking, context)).await;
        match case {
            Ok(case) => {
                failures = 0;
                found.extend(case.map(|case| (id, case.id)));
            }
            Err(error)
                if (error.is_internal() || error.is_about_the_content())
                    && failures < FAILED_LOOKUPS_IN_A_ROW =>
            {
                failures += 1;
                aside.push((id, error));
            }
            Err(error) => return Err(error),
        }
    }
}

/// An id that is asked for.
type Asking<'a> = Pin<Box<dyn Future<Output = Asked> + Send + 'a>>;
type Asked = (String, Result<Option<Case>, Error>);

/// The answer that comes first.
fn first(asking: &mut Vec<Asking<'_>>, context: &mut Context<'_>) -> Poll<Asked> {
    for at in 0..asking.len() {
        if let Poll::Ready(answer) = asking[at].as_mut().poll(context) {
            drop(asking.swap_remove(at));
            return Poll::Ready(answer);
        }
    }
    Poll::Pending
}
