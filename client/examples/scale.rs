//! Trees of up to 2^20 sessions: time and memory, as a table.
//!
//! ```text
//! cargo run --profile host -p session-keys --example scale > benches/results/trees.md
//! ```

use std::time::{Duration, Instant};

use alloy::primitives::{Address, U256};
use session_keys::{
    Session, Tree,
    session_data::{Bounds, Erc20Transfer, Lane, SessionDataError},
};

/// Memory of this process, in MB; 0 where /proc is not to be had.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: u64 = line
        .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default();
    kilobytes / 1_000
}

/// A payment to somebody, of a key of its own.
fn session(number: usize) -> Result<Session, SessionDataError> {
    let word = U256::from(number + 1);
    let transfer = Erc20Transfer {
        session_key: Address::left_padding_from(&(number + 1).to_be_bytes()),
        token: Address::repeat_byte(1),
        recipient: Address::repeat_byte(2),
        max_amount: word,
    };
    Ok(Session {
        svm: session_keys::well_known::ERC20_TRANSFER.into(),
        session_key_data: transfer.encode(),
        ..Session::default()
    })
}

fn time<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = run();
    (value, start.elapsed())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("# Trees of sessions\n");
    println!(
        "Made by `cargo run --profile host -p session-keys --example scale > benches/results/trees.md`: sessions of"
    );
    println!(
        "`erc20-transfer` (128 bytes of session key data), each with a key of its own; the last line with `bounded` round each."
    );
    println!("Memory is what the process holds more after the step.\n");
    println!(
        "| sessions | their memory, MB | build | the tree's memory, MB | prove one | add one | revoke one |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (height, is_bounded) in [(10, false), (16, false), (20, false), (20, true)] {
        let size = 1usize << height;
        let before = resident_mb();
        let sessions = (0..size).map(|number| {
            let session = session(number)?;
            if !is_bounded {
                return Ok(session);
            }
            let lane = Lane {
                key: alloy::primitives::aliases::U192::from(number + 1),
                max_uses: 10,
            };
            Bounds::new(lane, 1_000_000, 500_000).wrap(&session)
        });
        let sessions = sessions.collect::<Result<Vec<_>, SessionDataError>>()?;
        let with_sessions = resident_mb();
        let (tree, build) = time(|| Tree::new(sessions));
        let tree = tree?;
        let with_tree = resident_mb();
        let rounds = 1_000;
        let (proofs, prove) = time(|| {
            (0..rounds)
                .filter_map(|round| tree.proof(round * 7_919 % size))
                .map(|proof| proof.len())
                .sum::<usize>()
        });
        assert_eq!(proofs, rounds * height);
        let (added, add) = time(|| {
            tree.with(vec![session(size)?])
                .map_err(Box::<dyn std::error::Error>::from)
        });
        drop(added?);
        let leaf = tree.leaves()[size / 2];
        let (revoked, revoke) = time(|| tree.without(&[leaf]));
        drop(revoked?);
        println!(
            "| 2^{height}{} | {} | {} ms | {} | {} ns | {} ms | {} ms |",
            if is_bounded { ", bounded" } else { "" },
            with_sessions.saturating_sub(before),
            build.as_millis(),
            with_tree.saturating_sub(with_sessions),
            prove.as_nanos() / u128::try_from(rounds)?,
            add.as_millis(),
            revoke.as_millis(),
        );
    }
    Ok(())
}
