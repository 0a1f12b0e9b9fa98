//! From a cart to a receipt.

use crate::{
    cart::Cart,
    gateway::{ChargeError, ChargeId, PaymentGateway},
    money::{Money, MoneyError},
};
use std::{error::Error, fmt};

/// How often an unreachable gateway is asked.
const ATTEMPTS: u32 = 3;

/// What the customer gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The shop's number of the order.
    pub order: String,
    /// What was paid.
    pub total: Money,
    /// The gateway's number of the payment.
    pub charge: ChargeId,
}

/// Charges the cart's total, and writes a receipt.
///
/// A gateway that cannot be reached is asked up to three times; it charges an order once however often it is asked.
///
/// # Errors
///
/// When the cart is empty, has no total, or is not paid for.
pub async fn checkout(
    order: &str,
    cart: &Cart,
    gateway: &impl PaymentGateway,
) -> Result<Receipt, CheckoutError> {
    if cart.is_empty() {
        return Err(CheckoutError::EmptyCart);
    }
    let total = cart.total().map_err(CheckoutError::Total)?;
    let mut attempt = 1;
    loop {
        match gateway.charge(order, total).await {
            Ok(charge) => return Ok(Receipt { order: order.to_owned(), total, charge }),
            Err(ChargeError::Unavailable) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(CheckoutError::Payment(error)),
        }
    }
}

/// Why there is no receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutError {
    /// There is nothing to pay for.
    EmptyCart,
    /// The cart's total cannot be told.
    Total(MoneyError),
    /// The gateway did not take the money.
    Payment(ChargeError),
}

impl fmt::Display for CheckoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CheckoutError::EmptyCart => "the cart is empty",
            CheckoutError::Total(_) => "the cart has no total",
            CheckoutError::Payment(_) => "the order was not paid",
        })
    }
}

impl Error for CheckoutError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CheckoutError::EmptyCart => None,
            CheckoutError::Total(error) => Some(error),
            CheckoutError::Payment(error) => Some(error),
        }
    }
}
