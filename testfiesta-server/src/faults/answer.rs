//! Answers as a service gives them on a bad day.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

/// In how many pieces a slow body comes.
const PIECES: u32 = 10;

pub(super) fn status(status: StatusCode, retry_after: Option<Duration>) -> Response {
    let message = format!("{status}, since the server was started with this fault");
    let mut response = (status, Json(json!({ "message": message }))).into_response();
    if let Some(pause) = retry_after {
        // The header counts in seconds: less than one must not become none.
        let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

pub(super) fn html(status: StatusCode) -> Response {
    let page =
        format!("<!DOCTYPE html><html><head><title>{status}</title></head><body>{status}</body></html>");
    (status, Html(page)).into_response()
}

/// No answer: the connection breaks. A body that fails before its first piece takes the head with it, which is not on
/// its way yet.
pub(super) fn none() -> Response {
    Body::from_stream(stream::once(async { Err::<Bytes, _>(broken()) })).into_response()
}

/// The head and one half of the body; then the connection breaks.
pub(super) async fn broken_off(response: Response) -> Response {
    let (mut head, body) = taken(response).await;
    if body.is_empty() {
        return none();
    }
    let half = body.slice(..body.len() / 2);
    let pieces = stream::iter([Ok(half)]).chain(stream::once(async {
        // What was written so far goes out while this waits.
        tokio::time::sleep(Duration::from_millis(1)).await;
        Err(broken())
    }));
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, Body::from_stream(pieces))
}

/// One half of the body, as if it were the whole.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut head, body) = taken(response).await;
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(body.slice(..body.len() / 2)))
}

/// The body in pieces, the last of them after `duration`. Where there is none, the answer waits as long.
pub(super) async fn slow(response: Response, duration: Duration) -> Response {
    let (head, body) = taken(response).await;
    if body.is_empty() {
        tokio::time::sleep(duration).await;
        return Response::from_parts(head, Body::empty());
    }
    let size = body.len().div_ceil(PIECES as usize);
    let pieces = (0..body.len()).step_by(size).map(move |at| body.slice(at..body.len().min(at + size)));
    let pieces = stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(duration / PIECES).await;
        Ok::<_, Infallible>(piece)
    });
    Response::from_parts(head, Body::from_stream(pieces))
}

async fn taken(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (head, body) = response.into_parts();
    // An attachment that cannot be read any more is as good as none here.
    (head, to_bytes(body, usize::MAX).await.unwrap_or_default())
}

fn broken() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionReset)
}
