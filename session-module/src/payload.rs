//! Sessions that this program proves itself.

use alloc::vec::Vec;

use session_core::{
    Address, Malformed, Reject, Word,
    compact::{self, is_compact},
    user_op::RouterSignature,
    words::is_same_address,
};
use session_shell::{
    Host, Revert, address,
    buffer::{push, with_capacity},
};
use session_validation::{
    approve,
    batch::{self, invalid_manager},
    root,
    sessions::{self, Item},
};

/// `abi.encode(address manager, SessionData[] sessions, bytes sessionKeySignature)` (§4), where the manager is this
/// program; or the compact form of it, which names none.
pub(crate) struct Payload<'a> {
    manager: Address,
    items: Vec<Item<'a>>,
    session_key_signature: &'a [u8],
    compact: Option<compact::Payload<'a>>,
}

impl<'a> batch::Payload<'a> for Payload<'a> {
    fn decode(module_signature: &'a [u8]) -> Result<Self, Reject> {
        let manager = address();
        if is_compact(module_signature) {
            let payload = compact::Payload::decode(module_signature)?;
            return Ok(Self {
                manager,
                items: items(&payload)?,
                session_key_signature: payload.session_key_signature,
                compact: Some(payload),
            });
        }
        let signature = RouterSignature::decode(module_signature)?;
        let items = sessions::decode(&signature.sessions)?;
        if !is_same_address(signature.manager, &manager) {
            return Err(invalid_manager());
        }
        Ok(Self {
            manager,
            items,
            session_key_signature: signature.session_key_signature,
            compact: None,
        })
    }

    fn manager(&self) -> &Address {
        &self.manager
    }

    fn session_key_signature(&self) -> &'a [u8] {
        self.session_key_signature
    }

    fn items(&self) -> &[Item<'a>] {
        &self.items
    }

    fn prove(&self, account: &Address) -> Result<Vec<Word>, Revert> {
        let Some(payload) = &self.compact else {
            return Ok(approve::leaves(account, &self.items)?);
        };
        let words = payload.sessions.len().wrapping_mul(2);
        let mut room = with_capacity(words);
        for _ in 0..words {
            push(&mut room, [0; 32]);
        }
        let leaves = payload.prove(&Host, &root::of(account), &mut room)?;
        let mut of_actions = with_capacity(payload.actions.len());
        for number in payload.actions {
            let leaf = leaves.get(usize::from(*number)).ok_or(Malformed)?;
            push(&mut of_actions, *leaf);
        }
        Ok(of_actions)
    }
}

fn items<'a>(payload: &compact::Payload<'a>) -> Result<Vec<Item<'a>>, Malformed> {
    let mut items = with_capacity(payload.actions.len());
    for (action, number) in payload.actions.iter().enumerate() {
        let mut sessions = payload.sessions;
        let session = sessions.nth(usize::from(*number)).ok_or(Malformed)?;
        push(&mut items, Item::of(action, session));
    }
    Ok(items)
}
