//! A server that answers what a test tells it to, and remembers what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use testfiesta_client::testfiesta::{Client, ProjectClient};
use testfiesta_client::{BaseUrl, Options, Token};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "testfiesta_0123456789abcdef0123456789abcdef.fedcba98765432100123456789abcdef";

/// What a client sent.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// As in `GET /v1/acme/projects?limit=100`.
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The line and the body, as a snapshot shows them.
impl std::fmt::Display for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}", self.line, String::from_utf8_lossy(&self.body))
    }
}

/// What the server answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Nothing, ever.
    Silence,
    /// Nothing, and the connection is closed.
    Cut,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn json(body: Value) -> Self {
        Self::new(200, body.to_string())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    async fn into_response(self) -> Response {
        match self {
            Self::Silence => std::future::pending().await,
            // As a panic, but without its message: the task of the connection ends.
            Self::Cut => std::panic::resume_unwind(Box::new(())),
            Self::Answer { status, headers, body } => {
                let mut response = (StatusCode::from_u16(status).unwrap(), Body::from(body)).into_response();
                for (name, value) in headers {
                    response.headers_mut().insert(name, value.parse().unwrap());
                }
                response
            }
        }
    }
}

/// A running server; it ends with the test's runtime.
pub(crate) struct Service {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

#[derive(Clone)]
struct Script {
    received: Arc<Mutex<Vec<Received>>>,
    replies: Arc<[Reply]>,
}

#[derive(Clone)]
struct List {
    received: Arc<Mutex<Vec<Received>>>,
    items: Arc<[Value]>,
}

impl Service {
    /// Answers these in turn, and the last one from then on.
    pub(crate) async fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script { received: Arc::default(), replies: replies.into_iter().collect() };
        let received = script.received.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(play).with_state(script);
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { address, received }
    }

    /// Answers the page of this list that is asked for, in its own order and by no more than its number.
    pub(crate) async fn listing(items: Vec<Value>) -> Self {
        let list_of = List { received: Arc::default(), items: items.into() };
        let received = list_of.received.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(list).with_state(list_of);
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { address, received }
    }

    /// Writes these bytes on every connection once something was asked, and closes it.
    pub(crate) async fn writing(bytes: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let _ = connection.read(&mut [0; 4096]).await;
                let _ = connection.write_all(bytes.as_bytes()).await;
            }
        });
        address
    }

    /// Answers with a body that does not end.
    pub(crate) async fn pouring() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let _ = connection.read(&mut [0; 4096]).await;
                let _ = connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                while connection.write_all(&[b'x'; 64 * 1024]).await.is_ok() {}
            }
        });
        address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The methods of what was sent.
    pub(crate) fn methods(&self) -> Vec<String> {
        let method = |it: &Received| it.line.split(' ').next().unwrap_or_default().to_owned();
        self.received().iter().map(method).collect()
    }

    /// How often something was sent.
    pub(crate) fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// The only thing that was sent.
    pub(crate) fn only(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received[0].clone()
    }

    pub(crate) fn client(&self) -> Client {
        client(self.address, quick())
    }

    pub(crate) fn project(&self) -> ProjectClient {
        self.client().project("WEB")
    }
}

async fn list(State(List { received, items }): State<List>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let number = |name: &str| {
        let (_, value) = line.split_once(&format!("{name}="))?;
        value.split('&').next()?.parse::<usize>().ok()
    };
    let page = items.iter().skip(number("offset").unwrap()).take(number("limit").unwrap());
    let page = serde_json::json!({ "count": items.len(), "items": page.collect::<Vec<_>>() });
    let headers = request.headers().clone();
    received.lock().unwrap().push(Received { line, headers, body: Bytes::new() });
    Reply::json(page).into_response().await
}

async fn play(State(script): State<Script>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let line = format!("{} {}", parts.method, parts.uri);
    let turn = {
        let mut received = script.received.lock().unwrap();
        received.push(Received { line, headers: parts.headers, body });
        received.len() - 1
    };
    script.replies[turn.min(script.replies.len() - 1)].clone().into_response().await
}

/// Pauses that a test does not notice, and patience that it does not run out of.
pub(crate) fn quick() -> Options {
    Options {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(1),
        longest_retry_after: Duration::from_millis(1),
        ..Options::default()
    }
}

pub(crate) fn client(address: SocketAddr, options: Options) -> Client {
    let url = BaseUrl::parse(&format!("http://{address}")).unwrap();
    Client::with_options(url, "acme", Token::new(TOKEN).unwrap(), options).unwrap()
}
