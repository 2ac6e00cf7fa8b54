//! Sessions that this program proves itself.

use alloc::vec::Vec;

use session_core::{Address, Reject, Word, user_op::RouterSignature};
use session_shell::{Revert, address};
use session_validation::{
    approve,
    batch::{self, invalid_manager},
    sessions::Sessions,
};

/// `abi.encode(address manager, SessionData[] sessions, bytes sessionKeySignature)` (§4), where the manager is this
/// program.
pub(crate) struct Payload<'a> {
    manager: Address,
    sessions: Sessions<'a>,
    session_key_signature: &'a [u8],
}

impl<'a> batch::Payload<'a> for Payload<'a> {
    fn decode(module_signature: &'a [u8]) -> Result<Self, Reject> {
        let signature = RouterSignature::decode(module_signature)?;
        let sessions = Sessions::decode(&signature.sessions)?;
        let manager = address();
        if *signature.manager != manager {
            return Err(invalid_manager());
        }
        Ok(Self {
            manager,
            sessions,
            session_key_signature: signature.session_key_signature,
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
        approve::leaves(account, &self.sessions)
    }
}
