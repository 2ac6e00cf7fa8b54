//! The command `session-keys`.
fn main() {}
