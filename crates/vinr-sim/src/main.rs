//! vinr-sim
fn main() {}
