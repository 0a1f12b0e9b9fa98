struct Cart;

impl Cart {
    #[testfiesta::case("TC-123")]
    fn adds_an_item(&self) {}
}

fn main() {
    Cart.adds_an_item();
}
