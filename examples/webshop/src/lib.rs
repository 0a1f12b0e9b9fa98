//! A small shop: prices in several currencies, a cart, and a checkout against a payment gateway.
//!
//! Amounts are whole numbers of the currency's smallest unit; nothing here is a float.

mod breakage;
mod cart;
mod checkout;
mod gateway;
mod money;
mod rates;
#[cfg(feature = "self-test")]
mod self_test;

pub use cart::{Cart, Item, Line, Percent};
pub use checkout::{CheckoutError, Receipt, checkout};
pub use gateway::{ChargeError, ChargeId, InMemoryGateway, PaymentGateway};
pub use money::{Currency, Money, MoneyError};
pub use rates::{NoRate, Rates};
