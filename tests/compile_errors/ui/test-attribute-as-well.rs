#[testfiesta::case("TC-1")]
#[test]
fn of_libtest() {}

#[testfiesta::case("TC-2")]
#[tokio::test(flavor = "current_thread")]
async fn of_tokio() {}

fn main() {}
