//! Attachments: signed addresses, uploads and downloads (contract, sections 3.5 and 6).

use std::{collections::HashMap, fmt::Display};

use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use testfiesta_client::testfiesta::{SignedFile, UploadFile, UploadUrls, UploadUrlsRequest};

use crate::{
    App,
    api::{
        MAX_BODY,
        extract::{Asked, At, Body, unread},
        problem::{Answer, Refusal},
    },
    store::{
        self,
        attachments::{self, Attachment},
    },
};

pub(super) async fn announce(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    headers: HeaderMap,
    Body(request): Body<UploadUrlsRequest>,
) -> Answer<Json<UploadUrls>> {
    let origin = origin(&headers)?;
    let handle = app.handle().to_owned();
    let files = app.write_in(project.clone(), move |connection, uid| {
        let sign = |(index, file)| {
            let field = format!("files[{index}]");
            must_be_sendable(file, &field)?;
            let signed = attachments::announce(connection, uid, file, &field)?;
            Ok(SignedFile {
                file_name: file.file_name.clone(),
                signed_url: format!("{origin}/uploads/{}?signature={}", signed.key, signed.signature),
                object_url: format!("{origin}/v1/{handle}/projects/{project}/attachments/{}", signed.key),
                storage_path: format!("attachments/{}", signed.key),
                key: signed.key,
                client_headers: HashMap::new(),
                external_id: Some(file.external_id.clone()),
            })
        };
        request.files.iter().enumerate().map(sign).collect()
    });
    Ok(Json(UploadUrls { files: files.await? }))
}

/// Refuses a file that no request could bring, or no answer give back.
fn must_be_sendable(file: &UploadFile, field: &str) -> store::Result<()> {
    if file.size > MAX_BODY as u64 {
        let message = format!("larger than the {} MiB that one upload may have", MAX_BODY / (1024 * 1024));
        return Err(store::Error::invalid(format!("{field}.size"), message));
    }
    if HeaderValue::from_str(&file.file_type).is_err() {
        return Err(store::Error::invalid(format!("{field}.fileType"), "cannot be a content type"));
    }
    Ok(())
}

#[derive(Deserialize)]
pub(super) struct Signature {
    #[serde(default)]
    signature: String,
}

pub(super) async fn receive(
    State(app): State<App>,
    At(key): At<String>,
    Asked(Signature { signature }): Asked<Signature>,
    mut request: Request,
) -> Answer<StatusCode> {
    let attachment = app.read(move |connection| attachments::signed(connection, &key, &signature)).await?;
    let attachment = attachment
        .ok_or_else(|| Refusal::not_found("no upload was agreed on at this address, or its time is over"))?;
    // Whoever may upload may do so up to what was announced: no more than that is read.
    let length = request.headers().get(header::CONTENT_LENGTH);
    if let Some(length) = length.and_then(|it| it.to_str().ok()?.parse().ok()) {
        must_be_announced(&attachment, length)?;
    }
    DefaultBodyLimit::max(usize::try_from(attachment.size).unwrap_or(MAX_BODY)).apply(&mut request);
    let bytes = Bytes::from_request(request, &app).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => not_announced(&attachment, "more"),
        _ => unread(rejection),
    })?;
    must_be_announced(&attachment, bytes.len() as u64)?;
    app.blocking(move |store| {
        store.keep(&attachment, &bytes)?;
        store.replace_others(&attachment)
    })
    .await?;
    Ok(StatusCode::OK)
}

fn must_be_announced(attachment: &Attachment, length: u64) -> Answer<()> {
    if length == attachment.size { Ok(()) } else { Err(not_announced(attachment, length)) }
}

fn not_announced(attachment: &Attachment, instead: impl Display) -> Refusal {
    let message = format!("expected the {} bytes that were announced, not {instead}", attachment.size);
    Refusal::invalid("size", message)
}

/// What an upload left. Served to keys, and beside the pages to those who may see them.
pub(crate) async fn download(
    State(app): State<App>,
    At((handle, project, key)): At<(String, String, String)>,
) -> Answer<Response> {
    if handle != app.handle() {
        return Err(Refusal::not_found("no organization with this handle here"));
    }
    let found = app.read_in(project, move |connection, project| attachments::find(connection, project, &key));
    let attachment = found.await?;
    let bytes = tokio::fs::read(app.store().attachment_path(&attachment)).await;
    let bytes = bytes.map_err(|error| Refusal::internal(&error))?;
    // In the form that carries any name: RFC 6266, with the encoding of RFC 8187.
    let name = form_urlencoded::byte_serialize(attachment.file_name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    // A browser must neither guess a type nor run what somebody uploaded.
    let headers = [
        (header::CONTENT_TYPE, attachment.file_type.as_str()),
        (header::CONTENT_DISPOSITION, &disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox"),
    ];
    Ok((headers, bytes).into_response())
}

/// Where the caller reaches this server, which speaks plain http.
fn origin(headers: &HeaderMap) -> Answer<String> {
    let host =
        headers.get(header::HOST).and_then(|it| it.to_str().ok()).and_then(|it| it.parse::<Authority>().ok());
    match host {
        Some(host) => Ok(format!("http://{host}")),
        None => Err(Refusal::new(StatusCode::BAD_REQUEST, "the request names no host to upload to")),
    }
}
