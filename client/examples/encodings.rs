//! What the encodings of a userOp's signature cost as calldata, as a table.
//!
//! ```text
//! cargo run -p session-keys --example encodings > benches/results/encodings.md
//! ```

use std::error::Error;

use alloy::{
    primitives::{Address, U256, keccak256},
    signers::local::PrivateKeySigner,
};
use session_keys::{
    Action, Deployment, Encoding, Session, SessionKey, SignError, Tree, UserOp, execute,
    execute_batch,
    session_data::{DexSwap, Erc20Approval, Erc20Stake, Erc20Transfer, SessionDataError},
    well_known,
};

const AMOUNT: u64 = 10_000_000_000_000_000_000;

fn address(name: &str) -> Address {
    Address::from_word(keccak256(name))
}

fn transfer(session_key: Address, number: usize) -> Session {
    let transfer = Erc20Transfer {
        session_key,
        token: address("token"),
        recipient: address(&format!("recipient {number}")),
        max_amount: U256::from(AMOUNT),
    };
    Session {
        svm: well_known::ERC20_TRANSFER.into(),
        session_key_data: transfer.encode(),
        ..Session::default()
    }
}

/// Approve, swap, stake.
fn flow(session_key: Address) -> Result<Vec<Session>, SessionDataError> {
    let max_amount = U256::from(AMOUNT);
    let approval = Erc20Approval {
        session_key,
        token: address("token"),
        spender: address("dex"),
        max_amount,
    };
    let swap = DexSwap {
        session_key,
        dex: address("dex"),
        token_in: address("token"),
        token_out: address("other token"),
        recipient: address("account"),
        max_amount_in: max_amount,
        min_out_num: U256::from(99),
        min_out_den: U256::from(100),
    };
    let stake = Erc20Stake::stake(session_key, address("vault"), max_amount);
    let all = [
        (well_known::ERC20_APPROVAL, approval.encode()?),
        (well_known::DEX_SWAP, swap.encode()?),
        (well_known::ERC20_STAKE, stake.encode()?),
    ];
    let session = |(svm, session_key_data): ([u8; 20], _)| Session {
        svm: svm.into(),
        session_key_data,
        ..Session::default()
    };
    Ok(all.map(session).into())
}

fn main() -> Result<(), Box<dyn Error>> {
    let deployment = Deployment {
        manager: address("session-module"),
        router: address("session-module"),
        entry_point: address("EntryPoint"),
        chain_id: 42_161,
    };
    let signer = PrivateKeySigner::from_bytes(&keccak256("session key"))?;
    let key = SessionKey { signer, deployment };
    println!("# Encodings of a signature\n");
    println!(
        "Calldata gas of a userOp's signature for a session-module (4 for a zero byte, 16 for another), and its bytes. Made by"
    );
    println!("`cargo run -p session-keys --example encodings > benches/results/encodings.md`.\n");
    println!("| userOp | leaves | canonical | dense | compact |");
    println!("| --- | --- | ---: | ---: | ---: |");
    for height in [4u32, 10, 16] {
        let size = 1usize << height;
        let flow = flow(key.address())?;
        let flows = (flow.len()..size).map(|number| vec![transfer(key.address(), number)]);
        let flows = [vec![flow.clone()], flows.collect()].concat();
        let (grouped, places) = Tree::grouped(flows.clone())?;
        let group: Vec<_> = places.first().cloned().unwrap_or_default().collect();

        let spread: Vec<_> = (1..=flow.len())
            .map(|n| n * size / (flow.len() + 1))
            .collect();
        let mut sessions: Vec<_> = flows.into_iter().skip(1).flatten().collect();
        for (place, session) in spread.iter().zip(flow) {
            sessions.insert(*place, session);
        }
        let apart = Tree::new(sessions)?;

        let rows = [
            ("1 transfer, manager", &grouped, vec![size - 1], false),
            ("1 transfer", &grouped, vec![size - 1], true),
            (
                "4 transfers, one session",
                &grouped,
                vec![size - 1; 4],
                true,
            ),
            (
                "16 transfers, one session",
                &grouped,
                vec![size - 1; 16],
                true,
            ),
            (
                "4 transfers, sessions together",
                &grouped,
                (size - 4..size).collect(),
                true,
            ),
            ("approve, swap, stake, apart", &apart, spread, true),
            ("approve, swap, stake, grouped", &grouped, group, true),
        ];
        for (name, tree, places, is_batch) in rows {
            let mut cells = String::new();
            for encoding in [Encoding::Canonical, Encoding::Dense, Encoding::Compact] {
                let actions = vec![Action::default(); places.len()];
                let call_data = if is_batch {
                    execute_batch(&actions)
                } else {
                    execute(&Action::default())
                };
                let mut op = UserOp {
                    callData: call_data,
                    ..UserOp::default()
                };
                match key.sign_as(encoding, tree, &places, &mut op) {
                    Ok(encoded) => {
                        let bytes = op.signature.len();
                        cells += &format!(" {} ({bytes} B) |", encoded.calldata_gas);
                    }
                    Err(SignError::Encoding { .. }) => cells += " |",
                    Err(error) => return Err(error.into()),
                }
            }
            println!("| {name} | 2^{height} |{cells}");
        }
    }
    Ok(())
}
