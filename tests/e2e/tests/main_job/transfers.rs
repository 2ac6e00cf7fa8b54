//! The gas of transfers is what benches/results/transfers.json says, and within what was promised.

use e2e::transfers::{Job, Row, Rules, rows};

#[test]
fn transfers_cost_what_the_table_says() {
    e2e::embedded_only!("a chain of its own");
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../benches/results/transfers.json"
    );
    let committed = std::fs::read_to_string(path).unwrap();
    let mut committed: Vec<Row> = serde_json::from_str(&committed).unwrap();
    committed.retain(|row| row.height == 10 && row.is_cached);
    assert_eq!(
        rows(10, true).unwrap(),
        committed,
        "if that is meant: cargo run --profile host -p e2e --example transfers"
    );
    let module = |job| {
        let row = committed
            .iter()
            .find(|row| (row.rules, row.job) == (Rules::Typed, job));
        row.unwrap().module
    };
    assert!(module(Job::Single) <= 10_500);
    assert!(module(Job::Transfers(16)) <= 32_000);
}
