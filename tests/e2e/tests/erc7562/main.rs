//! ERC-7562: what we validate with keeps to it, and the checker sees what does not, wherever it is.

mod clean;
mod deployment;
mod offences;
mod opcodes;
mod sent;

use alloy::primitives::{Address, U256};
use session_keys::{Session, Tree, UserOp};
use world::{MAX_A, MainJob, erc7562::Report};

struct Scene {
    job: MainJob,
}

impl Scene {
    fn new() -> Self {
        let job = e2e::job().unwrap();
        Self { job }
    }

    /// What the checker says of a userOp that this module validates.
    fn check(&mut self, svm: Address) -> Report {
        let op = batch_by(&mut self.job, svm);
        self.job.world.check_validation(&op).unwrap()
    }
}

/// A userOp of one action in a batch, whose session is this module's.
fn batch_by(job: &mut MainJob, svm: Address) -> UserOp {
    let session = Session {
        valid_until_secs: 0,
        valid_after_secs: 0,
        svm,
        session_key_data: job.key.address().to_vec().into(),
    };
    let tree = Tree::new(vec![session]).unwrap();
    job.grant(tree).unwrap();
    job.signed(&[job.approve(MAX_A)], &[0]).unwrap()
}

/// An account's word, or its address as a slot.
fn word(address: Address) -> U256 {
    address.into_word().into()
}
