//! The switch that breaks one piece of the shop, so that its tests have something to report.

/// Whether `WEBSHOP_BREAK=rounding` is set.
pub(crate) fn rounding_is_broken() -> bool {
    std::env::var_os("WEBSHOP_BREAK").is_some_and(|piece| piece == "rounding")
}
