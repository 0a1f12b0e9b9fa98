//! What handlers take out of a request. Whatever cannot be read is refused in JSON, with the place that is wrong.

use std::{fmt, marker::PhantomData};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, OriginalUri, Path, Request, rejection::BytesRejection},
    http::{Extensions, StatusCode, Uri, header, request::Parts},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::problem::Refusal;

/// The JSON body: an object.
pub(crate) struct Body<T>(pub(crate) T);

/// The JSON body: a list of objects.
pub(crate) struct Bodies<T>(pub(crate) Vec<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        read::<Object<T>>(&json(request, state).await?).map(|Object(body)| Self(body))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Bodies<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let objects: Vec<Object<T>> = read(&json(request, state).await?)?;
        Ok(Self(objects.into_iter().map(|Object(body)| body).collect()))
    }
}

/// What is an object in JSON. Of a struct alone serde would take an array too, for its fields in the order of our source.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// The bytes of a body that says it is JSON, or says nothing.
async fn json<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if content_type.is_some_and(|it| !it.to_ascii_lowercase().contains("json")) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected content-type: application/json",
        ));
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING).and_then(|it| it.to_str().ok());
    if let Some(encoding) = encoding.filter(|it| !it.eq_ignore_ascii_case("identity")) {
        let message = format!("the body has content-encoding: {encoding}; send it without one");
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Bytes::from_request(request, state).await.map_err(unread)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    // To keep track of the place costs as much again as to read: it is looked for once something is wrong. And whether
    // all of it is text is seen faster than string by string.
    if let Some(value) = str::from_utf8(bytes).ok().and_then(|text| serde_json::from_str(text).ok()) {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(misread)?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// The path's parameters. What does not parse names nothing that exists.
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(parameters)) => Ok(Self(parameters)),
            Err(_) => Err(nothing_at(&parts.uri, &parts.extensions)),
        }
    }
}

/// 404 for a path that names nothing. A nested route sees no more than the end of it.
pub(crate) fn nothing_at(uri: &Uri, extensions: &Extensions) -> Refusal {
    let uri = extensions.get().map_or(uri, |OriginalUri(original)| original);
    Refusal::not_found(format!("nothing here goes by {}", uri.path()))
}

/// The query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = serde_urlencoded::Deserializer::new(query);
        serde_path_to_error::deserialize(query)
            .map(Self)
            .map_err(|error| misplaced(error.path().to_string(), error.inner().to_string()))
    }
}

/// A body that could not be received.
pub(crate) fn unread(rejection: BytesRejection) -> Refusal {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => Refusal::new(status, rejection.body_text()),
    }
}

/// A body beyond [`MAX_BODY`](super::MAX_BODY).
pub(crate) fn too_large() -> Refusal {
    let mebibytes = super::MAX_BODY / (1024 * 1024);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {mebibytes} MiB"))
}

fn misread(error: serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    if !error.inner().is_data() {
        return malformed(error.inner());
    }
    misplaced(error.path().to_string(), error.inner().to_string())
}

/// A value that was not expected there. serde's path ends at what lacks a field or has it twice, and only its text
/// names the field.
fn misplaced(path: String, message: String) -> Refusal {
    for (beginning, problem) in
        [("missing field `", "missing"), ("duplicate field `", "given more than once")]
    {
        if let Some((name, _)) = message.strip_prefix(beginning).and_then(|rest| rest.split_once('`')) {
            let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
            return Refusal::invalid(field, problem);
        }
    }
    Refusal::invalid(path, without_our_types(message))
}

/// serde names the type that it would have made of an object.
fn without_our_types(message: String) -> String {
    let Some((before, name)) = message.rsplit_once("expected struct ") else { return message };
    let rest = name.trim_start_matches(|it: char| it.is_alphanumeric() || it == '_');
    format!("{before}expected an object{rest}")
}

fn malformed(error: &serde_json::Error) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
}
