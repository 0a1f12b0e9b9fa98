#[testfiesta::case("TC-123")]
fn adds_items(count: u32, price: u64) {
    let _ = (count, price);
}

fn main() {}
