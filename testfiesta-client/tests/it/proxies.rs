//! Proxies are for other machines. The environment names them.

use testfiesta_client::testfiesta::{Client, Uid};
use testfiesta_client::{BaseUrl, Error, Options, Token};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::child;
use crate::service::{Reply, Service, TOKEN, quick};

/// An environment that names this proxy for everything.
fn behind(proxy: String) -> Vec<(&'static str, String)> {
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
        .map(|variable| (variable, proxy.clone()))
        .into()
}

#[tokio::test]
async fn loopback_is_reached_without_one() {
    let proxy = Service::answering([Reply::new(502, "")]).await;
    assert!(child::passes("proxies::a_service_on_loopback", behind(proxy.url())).await);
    assert_eq!(proxy.count(), 0);
}

#[tokio::test]
#[ignore = "part of `loopback_is_reached_without_one`"]
async fn a_service_on_loopback() {
    let service = Service::answering([Reply::new(200, r#"{"uid": 7}"#)]).await;
    service.project().run(Uid::new(7)).await.unwrap();
}

#[tokio::test]
async fn another_machine_is_reached_through_one_that_learns_no_more_than_its_name() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut connection, _) = proxy.accept().await.unwrap();
        let (reader, mut writer) = connection.split();
        let mut lines = BufReader::new(reader).lines();
        let mut head = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap().filter(|line| !line.is_empty()) {
            head.push(line);
        }
        writer.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        head
    });
    assert!(child::passes("proxies::a_service_elsewhere", behind(address)).await);
    let head = asked.await.unwrap();
    assert_eq!(head[0], "CONNECT service.example:443 HTTP/1.1");
    assert!(!head.join("\n").contains(TOKEN), "{head:?}");
}

#[tokio::test]
#[ignore = "part of `another_machine_is_reached_through_one_that_learns_no_more_than_its_name`"]
async fn a_service_elsewhere() {
    let url = BaseUrl::parse("https://service.example").unwrap();
    let options = Options { retries: 0, ..quick() };
    let client = Client::with_options(url, "acme", Token::new(TOKEN).unwrap(), options).unwrap();
    let error = client.project("WEB").run(Uid::new(7)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}
