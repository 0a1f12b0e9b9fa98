//! What is generated switches no lint off, so a crate may forbid them.
#![forbid(dead_code, deprecated, non_snake_case, unused)]
#![deny(warnings)]

#[testfiesta::case("TC-1")]
fn adds_an_item() {}

mod deeper {
    #[testfiesta::case("TC-2", name = "Waits", tags("smoke"))]
    async fn waits() -> Result<(), String> {
        Ok(())
    }
}

mod another_target {
    testfiesta::main!();
}

fn main() {}
