//! What the differential tests share.

pub mod calldata;
pub mod cases;
pub mod traps;
