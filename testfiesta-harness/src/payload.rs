//! What a panic threw, in words.

use std::{
    any::{Any, type_name},
    borrow::Cow,
    error::Error,
    fmt::{self, Debug},
    io, mem,
    ops::Deref,
    panic::{self, AssertUnwindSafe},
};

type Payload = dyn Any + Send;

/// A payload that was caught. Its destructor may panic too, which is no reason to fail for anybody.
pub(crate) struct Thrown(Option<Box<Payload>>);

impl Thrown {
    pub(crate) fn new(payload: Box<Payload>) -> Self {
        Self(Some(payload))
    }
}

impl Deref for Thrown {
    type Target = Payload;

    fn deref(&self) -> &Payload {
        self.0.as_deref().unwrap_or(&())
    }
}

impl Drop for Thrown {
    fn drop(&mut self) {
        let payload = self.0.take();
        // What that throws might go on like this. Any other payload is dropped: a sanitizer would find the leak.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
    }
}

/// The text of a payload, if it is one: what `#[should_panic(expected = "…")]` looks into.
pub(crate) fn text(payload: &Payload) -> Option<&str> {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What a payload says. Of one that is no text, the standard library says `Box<dyn Any>`; here its type and value follow,
/// where the type is one that people throw.
pub(crate) fn message(payload: &Payload) -> Cow<'_, str> {
    match text(payload) {
        Some(text) => text.into(),
        None => NAMED
            .iter()
            .find_map(|describe| describe(payload))
            .map_or("Box<dyn Any>".into(), |description| format!("Box<dyn Any>, {description}").into()),
    }
}

/// A type in a payload can only be asked for by its name.
const NAMED: &[fn(&Payload) -> Option<String>] = &[
    described::<()>,
    described::<bool>,
    described::<char>,
    described::<i8>,
    described::<i16>,
    described::<i32>,
    described::<i64>,
    described::<i128>,
    described::<isize>,
    described::<u8>,
    described::<u16>,
    described::<u32>,
    described::<u64>,
    described::<u128>,
    described::<usize>,
    described::<f32>,
    described::<f64>,
    described::<Box<str>>,
    described::<Cow<'static, str>>,
    described::<io::Error>,
    described::<fmt::Error>,
    described::<Box<dyn Error + Send>>,
    described::<Box<dyn Error + Send + Sync>>,
];

fn described<T: Any + Debug>(payload: &Payload) -> Option<String> {
    payload.downcast_ref::<T>().map(|value| format!("{}: {value:?}", type_name::<T>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_speaks_for_itself() {
        assert_eq!(message(&"boom"), "boom");
        assert_eq!(message(&"boom".to_owned()), "boom");
    }

    #[test]
    fn a_number_is_named_with_its_type() {
        assert_eq!(message(&7_u32), "Box<dyn Any>, u32: 7");
    }

    #[test]
    fn an_error_is_named_with_what_it_says() {
        let error: Box<dyn Error + Send + Sync> = "out of stock".into();
        assert!(message(&error).ends_with(": \"out of stock\""), "{}", message(&error));
    }

    #[test]
    fn what_nobody_knows_is_as_in_the_standard_library() {
        struct Unknown;
        assert_eq!(message(&Unknown), "Box<dyn Any>");
    }
}
