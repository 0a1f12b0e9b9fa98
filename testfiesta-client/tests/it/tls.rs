//! https, with a certificate that the platform trusts or does not.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use testfiesta_client::testfiesta::{Client, Run, Uid};
use testfiesta_client::{BaseUrl, Error, Options, Token};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::service::{TOKEN, quick};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n{\"uid\": 7}";

/// A server for `localhost` that answers every request with a run; and its certificate, in PEM.
async fn https() -> (SocketAddr, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], signing_key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // A client that does not trust the certificate goes away here.
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let _ = connection.read(&mut [0; 4096]).await;
            let _ = connection.write_all(ANSWER).await;
            let _ = connection.shutdown().await;
        }
    });
    (address, cert.pem())
}

async fn run_from(port: u16) -> Result<Run, Error> {
    let url = BaseUrl::parse(&format!("https://localhost:{port}")).unwrap();
    let options = Options { retries: 0, ..quick() };
    let client = Client::with_options(url, "acme", Token::new(TOKEN).unwrap(), options).unwrap();
    client.project("WEB").run(Uid::new(7)).await
}

#[tokio::test]
async fn a_service_without_a_trusted_certificate_is_unreachable() {
    let (address, _) = https().await;
    let error = run_from(address.port()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { reason, .. } if reason.contains("certificate")),
        "{error:?}"
    );
}

#[tokio::test]
async fn no_provider_is_installed_for_the_process() {
    let (address, _) = https().await;
    let _ = run_from(address.port()).await;
    assert!(CryptoProvider::get_default().is_none());
}

/// Only there does the environment name the certificates to trust.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_service_with_a_trusted_certificate_answers() {
    let (address, certificate) = https().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("trusted.pem");
    std::fs::write(&file, certificate).unwrap();
    let environment =
        vec![("SSL_CERT_FILE", file.into_os_string()), ("TLS_TEST_PORT", address.port().to_string().into())];
    assert!(crate::child::passes("tls::a_trusted_service", environment).await);
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "part of `a_service_with_a_trusted_certificate_answers`"]
async fn a_trusted_service() {
    let port = std::env::var("TLS_TEST_PORT").unwrap().parse().unwrap();
    assert_eq!(run_from(port).await.unwrap().uid, Uid::new(7));
}
