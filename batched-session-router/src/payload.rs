//! Sessions that a manager proves, in one call.

use alloc::vec::Vec;

use session_core::{Address, Reject, Word, leaf::leaf, user_op::RouterSignature};
use session_shell::{Host, Revert, encoding::Encoding, outgoing::call};
use session_validation::{
    approve,
    batch::{self, invalid_manager},
    sessions::{self, Item},
};

/// `validateSessionKeys(address,SessionData[])`.
const VALIDATE_SESSION_KEYS: [u8; 4] = [0xac, 0xb8, 0xf7, 0x12];

/// `abi.encode(address manager, SessionData[] sessions, bytes sessionKeySignature)` (§4).
pub(crate) struct Payload<'a> {
    signature: RouterSignature<'a>,
    items: Vec<Item<'a>>,
}

impl<'a> batch::Payload<'a> for Payload<'a> {
    fn decode(module_signature: &'a [u8]) -> Result<Self, Reject> {
        let signature = RouterSignature::decode(module_signature)?;
        let items = sessions::decode(&signature.sessions)?;
        Ok(Self { signature, items })
    }

    fn manager(&self) -> &Address {
        self.signature.manager
    }

    fn session_key_signature(&self) -> &'a [u8] {
        self.signature.session_key_signature
    }

    fn items(&self) -> &[Item<'a>] {
        &self.items
    }

    /// The manager answers a digest of what it has proven, which must be what this program has decoded (7.2-B).
    fn prove(&self, account: &Address) -> Result<Vec<Word>, Revert> {
        let encoded = self.signature.encoded_sessions;
        let mut data = Encoding::call(VALIDATE_SESSION_KEYS, 2, encoded.len());
        data.address(0, account);
        data.encoded(1, encoded);
        let approved = call(self.signature.manager, &data.finish())?;

        let leaves = sessions::leaves(&self.items, |session| Ok(leaf(&Host, session)))?;
        if approved != Some(approve::approved(account, &leaves)) {
            return Err(invalid_manager().into());
        }
        Ok(leaves)
    }
}
