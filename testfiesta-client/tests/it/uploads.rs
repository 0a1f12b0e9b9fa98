//! Files go where the service says, and the token does not.

use std::collections::HashMap;

use serde_json::json;
use testfiesta_client::Error;
use testfiesta_client::testfiesta::{MediaType, SignedFile, Uid, UploadFile};

use crate::service::{Reply, Service};

fn signed(url: String) -> SignedFile {
    SignedFile {
        signed_url: url,
        client_headers: HashMap::from([
            ("x-amz-acl".into(), "private".into()),
            ("content-type".into(), "binary/octet-stream".into()),
        ]),
        ..SignedFile::default()
    }
}

#[tokio::test]
async fn addresses_are_asked_for_and_read_as_the_contract_says() {
    let service = Service::answering([Reply::json(json!({"files": [{
        "fileName": "log.txt", "signedUrl": "https://s3.example.com/k?X-Sig=1", "objectUrl": "https://s3.example.com/k",
        "key": "k", "storagePath": "acme/k", "clientHeaders": {"x-amz-acl": "private", "content-length": 3}
    }]}))])
    .await;
    let file = UploadFile {
        file_name: "log.txt".into(),
        file_type: "text/plain; charset=utf-8".into(),
        size: 3,
        external_id: "TC-1".into(),
        run_id: Uid::new(252),
        media_type: Some(MediaType::Attachment),
        ..UploadFile::default()
    };
    let answer = service.project().upload_urls(vec![file]).await.unwrap();
    assert_eq!(answer.files[0].client_headers["content-length"], "3");
    assert_eq!(answer.files[0].external_id, None);
    insta::assert_snapshot!(service.only(), @r#"
    POST /v1/acme/projects/WEB/data/url
    {"files":[{"fileName":"log.txt","fileType":"text/plain; charset=utf-8","size":3,"externalId":"TC-1","runId":252,"mediaType":"attachment"}]}
    "#);
}

#[tokio::test]
async fn bytes_are_put_with_the_headers_asked_for_and_without_the_token() {
    let storage = Service::answering([Reply::new(200, "")]).await;
    let service = Service::answering([Reply::new(500, "")]).await;
    let file = signed(format!("{}/bucket/key?X-Sig=1", storage.url()));
    service.client().upload(&file, "text/plain", b"\0abc".to_vec()).await.unwrap();

    let received = storage.only();
    assert_eq!((received.line.as_str(), &received.body[..]), ("PUT /bucket/key?X-Sig=1", &b"\0abc"[..]));
    assert_eq!(received.header("content-type"), Some("text/plain"));
    assert_eq!(received.header("x-amz-acl"), Some("private"));
    assert_eq!(received.header("content-length"), Some("4"));
    assert_eq!(received.header("authorization"), None);
}

#[tokio::test]
async fn bytes_are_put_again_when_the_storage_fails() {
    let storage = Service::answering([Reply::new(503, ""), Reply::new(200, "")]).await;
    storage.client().upload(&signed(storage.url()), "text/plain", b"abc".to_vec()).await.unwrap();
    assert_eq!(storage.received()[1].body, "abc");
}

#[tokio::test]
async fn a_refusal_of_the_storage_is_not_about_the_token() {
    let body = "<Error><Message>Request has expired</Message></Error>";
    let storage = Service::answering([Reply::new(403, body)]).await;
    let error = storage.client().upload(&signed(storage.url()), "text/plain", Vec::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "PUT / was refused (403): Request has expired");
}

#[tokio::test]
async fn a_redirect_of_the_storage_names_no_setting() {
    let storage =
        Service::answering([Reply::new(307, "").with("location", "https://s4.example.com/key")]).await;
    let error = storage.client().upload(&signed(storage.url()), "text/plain", Vec::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "PUT / was redirected to https://s4.example.com, which is not followed");
}

#[tokio::test]
async fn a_refusal_does_not_show_the_signature() {
    let storage = Service::answering([Reply::new(403, "")]).await;
    let file = signed(format!("{}/key?X-Sig=hidden", storage.url()));
    let error = storage.client().upload(&file, "text/plain", Vec::new()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_does_not_show_the_signature() {
    let address = "https://s3.example.com/key?X-Sig=hidden";
    for body in [
        format!(r#"{{"files": [{{"fileName": "log.txt", "signedUrl": "{address}", "key":"#),
        json!({"files": [{"signedUrl": address, "clientHeaders": [address]}]}).to_string(),
        json!({"files": [{"signedUrl": address, "clientHeaders": address}]}).to_string(),
        json!({"files": address}).to_string(),
        json!(address).to_string(),
        format!("<title>{address}</title>"),
    ] {
        let service = Service::answering([Reply::new(200, body)]).await;
        let error = service.project().upload_urls(Vec::new()).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_that_names_an_address_does_not_show_its_signature() {
    let body = json!({"message": "https://s3.example.com/key?X-Sig=hidden has expired"});
    for status in [400, 403, 500] {
        let storage = Service::answering([Reply::new(status, body.to_string())]).await;
        let error =
            storage.client().upload(&signed(storage.url()), "text/plain", Vec::new()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
        assert!(error.to_string().contains("has expired"), "{error}");
    }
}

#[tokio::test]
async fn a_storage_may_answer_anything_but_an_error_or_a_page() {
    for (answer, is_stored) in [
        ("", true),
        ("OK", true),
        ("<?xml version=\"1.0\"?><PutObjectResult/>", true),
        ("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", false),
        ("<!DOCTYPE html><title>Please log in</title>", false),
        (r#"{"success": false}"#, false),
    ] {
        let storage = Service::answering([Reply::new(200, answer)]).await;
        let stored = storage.client().upload(&signed(storage.url()), "text/plain", Vec::new()).await;
        assert_eq!(stored.is_ok(), is_stored, "{answer}: {stored:?}");
    }
}

#[test]
fn debug_hides_the_signature() {
    let shown = format!("{:?}", signed("https://s3.example.com/key?X-Sig=hidden".into()));
    assert!(!shown.contains("hidden"), "{shown}");
}

#[tokio::test]
async fn bytes_do_not_cross_a_network_in_the_clear() {
    let service = Service::answering([Reply::new(500, "")]).await;
    let file = signed("http://s3.example.com/key?X-Sig=hidden".into());
    let error = service.client().upload(&file, "text/plain", Vec::new()).await.unwrap_err();
    assert!(matches!(error, Error::Setting { .. }), "{error:?}");
    assert!(!error.to_string().contains("hidden"), "{error}");
}
