#[testfiesta::case("", "TC-1", "TC-1", nmae = "Adds an item", tags("smoke", ""))]
#[ignore(later)]
unsafe fn adds_items<T>(_count: u32) {}

fn main() {
    // The function is still there, so this call is no mistake.
    unsafe { adds_items::<u8>(1) }
}
