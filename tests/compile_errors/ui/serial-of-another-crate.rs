#[testfiesta::case("TC-1")]
#[serial]
fn alone() {}

#[testfiesta::case("TC-2")]
#[serial_test::parallel(database)]
async fn beside_others() {}

fn main() {}
