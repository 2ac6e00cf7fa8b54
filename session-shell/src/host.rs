//! The chain's hostios behind safe functions, and the entry symbol: all unsafe code that the programs have. Pointers
//! that are passed are to live Rust values of the length that the hostio reads or writes.
#![allow(unsafe_code)]

use session_core::{Address, Keccak, Word};
use stylus_sdk::hostio;

use crate::{
    buffer,
    program::{self, Dispatch},
};

/// The chain, as session-core asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Host;

/// Exports a program: the symbol that the chain enters, and the dispatch table's signatures, a line each, as the custom
/// section `interface` of the linker's output. Packaging strips that section.
#[doc(hidden)]
#[macro_export]
macro_rules! export {
    ($dispatch:expr, $interface:expr) => {
        // SAFETY: no other item of a program has this name, and only the chain calls it, with the calldata's length.
        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        extern "C" fn user_entrypoint(len: usize) -> usize {
            unsafe { $crate::enter(len, $dispatch) }
        }

        // SAFETY: a custom section of this name means nothing to the linker or the chain.
        #[allow(unsafe_code)]
        #[unsafe(link_section = "interface")]
        static INTERFACE: [u8; $interface.len()] = $crate::program::bytes($interface);
    };
}

/// A program's whole course: reads the calldata, runs, writes the answer. 0 for success, 1 for a revert.
/// # Safety
/// `len` is what the chain entered with: the length of the calldata.
#[doc(hidden)]
pub unsafe fn enter(len: usize, dispatch: Dispatch) -> usize {
    let mut input = buffer::with_capacity(len);
    // SAFETY: the second writes `len` bytes. The first must be imported, as activation adds calls of it; 0 pages are free.
    unsafe {
        hostio::pay_for_memory_grow(0);
        hostio::read_args(input.as_mut_ptr());
        input.set_len(len);
    }
    let (answer, status) = program::answer(&input, dispatch);
    // SAFETY: see the head of this file.
    unsafe { hostio::write_result(answer.as_ptr(), answer.len()) };
    status
}

/// What a hostio writes, which must be `N` bytes.
fn written<const N: usize>(hostio: impl FnOnce(*mut u8)) -> [u8; N] {
    let mut bytes = [0; N];
    hostio(bytes.as_mut_ptr());
    bytes
}

/// Was no ether sent?
pub(crate) fn has_no_value() -> bool {
    // SAFETY: writes 32 bytes.
    written(|value| unsafe { hostio::msg_value(value) }) == [0; 32]
}

/// Is another call of this program still open?
pub(crate) fn is_reentrant() -> bool {
    // SAFETY: takes and gives a number.
    unsafe { hostio::msg_reentrant() }
}

/// Who calls.
pub fn msg_sender() -> Address {
    // SAFETY: writes 20 bytes.
    written(|sender| unsafe { hostio::msg_sender(sender) })
}

/// Where this program is.
pub fn address() -> Address {
    // SAFETY: writes 20 bytes.
    written(|address| unsafe { hostio::contract_address(address) })
}

/// A storage word.
pub fn load(slot: &Word) -> Word {
    // SAFETY: reads 32 bytes and writes 32.
    written(|word| unsafe { hostio::storage_load_bytes32(slot.as_ptr(), word) })
}

/// Writes a storage word through, so that nothing is left in the chain's cache for a later call out to miss.
pub fn store(slot: &Word, word: &Word) {
    // SAFETY: reads 32 bytes each.
    unsafe {
        hostio::storage_cache_bytes32(slot.as_ptr(), word.as_ptr());
        hostio::storage_flush_cache(false);
    }
}

/// Emits a log of at most 4 topics.
pub fn emit(topics: &[Word], data: &[u8]) {
    let log = buffer::concat(&[topics.as_flattened(), data]);
    // SAFETY: see the head of this file.
    unsafe { hostio::emit_log(log.as_ptr(), log.len(), topics.len()) };
}

impl Keccak for Host {
    fn keccak(&self, parts: &[&[u8]]) -> Word {
        let preimage = buffer::concat(parts);
        // SAFETY: reads the preimage and writes 32 bytes.
        written(|hash| unsafe { hostio::native_keccak256(preimage.as_ptr(), preimage.len(), hash) })
    }

    fn keccak_pair(&self, pair: &mut [Word; 2]) {
        let pair = pair.as_flattened_mut();
        let (input, len) = (pair.as_ptr(), pair.len());
        // SAFETY: reads both words, then writes the first.
        unsafe { hostio::native_keccak256(input, len, pair.as_mut_ptr()) };
    }
}

/// Calls `to` with all gas that may be passed on and no ether: has it succeeded, and how long is what it returned?
pub(crate) fn call(to: &Address, data: &[u8]) -> (bool, usize) {
    let (no_value, mut len) = ([0; 32], 0);
    // SAFETY: reads 20 bytes, the data and 32 bytes, writes the length.
    let status = unsafe {
        let (to, value) = (to.as_ptr(), no_value.as_ptr());
        hostio::call_contract(to, data.as_ptr(), data.len(), value, u64::MAX, &mut len)
    };
    (status == 0, len)
}

/// As [`call`], but nothing may be written.
pub(crate) fn static_call(to: &Address, data: &[u8]) -> (bool, usize) {
    let mut len = 0;
    // SAFETY: reads 20 bytes and the data, writes the length.
    let status = unsafe {
        hostio::static_call_contract(to.as_ptr(), data.as_ptr(), data.len(), u64::MAX, &mut len)
    };
    (status == 0, len)
}

/// The first bytes of what the last call returned; the rest of the buffer stays as it is.
pub(crate) fn read_returned(buffer: &mut [u8]) {
    // SAFETY: writes at most the buffer's length.
    unsafe { hostio::read_return_data(buffer.as_mut_ptr(), 0, buffer.len()) };
}
