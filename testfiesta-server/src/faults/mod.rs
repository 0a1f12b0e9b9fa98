//! A service that fails on purpose: what stands between the routes of the API and their callers, so that everybody can
//! see what their reporting does on a bad day. The pages are spared: they show what arrived nevertheless.

mod answer;
mod fault;
mod spec;

use std::{
    future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::api::{MAX_BODY, extract::too_large};

pub use self::{
    fault::{Fault, Kind, Moment},
    spec::{GRAMMAR, NotAFault},
};

/// The faults of a server, which may change while it runs. Cheap to clone; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Source>>>);

/// A fault at work.
#[derive(Debug)]
struct Source {
    fault: Fault,
    random: fastrand::Rng,
    struck: u64,
}

/// What befalls one request: a delay, and then at most one thing.
#[derive(Debug, Default, PartialEq)]
struct Strike {
    delay: Duration,
    kind: Option<Kind>,
}

impl Faults {
    /// These faults. Of those that would strike a request, the first does, except that delays add up.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let these = Self::default();
        these.set(faults);
        these
    }

    /// From now on these faults, and no others.
    pub fn set(&self, faults: impl IntoIterator<Item = Fault>) {
        // Several of one seed, or of none, must not choose alike.
        let source = |(place, fault): (u64, Fault)| Source {
            random: fastrand::Rng::with_seed(fault.seed.wrapping_add(place)),
            fault,
            struck: 0,
        };
        *self.locked() = (0..).zip(faults).map(source).collect();
    }

    fn strike(&self, method: &Method, path: &str, body: &Bytes) -> Strike {
        let mut strike = Strike::default();
        for source in self.locked().iter_mut() {
            match source.fault.kind {
                Kind::Latency(delay) => {
                    if source.strikes(method, path, body) {
                        strike.delay += delay;
                    }
                }
                kind => {
                    if strike.kind.is_none() && source.strikes(method, path, body) {
                        strike.kind = Some(kind);
                    }
                }
            }
        }
        strike
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Source>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    fn strikes(&mut self, method: &Method, path: &str, body: &Bytes) -> bool {
        let fault = &self.fault;
        let struck = fault.is_about(method, path, body)
            && fault.times.is_none_or(|times| self.struck < times)
            && self.random.f64() < fault.share;
        self.struck += u64::from(struck);
        struck
    }
}

/// The layer.
pub(crate) async fn interfere(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    // Nobody's body is read before it is known whose it is, unless a fault may be about what it holds.
    if faults.locked().is_empty() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    // Who breaks off hears nothing of it.
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return too_large().into_response() };
    let Strike { delay, kind } = faults.strike(&head.method, head.uri.path(), &body);
    tokio::time::sleep(delay).await;
    let done = next.run(Request::from_parts(head, Body::from(body)));
    match kind {
        None | Some(Kind::Latency(_)) => done.await,
        Some(Kind::Status { status, retry_after }) => answer::status(status, retry_after),
        Some(Kind::Html(status)) => answer::html(status),
        Some(Kind::TooLarge(_)) => answer::status(StatusCode::PAYLOAD_TOO_LARGE, None),
        Some(Kind::Reset(Moment::Before)) => answer::none(),
        Some(Kind::Reset(Moment::Within)) => answer::broken_off(done.await).await,
        Some(Kind::Reset(Moment::After)) => {
            drop(done.await);
            answer::none()
        }
        Some(Kind::Hang(moment)) => {
            if moment != Moment::Before {
                drop(done.await);
            }
            future::pending().await
        }
        Some(Kind::Truncated) => answer::truncated(done.await).await,
        Some(Kind::Slow(duration)) => answer::slow(done.await, duration).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(specs: &[&str]) -> Faults {
        Faults::new(specs.iter().map(|spec| spec.parse().unwrap()))
    }

    /// Which of a hundred imports are struck.
    fn struck(faults: &Faults) -> Vec<bool> {
        let strike = || faults.strike(&Method::POST, "/v1/local/projects/DEMO/data", &Bytes::new());
        (0..100).map(|_| strike().kind.is_some()).collect()
    }

    fn count(struck: &[bool]) -> usize {
        struck.iter().filter(|it| **it).count()
    }

    #[test]
    fn a_share_strikes_about_so_many() {
        let count = count(&struck(&faults(&["503,share=30%"])));
        assert!((15..45).contains(&count), "{count}");
    }

    #[test]
    fn one_seed_strikes_the_same_requests_each_time() {
        let of_seed = |seed: u32| struck(&faults(&[&format!("503,share=30%,seed={seed}")]));
        assert_eq!(of_seed(1), of_seed(1));
        assert_ne!(of_seed(1), of_seed(2));
    }

    #[test]
    fn a_fault_strikes_no_more_often_than_it_may() {
        let struck = struck(&faults(&["503,times=3"]));
        assert_eq!((count(&struck), count(&struck[..3])), (3, 3));
    }

    #[test]
    fn the_first_of_several_strikes() {
        let strike = faults(&["hang,method=PUT", "reset=before", "503"]).strike(
            &Method::POST,
            "/",
            &Bytes::from("{}"),
        );
        assert_eq!(strike.kind, Some(Kind::Reset(Moment::Before)));
    }

    #[test]
    fn delays_add_up_and_leave_room_for_another() {
        let strike = faults(&["latency=1s", "503", "latency=2s"]).strike(&Method::GET, "/", &Bytes::new());
        assert_eq!(strike.delay, Duration::from_secs(3));
        assert!(strike.kind.is_some());
    }

    #[test]
    fn faults_may_change_while_the_server_runs() {
        let faults = faults(&["503"]);
        faults.set([]);
        assert_eq!(count(&struck(&faults)), 0);
    }
}
