//! A case in the library itself, where it reaches what is private. It runs in `tests/library.rs`.

use crate::money::divide_half_even;

/// Below zero the even neighbour of a half lies where it lies above: -2.5 becomes -2, and -1.5 too.
#[testfiesta::case("SHOP-40", tags("rounding"))]
fn halves_below_zero_go_to_the_even_neighbour() {
    assert_eq!([divide_half_even(-5, 2), divide_half_even(-3, 2)], [-2, -2]);
}
