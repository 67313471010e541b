//! vinr
fn main() {}
