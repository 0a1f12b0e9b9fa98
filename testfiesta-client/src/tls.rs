//! What a connection needs of TLS.
//!
//! Configured by hand rather than left to reqwest: its own choice would be aws-lc, whose C build doubles the build of
//! every test crate, or whatever provider the process has installed. Given ring explicitly, nothing is installed for
//! the process, and what a user installs is neither needed nor in the way.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// Trusts what the platform trusts. Reading its certificates takes some 30 ms, so ask for it only to use it.
pub(crate) fn platform() -> Result<ClientConfig, rustls::Error> {
    Ok(http1(builder()?.with_platform_verifier()?))
}

/// Trusts nobody, and costs nothing: for plain http.
pub(crate) fn none() -> Result<ClientConfig, rustls::Error> {
    Ok(http1(builder()?.with_root_certificates(RootCertStore::empty())))
}

fn builder() -> Result<ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
}

fn http1(builder: ConfigBuilder<ClientConfig, WantsClientCert>) -> ClientConfig {
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}
