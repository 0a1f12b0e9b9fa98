//! A small shop: prices in several currencies, a cart, and a checkout against a payment gateway.
//!
//! Amounts are whole numbers of the currency's smallest unit; nothing here is a float.

mod breakage;
mod cart;
mod checkout;
mod gateway;
mod money;
mod rates;

pub use cart::{Cart, Item, Line, Percent};
pub use checkout::{CheckoutError, Receipt, checkout};
pub use gateway::{ChargeError, ChargeId, InMemoryGateway, PaymentGateway};
pub use money::{Currency, Money, MoneyError};
pub use rates::{NoRate, Rates};

// Runs the unit tests of all modules, which are there under `cfg(test)` only.
//
// A case without `cfg(test)` would be part of the library, and run in every test binary that links it. Beware of the
// linker there: it leaves out a library that a test target never mentions, with every case in it, and says nothing.
// `use webshop as _;` in the target is mention enough.
#[cfg(test)]
testfiesta::main!();
