//! What the session module says to a compact module signature: what the separate programs say when the same sessions come
//! canonically encoded, each with the proof of its own. The rules of the compact form are said once more.

use alloy::{
    primitives::{B256, Bytes, aliases::U48},
    sol_types::SolValue,
};
use session_keys::{UserOp, account_signature, well_known};

use super::{
    is_router_target,
    table::{Listed, NOT_APPROVED},
};
use crate::{
    MAX_GAS, answer,
    oracle::{Answer, EXECUTE_BATCH, Oracle, SessionData, is_allowed, text},
    request::{
        Entry,
        compact::{Compact, Packed, Payload},
    },
    scene::{Leaf, Scene},
    shown,
};

/// Both programs' answers.
pub struct Sides<'a> {
    pub separate: &'a Scene,
    pub module: &'a Scene,
    pub compact: &'a Compact,
}

impl Sides<'_> {
    /// The module's answer, and the difference that is meant, if there is one.
    ///
    /// # Panics
    /// If it is not due.
    pub fn compare(&self) -> (Answer, Option<Listed>) {
        let compact = self.compact;
        let calldata = self.calldata(&compact.module_signature);
        let (ours, gas) = answer(self.module, self.module.job.programs.manager, &calldata, 0);
        let described = || format!("{}, {}", shown(&ours), hex::encode(&calldata));
        let is_batch = EXECUTE_BATCH
            .iter()
            .any(|batch| compact.op.callData.starts_with(batch));
        let payload = Payload::decode(&compact.module_signature).filter(|_| is_batch);
        let Some(payload) = payload else {
            assert_eq!(ours, Err(Bytes::new()), "malformed: {}", described());
            return (ours, None);
        };

        let proven = self.prove(&payload);
        let (due, due_gas) = self.due(&payload, &proven);
        // Somebody who is asked may burn what it gets.
        assert!(gas <= due_gas.max(MAX_GAS), "{gas} gas: {}", described());
        if ours != due {
            let is_router = is_router_target(self.separate, &compact.op.callData, &due);
            assert!(is_router, "due is {}: {}", shown(&due), described());
            return (ours, Some(Listed::RouterAsTarget));
        }
        let is_listed = proven.is_err() && self.canonical(&payload, true).0 != ours;
        (ours, is_listed.then_some(Listed::NotTogether))
    }

    /// Step 7 of the router.
    fn prove(&self, payload: &Payload) -> Result<(), Bytes> {
        let not_approved = || Err(text(NOT_APPROVED));
        let is_allowed = |leaf: &Packed| is_allowed(leaf.until_secs, leaf.after_secs, &leaf.data);
        if !payload.leaves.iter().all(is_allowed) {
            return not_approved();
        }
        let (nodes, unused) = payload.run().ok_or_else(Bytes::new)?;
        // No other account has sessions.
        let has_root = self.compact.op.sender == self.separate.job.account;
        if !has_root || nodes != [self.separate.root] || unused > 0 {
            return not_approved();
        }
        let mut leaves = payload.leaves.iter();
        assert!(
            leaves.all(|leaf| place(self.separate, leaf).is_some()),
            "proves what is not in the tree: {payload:?}"
        );
        Ok(())
    }

    /// What is due, and the gas that the separate programs take to say it.
    fn due(&self, payload: &Payload, proven: &Result<(), Bytes>) -> (Answer, u64) {
        let (due, gas) = self.canonical(payload, proven.is_ok());
        match proven {
            // No check before that one fails.
            Err(refused) if due == Err(text(NOT_APPROVED)) => (Err(refused.clone()), gas),
            _ => (due, gas),
        }
    }

    fn calldata(&self, module_signature: &[u8]) -> Vec<u8> {
        let op = UserOp {
            signature: account_signature(module_signature, self.separate.job.programs.router),
            ..self.compact.op.clone()
        };
        let arguments = (op, self.compact.hash).abi_encode_params();
        [&Entry::Router.selector()[..], &arguments].concat()
    }

    /// What the separate programs say to the same sessions, or if the first of them has no proof.
    fn canonical(&self, payload: &Payload, is_proven: bool) -> (Answer, u64) {
        let programs = &self.separate.job.programs;
        let item = |leaf: &u8| {
            let leaf = &payload.leaves[usize::from(*leaf)];
            let place = place(self.separate, leaf);
            SessionData {
                validUntil: U48::from(leaf.until_secs),
                validAfter: U48::from(leaf.after_secs),
                svm: leaf.svm,
                data: leaf.data.clone().into(),
                proof: place.map_or_else(Vec::new, |leaf| leaf.proof.clone()),
                callSpecificData: Bytes::new(),
            }
        };
        let mut items: Vec<_> = payload.actions.iter().map(item).collect();
        if !is_proven {
            items[0].proof.push(B256::repeat_byte(1));
        }
        let signature = Bytes::copy_from_slice(&payload.session_key_signature);
        let signature = (programs.manager, items, signature).abi_encode_params();
        let calldata = self.calldata(&signature);
        let (due, gas) = answer(self.separate, programs.router, &calldata, 0);
        // The rules, said once more, know nothing of bounds.
        let mut leaves = payload.leaves.iter();
        if !leaves.any(|leaf| leaf.svm == well_known::BOUNDED) {
            let oracle = Oracle::new(self.separate);
            let rules = oracle.router(&calldata[4..]);
            assert_eq!(due, rules, "{}", hex::encode(&calldata));
        }
        (due, gas)
    }
}

/// The leaf of the tree.
fn place<'a>(scene: &'a Scene, leaf: &Packed) -> Option<&'a Leaf> {
    let mut leaves = scene.leaves.iter();
    leaves.find(|other| leaf.is(other))
}
