#[testfiesta::case("TC-123")]
#[should_panic]
fn adds_an_item() -> Result<(), String> {
    panic!()
}

fn main() {}
