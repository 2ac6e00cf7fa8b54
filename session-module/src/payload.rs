//! Sessions that this program proves itself.

use alloc::vec::Vec;

use session_core::{
    Address, Reject, Word,
    compact::{self, is_compact},
    user_op::{BatchedSession, RouterSignature},
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
    sessions::{Sessions, Use},
};

/// `abi.encode(address manager, SessionData[] sessions, bytes sessionKeySignature)` (§4), where the manager is this
/// program; or the compact form of it, which names none.
pub(crate) struct Payload<'a> {
    manager: Address,
    sessions: Sessions<'a>,
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
                sessions: sessions(&payload),
                session_key_signature: payload.session_key_signature,
                compact: Some(payload),
            });
        }
        let signature = RouterSignature::decode(module_signature)?;
        let sessions = Sessions::decode(&signature.sessions)?;
        if !is_same_address(signature.manager, &manager) {
            return Err(invalid_manager());
        }
        Ok(Self {
            manager,
            sessions,
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

    fn sessions(&self) -> &Sessions<'a> {
        &self.sessions
    }

    fn prove(&self, account: &Address) -> Result<Vec<Word>, Revert> {
        let Some(payload) = &self.compact else {
            return approve::leaves(account, &self.sessions);
        };
        let mut nodes = with_capacity(self.sessions.list.len());
        for _ in &self.sessions.list {
            push(&mut nodes, [0; 32]);
        }
        payload.prove(&Host, &root::of(account), &mut nodes)?;
        // No leaf is there twice: their places tell them apart.
        Ok(Vec::new())
    }
}

fn sessions<'a>(payload: &compact::Payload<'a>) -> Sessions<'a> {
    let mut list = with_capacity(payload.leaf_count());
    for session in payload.sessions() {
        let call_specific_data = &[];
        push(
            &mut list,
            BatchedSession {
                session,
                call_specific_data,
            },
        );
    }
    let mut uses = with_capacity(payload.actions.len());
    for place in payload.actions {
        push(&mut uses, Use::of(usize::from(*place)));
    }
    Sessions { list, uses }
}
