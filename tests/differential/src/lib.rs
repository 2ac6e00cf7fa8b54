//! What the differential tests share.

pub mod calldata;
pub mod traps;
