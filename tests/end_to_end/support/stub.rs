//! Services that fail: what a client has to live with, and no real server does on demand.

use std::time::Duration;

use axum::{Router, http::StatusCode, response::Html};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::runtime::{block_on, runtime};

/// The address of a port on which nobody listens.
pub(crate) fn gone() -> String {
    let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    address(&listener)
}

/// Answers this status to everything.
pub(crate) fn answering(status: u16) -> String {
    let status = StatusCode::from_u16(status).expect("a status");
    serving(
        Router::new().fallback(async move || (status, axum::Json(serde_json::json!({ "message": "no" })))),
    )
}

/// Answers pages to everything, as a proxy does that wants a login first.
pub(crate) fn answering_pages() -> String {
    serving(Router::new().fallback(async || Html("<html><title>Please log in</title></html>")))
}

/// Answers after a time that nobody wants to wait for.
pub(crate) fn hanging() -> String {
    serving(Router::new().fallback(async || tokio::time::sleep(Duration::from_secs(3600)).await))
}

/// Hangs up in the middle of every answer.
pub(crate) fn truncating() -> String {
    let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = address(&listener);
    runtime().spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(answer_in_part(client));
        }
    });
    address
}

async fn answer_in_part(mut client: TcpStream) -> std::io::Result<()> {
    let mut request = [0; 64 * 1024];
    let _ = client.read(&mut request).await?;
    let head =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"uid\": 1";
    client.write_all(head).await?;
    client.shutdown().await
}

fn serving(routes: Router) -> String {
    let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = address(&listener);
    runtime().spawn(async { axum::serve(listener, routes).await });
    address
}

fn address(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().expect("an address"))
}
