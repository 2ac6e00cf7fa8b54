//! Session keys as a wallet uses them, after Particle's description (seed 001), with the `client` library: sessions from
//! JSON, the account's first userOp, a store, quotes of fees, userOps that the account pays and userOps that a real
//! VerifyingPaymaster pays. On a chain in this process, with `session-module`; it prints every step, and fails if one does not come out as
//! it should.
//!
//! ```text
//! cargo run -p e2e --example particle
//! ```
//!
//! | Particle | here |
//! | --- | --- |
//! | `particle_aa_createSessions` | [`grants`]: `SessionRequest`, `Grant`, `SessionStore::update`, `calls::set_up` |
//! | "the sessions you need to store locally" | `SessionStore::to_json`, `from_json`, `confirm` |
//! | `particle_aa_validateSession` | `Tree::live` |
//! | `particle_aa_getFeeQuotes` | [`service`]: gas by `simulateHandleOp`; `max_cost_wei`, `TokenPrice` |
//! | `particle_aa_sendUserOp` with `targetSession` | `SessionKey::sign`, `World::handle_ops` |
//! | gasless mode | [`paymaster`] |

mod flow;
mod grants;
mod paymaster;
mod service;
mod uses;
mod wallet;

use std::{error::Error, io};

fn main() -> Result<(), Box<dyn Error>> {
    flow::run(&mut io::stdout().lock(), &["session-module"])
}

/// What makes the example fail: something did not come out as it should.
fn ensure(is_right: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if is_right {
        return Ok(());
    }
    Err(format!("expected, and not so: {what}").into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_step_comes_out_as_it_should() {
        let manager_and_router = ["session-key-manager", "batched-session-router"];
        for programs in [&["session-module"][..], &manager_and_router] {
            let mut out = Vec::new();
            let result = crate::flow::run(&mut out, programs);
            let text = String::from_utf8(out).unwrap();
            result.unwrap_or_else(|error| panic!("{programs:?}: {error}, after:\n{text}"));
            assert_eq!(
                text.lines().last(),
                Some("Done: 7 userOps executed, 7 refused.")
            );
        }
    }
}
