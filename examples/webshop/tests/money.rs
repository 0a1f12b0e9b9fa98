//! Amounts and currencies: the plain start, functions with an id or two.
#![allow(clippy::inconsistent_digit_grouping, reason = "cents are set apart: 12_50 is 12.50 EUR")]

use webshop::{Currency, Money, MoneyError, NoRate, Rates};

#[testfiesta::case("SHOP-1")]
fn amounts_of_one_currency_add_up() {
    let sum = Money::new(12_50, Currency::Eur).plus(Money::new(7_55, Currency::Eur));
    assert_eq!(sum, Ok(Money::new(20_05, Currency::Eur)));
}

#[testfiesta::case("SHOP-2")]
fn amounts_of_two_currencies_do_not() {
    let sum = Money::new(1_00, Currency::Eur).plus(Money::new(1_00, Currency::Usd));
    assert_eq!(sum, Err(MoneyError::CurrenciesDiffer(Currency::Eur, Currency::Usd)));
}

// One test may cover several test cases: its outcome is reported under each.
#[testfiesta::case("SHOP-3", "SHOP-4")]
fn a_sum_that_is_too_large_is_an_error() {
    let most = Money::new(i64::MAX, Currency::Jpy);
    assert_eq!([most.plus(most), most.times(2)], [Err(MoneyError::TooLarge); 2]);
}

// Test names hold the modules, `formatting::yen_have_no_decimals`, and so do the folders that cases are filed in.
mod formatting {
    use webshop::{Currency, Money};

    // Without an id the test case is created, under an id of its own that stays the same from run to run.
    #[testfiesta::case]
    fn yen_have_no_decimals() {
        assert_eq!(Money::new(1_250, Currency::Jpy).to_string(), "1250 JPY");
    }

    #[testfiesta::case]
    fn dinars_have_three_decimals() {
        assert_eq!(Money::new(1_005, Currency::Kwd).to_string(), "1.005 KWD");
    }

    #[testfiesta::case]
    fn the_sign_is_kept_below_one() {
        assert_eq!(Money::new(-5, Currency::Eur).to_string(), "-0.05 EUR");
    }
}

mod conversion {
    use super::*;

    fn rates() -> Rates {
        Rates::new().with(Currency::Eur, Currency::Usd, (109, 100)).with(
            Currency::Eur,
            Currency::Jpy,
            (1625, 10),
        )
    }

    // `?` on any error: an `Err` fails the test.
    #[testfiesta::case("SHOP-5", tags("rounding"))]
    fn a_half_goes_to_the_even_neighbour() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        // 1.50 EUR are 1.635 USD, and 0.50 EUR are 0.545 USD.
        let converted = |cents| rates().convert(Money::new(cents, Currency::Eur), Currency::Usd);
        assert_eq!([converted(1_50)?.minor, converted(50)?.minor], [164, 54]);
        Ok(())
    }

    #[testfiesta::case("SHOP-6", tags("rounding"))]
    fn decimals_follow_the_currency() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        // 19.99 EUR are 3248.375 JPY, 20.01 EUR are 3251.625 JPY.
        let converted = |cents| rates().convert(Money::new(cents, Currency::Eur), Currency::Jpy);
        assert_eq!([converted(19_99)?.minor, converted(20_01)?.minor], [3248, 3252]);
        Ok(())
    }

    #[testfiesta::case("SHOP-7")]
    fn a_rate_does_not_hold_backwards() {
        let error = rates().convert(Money::new(1_00, Currency::Usd), Currency::Eur).unwrap_err();
        let expected = NoRate { from: Currency::Usd, to: Currency::Eur };
        assert_eq!(error.downcast_ref::<NoRate>(), Some(&expected));
    }
}

testfiesta::main!();
