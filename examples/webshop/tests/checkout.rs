//! The checkout: every case is async, and has a runtime of its own.
#![allow(clippy::inconsistent_digit_grouping, reason = "cents are set apart: 12_50 is 12.50 EUR")]

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use webshop::{
    Cart, ChargeError, ChargeId, CheckoutError, Currency, InMemoryGateway, Item, Money, PaymentGateway,
    checkout,
};

fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::Eur)
}

fn cart_of(cents: i64) -> Cart {
    let mut cart = Cart::new(Currency::Eur);
    cart.add(Item::new("lot", euros(cents)), 1).expect("the currencies agree");
    cart
}

#[testfiesta::case("SHOP-30", name = "A paid order has a receipt", tags("smoke", "payment"))]
async fn receipt() -> Result<(), Box<dyn Error>> {
    let gateway = InMemoryGateway::with_limit(euros(100_00));
    let receipt = checkout("order-1", &cart_of(25_00), &gateway).await?;
    assert_eq!((receipt.order.as_str(), receipt.total), ("order-1", euros(25_00)));
    Ok(())
}

#[testfiesta::case("SHOP-31", tags("payment"))]
async fn the_gateway_is_charged_the_total() -> Result<(), CheckoutError> {
    let gateway = InMemoryGateway::with_limit(euros(100_00));
    checkout("order-1", &cart_of(25_00), &gateway).await?;
    assert_eq!(gateway.charged("order-1"), Some(euros(25_00)));
    Ok(())
}

#[testfiesta::case("SHOP-32")]
async fn an_empty_cart_is_not_sold() {
    let gateway = InMemoryGateway::with_limit(euros(100_00));
    let refused = checkout("order-1", &Cart::new(Currency::Eur), &gateway).await;
    assert_eq!(refused, Err(CheckoutError::EmptyCart));
}

#[testfiesta::case("SHOP-33", "SHOP-34", tags("payment"))]
async fn a_declined_order_is_not_charged() {
    let gateway = InMemoryGateway::with_limit(euros(10_00));
    let refused = checkout("order-1", &cart_of(25_00), &gateway).await;
    let declined = Err(CheckoutError::Payment(ChargeError::Declined));
    assert_eq!((refused, gateway.charged("order-1")), (declined, None));
}

#[testfiesta::case("SHOP-35", tags("payment"))]
async fn orders_at_the_same_time_are_charged_apart() -> Result<(), Box<dyn Error>> {
    let gateway = Arc::new(InMemoryGateway::with_limit(euros(100_00)));
    let order = |name: &'static str, cents| {
        let gateway = Arc::clone(&gateway);
        tokio::spawn(async move { checkout(name, &cart_of(cents), &*gateway).await })
    };
    let (first, second) = (order("order-1", 10_00), order("order-2", 20_00));
    assert_ne!(first.await??.charge, second.await??.charge);
    Ok(())
}

#[testfiesta::case("SHOP-39", tags("payment"))]
async fn an_order_that_is_sent_again_is_charged_once() -> Result<(), CheckoutError> {
    let gateway = InMemoryGateway::with_limit(euros(100_00));
    let first = checkout("order-1", &cart_of(25_00), &gateway).await?;
    let again = checkout("order-1", &cart_of(25_00), &gateway).await?;
    testfiesta::attach("receipts.txt", format!("{first:#?}\n{again:#?}"));
    assert_eq!(first.charge, again.charge);
    Ok(())
}

mod an_unreachable_gateway {
    use super::*;

    /// Answers after so many failures.
    struct Flaky {
        failures: u32,
        asked: AtomicU32,
    }

    impl Flaky {
        fn failing(failures: u32) -> Self {
            Flaky { failures, asked: AtomicU32::new(0) }
        }
    }

    impl PaymentGateway for Flaky {
        async fn charge(&self, _order: &str, _amount: Money) -> Result<ChargeId, ChargeError> {
            tokio::task::yield_now().await;
            let before = self.asked.fetch_add(1, Ordering::Relaxed);
            if before < self.failures { Err(ChargeError::Unavailable) } else { Ok(ChargeId(1)) }
        }
    }

    #[testfiesta::case("SHOP-36", tags("payment", "network"))]
    async fn is_asked_again() -> Result<(), CheckoutError> {
        let receipt = checkout("order-1", &cart_of(25_00), &Flaky::failing(2)).await?;
        assert_eq!(receipt.charge, ChargeId(1));
        Ok(())
    }

    #[testfiesta::case("SHOP-37", tags("payment", "network"))]
    async fn is_given_up_on_after_three_attempts() {
        let gateway = Flaky::failing(u32::MAX);
        let refused = checkout("order-1", &cart_of(25_00), &gateway).await;
        let unavailable = Err(CheckoutError::Payment(ChargeError::Unavailable));
        assert_eq!((refused, gateway.asked.into_inner()), (unavailable, 3));
    }
}

/// Takes longer than the rest together: run it with `-- --ignored`.
#[testfiesta::case("SHOP-38", tags("payment", "load"))]
#[ignore]
async fn ten_thousand_orders_are_all_charged() -> Result<(), CheckoutError> {
    let gateway = InMemoryGateway::with_limit(euros(100_00));
    for order in 1..=10_000 {
        let receipt = checkout(&format!("order-{order}"), &cart_of(25_00), &gateway).await?;
        assert_eq!(receipt.charge, ChargeId(order));
    }
    Ok(())
}

testfiesta::main!();
