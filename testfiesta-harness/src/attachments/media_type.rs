//! What an attachment is, for those who show it.

/// Anything.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// By the name's extension, or else by whether it is text.
pub(super) fn of(name: &str, contents: &[u8]) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref().unwrap_or_default() {
        "txt" | "log" | "out" | "err" | "diff" | "patch" | "toml" | "yaml" | "yml" | "rs" => {
            "text/plain; charset=utf-8"
        }
        "md" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "html" | "htm" => "text/html; charset=utf-8",
        "xml" => "application/xml",
        "json" | "har" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ if std::str::from_utf8(contents).is_ok() => "text/plain; charset=utf-8",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn an_extension_says_what_it_is_in_either_case() {
        assert_eq!([of("shot.PNG", b""), of("cart.json", b"{}")], ["image/png", "application/json"]);
    }

    #[test]
    fn without_one_text_is_told_from_the_rest() {
        assert_eq!(
            [of("notes", b"caf\xc3\xa9"), of("core", b"\xff\xfe")],
            ["text/plain; charset=utf-8", super::UNKNOWN]
        );
    }
}
