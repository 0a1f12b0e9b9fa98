//! What a customer is about to buy.

use crate::money::{Currency, Money, MoneyError};

/// Something to sell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The shop's own number of it.
    pub sku: String,
    /// What one of it costs.
    pub price: Money,
}

impl Item {
    /// An item at a price.
    pub fn new(sku: impl Into<String>, price: Money) -> Self {
        Item { sku: sku.into(), price }
    }
}

/// An item, so many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is bought.
    pub item: Item,
    /// How many of it, at least one.
    pub count: u32,
}

/// A share of an amount, in whole per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(u8);

impl Percent {
    /// A share of at most the whole.
    ///
    /// # Panics
    ///
    /// When it is more than 100.
    pub fn new(percent: u8) -> Self {
        assert!(percent <= 100, "{percent} % is more than the whole");
        Percent(percent)
    }
}

/// The lines of one purchase, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    currency: Currency,
    lines: Vec<Line>,
    discount: Percent,
}

impl Cart {
    /// An empty cart.
    pub fn new(currency: Currency) -> Self {
        Cart { currency, lines: Vec::new(), discount: Percent(0) }
    }

    /// Puts items in; more of one that is there already joins its line.
    ///
    /// # Errors
    ///
    /// When the item is priced in another currency.
    ///
    /// # Panics
    ///
    /// When `count` is zero, or a line would count more than `u32::MAX`.
    pub fn add(&mut self, item: Item, count: u32) -> Result<(), MoneyError> {
        assert!(count > 0, "cannot add zero of {}", item.sku);
        if item.price.currency != self.currency {
            return Err(MoneyError::CurrenciesDiffer(self.currency, item.price.currency));
        }
        match self.lines.iter_mut().find(|line| line.item == item) {
            Some(line) => line.count = line.count.checked_add(count).expect("fewer than 2^32 of one item"),
            None => self.lines.push(Line { item, count }),
        }
        Ok(())
    }

    /// Takes a line out, and gives it back.
    pub fn remove(&mut self, sku: &str) -> Option<Line> {
        let position = self.lines.iter().position(|line| line.item.sku == sku)?;
        Some(self.lines.remove(position))
    }

    /// Takes a share off the total; it replaces an earlier discount.
    pub fn discount(&mut self, discount: Percent) {
        self.discount = discount;
    }

    /// What is in the cart, in the order it was added.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether there is nothing to pay for.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What is to pay: the sum of all lines less the discount, rounded once, halves to the even neighbour.
    ///
    /// # Errors
    ///
    /// When it is too large.
    pub fn total(&self) -> Result<Money, MoneyError> {
        let mut sum = Money::zero(self.currency);
        for line in &self.lines {
            sum = sum.plus(line.item.price.times(line.count)?)?;
        }
        sum.scaled((100 - i64::from(self.discount.0), 100), self.currency)
    }
}
