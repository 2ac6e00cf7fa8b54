//! Growing buffers, without the panic of `Vec`: its text would be in the data of every program, which is paid for
//! by every call. Where there is no memory left, the program traps all the same.

use alloc::vec::Vec;
use core::arch::wasm32::unreachable;

/// An empty list with room for `capacity` elements.
pub fn with_capacity<T>(capacity: usize) -> Vec<T> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(capacity).is_err() {
        unreachable();
    }
    buffer
}

/// Appends bytes.
pub fn append(buffer: &mut Vec<u8>, bytes: &[u8]) {
    make_room(buffer, bytes.len());
    buffer.extend_from_slice(bytes);
}

/// Appends one element, for which the list must have room.
pub fn push<T>(list: &mut Vec<T>, element: T) {
    if list.len() == list.capacity() {
        unreachable();
    }
    list.push(element);
}

/// Appends zeros.
#[inline(never)]
pub fn append_zeros(buffer: &mut Vec<u8>, count: usize) {
    make_room(buffer, count);
    buffer.extend(core::iter::repeat_n(0, count));
}

/// The parts, one after the other.
#[inline(never)]
pub fn concat(parts: &[&[u8]]) -> Vec<u8> {
    let bytes = parts.iter().map(|part| part.len());
    let mut buffer = with_capacity(bytes.fold(0, usize::wrapping_add));
    for part in parts {
        append(&mut buffer, part);
    }
    buffer
}

/// The second look is for the compiler, which then leaves out the panic of what follows.
#[inline(always)]
fn make_room<T>(buffer: &mut Vec<T>, count: usize) {
    if buffer.capacity().wrapping_sub(buffer.len()) < count {
        let has_room = buffer.try_reserve_exact(count).is_ok();
        if !has_room || buffer.capacity().wrapping_sub(buffer.len()) < count {
            unreachable();
        }
    }
}
