//! What holds for any bytes and any module. `PROPTEST_CASES=100000 cargo test -p devnode-meter properties` is the
//! long run; `fuzz/` has the same as a cargo-fuzz target
