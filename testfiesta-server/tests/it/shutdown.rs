//! The end of a server.

use testfiesta_server::{App, Store, serve};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// Connects, sends these bytes, waits until the server took the connection, and tells it to stop.
async fn stops_after(sent: &'static str) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, App::new(store), async { drop(stopped.await) }));

    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(sent.as_bytes()).await.unwrap();
    // One whole exchange on a later connection: the earlier was accepted before it.
    let mut later = TcpStream::connect(address).await.unwrap();
    later.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    later.read_to_end(&mut Vec::new()).await.unwrap();

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_that_was_never_used_does_not_hold_it_up() {
    stops_after("").await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_comes_to_its_end_does_not_hold_it_up_for_ever() {
    stops_after("POST /v1/local/projects HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{").await;
}
