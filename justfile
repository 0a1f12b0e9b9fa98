# The verbs of this repository; CI calls the same.

# List the verbs.
default:
    @just --list --unsorted

# Format the code; `just fmt --check` only looks.
fmt *args:
    cargo fmt --all {{ args }}

# Clippy, with every warning an error, also of what users' tests compile, with default features and without.
lint:
    cargo clippy --workspace --all-targets -- -D warnings
    cargo clippy -p testfiesta-harness --lib --tests -- -D warnings
    cargo clippy -p testfiesta -p testfiesta-harness --no-default-features --lib --tests -- -D warnings

# Type-check everything for another platform, as in `just check x86_64-pc-windows-gnu`, which rustup and a C compiler know.
check target:
    cargo check --workspace --all-targets --target {{ target }}

# Build the documentation; a broken link is an error.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Run every test.
test:
    cargo test --workspace

# Run the example's tests into a local TestFiesta and show the run.
demo:
    cargo testfiesta test -p webshop

# Build the packages that users install, each from its own archive.
package *args:
    cargo package --workspace --exclude webshop --exclude compile-errors {{ args }}

# Measure; `benches/README.md` says what.
bench:
    cargo bench -p testfiesta -p testfiesta-server --benches

# Everything that CI does.
ci:
    .ci/run
