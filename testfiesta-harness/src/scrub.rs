//! What must not be seen is taken out of what a test leaves behind, before that is shown, kept or sent.

use std::{env, iter, path::Path, sync::Arc};

use once_cell::sync::OnceCell;

use crate::{
    address::has_password,
    attempt::Attempt,
    fingerprint::{self, Fingerprint},
    order::sorted,
    outcome::Failure,
    settings::{Credentials, Secret},
};

/// What stands in a secret's place.
const HIDDEN: &str = "[hidden]";
/// A shorter value is no secret that is worth its name, and stands in too many texts by chance.
const SHORTEST: usize = 8;
/// Parts of the names of environment variables that hold secrets.
const NAMES: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "ENCRYPTION_KEY",
    "SIGNING_KEY",
    "SSH_KEY",
    "DEPLOY_KEY",
    "MASTER_KEY",
];

/// What is taken out of all that this process shows.
static OWN: OnceCell<Arc<Scrubber>> = OnceCell::new();

/// From now on, nothing that is shown at once holds a secret either, such as a panic of another thread.
pub(crate) fn hide(secrets: Arc<Scrubber>) {
    // A process has one session, and its secrets are the same from beginning to end.
    let _ = OWN.set(secrets);
}

/// Whether a text of this process is not to be shown as it is.
pub(crate) fn has_secrets(text: &str) -> bool {
    scrubbed(text).is_some()
}

/// A text of this process or of a worker as it may be shown.
pub(crate) fn without_secrets(text: String) -> String {
    scrubbed(&text).unwrap_or(text)
}

fn scrubbed(text: &str) -> Option<String> {
    OWN.get()?.scrubbed(text)
}

/// Bytes of this process as they may be kept.
pub(crate) fn bytes_without_secrets(bytes: Vec<u8>) -> Vec<u8> {
    match OWN.get() {
        Some(scrubber) => scrubber.scrubbed_bytes(bytes),
        None => bytes,
    }
}

/// What a process is told that this one starts, so that it hides the same tokens without having them.
pub(crate) fn own_fingerprints() -> Option<String> {
    OWN.get().map(|scrubber| scrubber.fingerprints()).filter(|fingerprints| !fingerprints.is_empty())
}

/// What [`FINGERPRINTS`](fingerprint::FINGERPRINTS) is to hold in a process that is to hide these tokens without having
/// them.
pub fn fingerprints(tokens: &[Secret]) -> String {
    Scrubber::new(tokens).fingerprints()
}

/// Knows the tokens, and those of the environment's values that are secret by their names or by what they are.
pub(crate) struct Scrubber {
    tokens: Vec<Secret>,
    /// Of tokens that were kept from this process.
    withheld: Vec<Fingerprint>,
    // Looked for when the first test fails: most runs need none of it.
    secrets: OnceCell<Vec<String>>,
}

impl Scrubber {
    pub(crate) fn new(tokens: &[Secret]) -> Self {
        Self { tokens: tokens.to_vec(), withheld: fingerprint::told(), secrets: OnceCell::new() }
    }

    /// Those of every token that it knows of.
    fn fingerprints(&self) -> String {
        let mut fingerprints = self.withheld.clone();
        for spelling in &secrets(self.tokens.iter().map(Secret::expose), iter::empty()) {
            let fingerprint = Fingerprint::of(spelling);
            if !fingerprints.contains(&fingerprint) {
                fingerprints.push(fingerprint);
            }
        }
        fingerprint::text(&fingerprints)
    }

    /// Takes all secrets out of how a test ended and of what it printed.
    pub(crate) fn scrub(&self, attempt: &mut Attempt) {
        let mut texts = attempt.outcome.failure_mut().map(Failure::texts_mut).unwrap_or_default();
        for stray in &mut attempt.stray_panics {
            texts.extend([&mut stray.thread, &mut stray.message]);
        }
        for text in texts {
            if let Some(scrubbed) = self.scrubbed(text) {
                *text = scrubbed;
            }
        }
        attempt.output.replace(|text| self.scrubbed(text));
    }

    /// The text without secrets, if it had any.
    pub(crate) fn scrubbed(&self, text: &str) -> Option<String> {
        let mut scrubbed: Option<String> = None;
        // First, since a token that another secret is a part of would not be known any more.
        for token in &self.withheld {
            let text = scrubbed.as_deref().unwrap_or(text);
            scrubbed = token.replaced(text, HIDDEN).or(scrubbed);
        }
        for secret in self.secrets() {
            let text = scrubbed.as_deref().unwrap_or(text);
            if text.contains(secret.as_str()) {
                scrubbed = Some(text.replace(secret.as_str(), HIDDEN));
            }
        }
        scrubbed
    }

    /// Bytes without secrets. What is no text may hold some all the same.
    pub(crate) fn scrubbed_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut scrubbed = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            match self.scrubbed(chunk.valid()) {
                Some(text) => scrubbed.extend_from_slice(text.as_bytes()),
                None => scrubbed.extend_from_slice(chunk.valid().as_bytes()),
            }
            scrubbed.extend_from_slice(chunk.invalid());
        }
        scrubbed
    }

    fn secrets(&self) -> &[String] {
        self.secrets.get_or_init(|| {
            let variables = env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
            let mut tokens = self.tokens.clone();
            // A test can read what is stored, whether it is used here or not.
            if let Ok(stored) = Credentials::load() {
                tokens.extend(stored.every_token());
            }
            secrets(tokens.iter().map(Secret::expose), variables)
        })
    }
}

/// Every spelling of every secret, longer ones first: one may be a part of another.
fn secrets<'a>(
    tokens: impl Iterator<Item = &'a str>,
    variables: impl Iterator<Item = (String, String)>,
) -> Vec<String> {
    let mut secrets: Vec<String> = tokens.map(|token| token.trim().to_owned()).collect();
    for (_, value) in variables.filter(|(name, value)| is_secret(name, value)) {
        // A key of many lines is printed line by line, too.
        secrets.extend(value.lines().map(str::trim).filter(|it| it.len() >= SHORTEST).map(str::to_owned));
    }
    // As `assert_eq!` and `{:?}` show it.
    let escaped: Vec<String> = secrets.iter().map(|secret| secret.escape_debug().to_string()).collect();
    secrets.extend(escaped);
    secrets.retain(|secret| !secret.is_empty());
    let mut secrets = sorted(&secrets, |one, other| (other.len(), one) <= (one.len(), other));
    secrets.dedup();
    secrets
}

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let says_so = NAMES.iter().any(|part| name.contains(part)) || name.split('_').any(|word| word == "AUTH");
    let is_secret = if says_so { !is_place(value) } else { has_password(value) };
    is_secret && value.trim().len() >= SHORTEST
}

/// A place is where a secret may be, such as the socket of an agent, and no secret itself.
fn is_place(value: &str) -> bool {
    let is_plain_url = value.contains("://") && !value.contains('@');
    is_plain_url || (Path::new(value).is_absolute() && Path::new(value).exists())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::{
        attempt::Output,
        outcome::{Failure, Outcome, StrayPanic},
    };

    const TOKEN: &str = "testfiesta_secret";

    fn scrubber(variables: &[(&str, &str)]) -> Scrubber {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let secrets = secrets([TOKEN].into_iter(), variables);
        Scrubber { tokens: Vec::new(), withheld: Vec::new(), secrets: OnceCell::with_value(secrets) }
    }

    fn scrubbed(variables: &[(&str, &str)], text: &str) -> String {
        scrubber(variables).scrubbed(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn everything_that_a_failed_test_leaves_behind_is_scrubbed() {
        let text = format!("it is {TOKEN}.");
        let failure = Failure {
            backtrace: Some(text.clone()),
            left: Some(text.clone()),
            chain: vec![text.clone()],
            ..Failure::new(text.clone())
        };
        let stray = StrayPanic { thread: text.clone(), message: text.clone(), location: None };
        let mut attempt = Attempt {
            started_at: SystemTime::now(),
            duration: Duration::ZERO,
            outcome: Outcome::Failed(failure),
            output: Output { stdout: text.as_str().into(), stderr: text.as_str().into() },
            stray_panics: vec![stray],
        };
        scrubber(&[]).scrub(&mut attempt);
        let failure = attempt.outcome.failure_mut().expect("a failure");
        let reasons: Vec<_> = failure.texts_mut();
        assert_eq!(reasons, ["it is [hidden]."; 4]);
        let Attempt { output, stray_panics, .. } = attempt;
        let StrayPanic { thread, message, .. } = stray_panics[0].clone();
        let texts = [output.stdout.text(), output.stderr.text(), thread, message];
        assert_eq!(texts, ["it is [hidden]."; 4]);
    }

    #[test]
    fn a_text_without_secrets_is_left_alone() {
        assert_eq!(scrubber(&[]).scrubbed("nothing of interest"), None);
    }

    #[test]
    fn a_secret_is_found_between_bytes_that_are_no_text() {
        let bytes = [b"\xff\x00", TOKEN.as_bytes(), b"\xfe"].concat();
        assert_eq!(scrubber(&[]).scrubbed_bytes(bytes), b"\xff\x00[hidden]\xfe");
    }

    #[test]
    fn values_are_secret_by_the_name_of_their_variable() {
        for name in
            ["DB_PASSWORD", "NPM_TOKEN", "aws_secret_access_key", "STRIPE_API_KEY", "NPM_AUTH", "SIGNING_KEY"]
        {
            assert_eq!(scrubbed(&[(name, "hunter22")], "is hunter22"), "is [hidden]", "{name}");
        }
        for name in ["USER", "AUTHOR", "MONKEY", "CACHE_KEY"] {
            assert_eq!(scrubbed(&[(name, "hunter22")], "is hunter22"), "is hunter22", "{name}");
        }
    }

    #[test]
    fn short_values_and_places_are_no_secrets() {
        for value in ["true", "postgres".get(..4).unwrap(), "https://auth.example.com"] {
            assert_eq!(scrubbed(&[("AUTH_TOKEN", value)], value), value);
        }
        let here = env::current_dir().unwrap().display().to_string();
        assert_eq!(scrubbed(&[("TOKEN_DIRECTORY", &here)], &here), here);
    }

    #[test]
    fn an_address_with_a_password_is_a_secret_under_any_name() {
        for address in ["postgres://shop:hunter2@db/shop", "http://a:b@proxy.example.com:3128"] {
            assert_eq!(scrubbed(&[("ADDRESS", address)], address), "[hidden]");
        }
        for address in ["postgres://shop@db/shop", "https://example.com/a:b@c", "git@example.com:shop.git"] {
            assert_eq!(scrubbed(&[("ADDRESS", address)], address), address);
        }
    }

    #[test]
    fn a_secret_is_found_as_debug_spells_it() {
        let secret = "pass\"word\\22";
        let text = format!("left: {secret:?}");
        assert_eq!(scrubbed(&[("DB_PASSWORD", secret)], &text), "left: \"[hidden]\"");
    }

    #[test]
    fn a_secret_that_begins_with_another_is_hidden_whole() {
        let variables = [("A_TOKEN", "abcdefgh"), ("B_TOKEN", "abcdefghijkl")];
        assert_eq!(scrubbed(&variables, "abcdefghijkl"), "[hidden]");
    }

    #[test]
    fn a_token_is_hidden_by_whoever_knows_its_fingerprint() {
        let told = Fingerprint::of("fiesta_secret_of_another");
        let knowing = Scrubber { withheld: vec![told], ..Scrubber::new(&[Secret::new("say \"no\"")]) };
        let fingerprints = knowing.fingerprints();
        let withheld = fingerprints.split(',').filter_map(Fingerprint::parse).collect();
        let told = Scrubber { withheld, ..scrubber(&[("A_TOKEN", "secret_of")]) };
        let text = r#"fiesta_secret_of_another, say "no", "say \"no\"", secret_of"#;
        assert_eq!(told.scrubbed(text).as_deref(), Some(r#"[hidden], [hidden], "[hidden]", [hidden]"#),);
    }

    #[test]
    fn each_line_of_a_key_is_hidden() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----";
        assert_eq!(scrubbed(&[("PRIVATE_KEY", key)], "read MIIEvQIBADANBg"), "read [hidden]");
    }
}
