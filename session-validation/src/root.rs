//! The root of an account's sessions: storage slot 0 is `mapping(address account => bytes32 root)` (§2.1).

use alloc::vec::Vec;

use session_core::{Address, Keccak, Word, abi::Tuple, pad, reject, word, words::is_same};
use session_shell::{Answer, Host, emit, encoding::Encoding, load, msg_sender, program, store};
use stylus_sdk::keccak_const::Keccak256;

/// `MerkleRootUpdated(address account, bytes32 root)`, nothing indexed.
const MERKLE_ROOT_UPDATED: Word = topic("MerkleRootUpdated(address,bytes32)");
/// `SessionsPublished(address indexed account, bytes32 root, bytes data)`.
const SESSIONS_PUBLISHED: Word = topic("SessionsPublished(address,bytes32,bytes)");

const fn topic(signature: &str) -> Word {
    Keccak256::new().update(signature.as_bytes()).finalize()
}

/// An account's root; 0 for one without sessions.
#[inline(never)]
pub fn of(account: &Address) -> Word {
    load(&slot(account))
}

#[inline(never)]
fn slot(account: &Address) -> Word {
    let mut pair = [pad(account), [0; 32]];
    Host.keccak_pair(&mut pair);
    let [slot, _] = pair;
    slot
}

/// `setMerkleRoot`: the caller's root is what it says, whatever it was. 0 revokes everything.
///
/// # Errors
/// By solc's rule.
pub fn set_merkle_root(arguments: &[u8]) -> Answer {
    set(&msg_sender(), Tuple::new(arguments, 1)?.word(0)?);
    Ok(Vec::new())
}

/// `setMerkleRootIf`: as `setMerkleRoot`, if the root is still the one that the caller knows; publishes data of the
/// caller's choice, such as the sessions.
///
/// # Errors
/// "SessionsChanged".
pub fn set_merkle_root_if(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 3)?;
    let (expected, next) = (arguments.word(0)?, arguments.word(1)?);
    let published = arguments.bytes(2)?;
    let account = msg_sender();
    if !is_same(&of(&account), expected) {
        return Err(reject!("SessionsChanged").into());
    }
    set(&account, next);
    let mut data = Encoding::tuple(2, published.len());
    data.word(0, next);
    data.bytes(1, published);
    emit(&[word!(SESSIONS_PUBLISHED), pad(&account)], &data.finish());
    Ok(Vec::new())
}

/// `getSessionKeys`: an account's root.
///
/// # Errors
/// By solc's rule.
pub fn get_session_keys(arguments: &[u8]) -> Answer {
    let account = Tuple::new(arguments, 1)?.address(0)?;
    Ok(program::word(&of(account)))
}

#[inline(never)]
fn set(account: &Address, root: &Word) {
    store(&slot(account), root);
    emit(
        &[word!(MERKLE_ROOT_UPDATED)],
        [pad(account), *root].as_flattened(),
    );
}
