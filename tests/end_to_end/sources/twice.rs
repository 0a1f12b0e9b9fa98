//! Two tests of one name: functions inside of functions share the module's path.

fn _one() {
    #[testfiesta::case]
    fn same() {}
}

fn _other() {
    #[testfiesta::case]
    fn same() {}
}

#[testfiesta::case]
fn another() {
    println!("it ran");
}

testfiesta::main!();
