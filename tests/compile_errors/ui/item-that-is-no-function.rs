#[testfiesta::case("TC-1")]
pub struct Cart;

#[testfiesta::case("TC-2")]
mod cart {}

#[testfiesta::case("TC-3")]
const CART: Cart = Cart;

#[testfiesta::case("TC-4")]
impl Cart {}

#[testfiesta::case("TC-5")]
macro_rules! cart {
    () => {};
}

fn main() {
    let _ = CART;
    cart!();
}
