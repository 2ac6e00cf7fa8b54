//! Cases that are generated: lists of numbers, which [`Choices`](crate::calldata::Choices) reads.

use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, TestRunner},
};

/// Calls of a program, unless `PROPTEST_CASES` asks for a long run.
pub const CALLS: u32 = 5_000;

/// What `PROPTEST_CASES` says, if it is there.
pub fn asked() -> Option<u32> {
    std::env::var_os("PROPTEST_CASES").map(|_| Config::default().cases)
}

/// [`CALLS`], or two for each case that is asked for.
pub fn calls() -> u32 {
    asked().map_or(CALLS, |cases| cases.saturating_mul(2))
}

/// Hands so many lists of less than `len` numbers to a test, and looks for the shortest that it fails for.
///
/// # Panics
/// If it panics.
pub fn run(name: &str, cases: u32, len: usize, test: impl Fn(&[u32])) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&vec(any::<u32>(), 0..len), |numbers| {
            test(&numbers);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}
