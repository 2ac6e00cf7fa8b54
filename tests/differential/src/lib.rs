//! What the differential tests share.

pub mod artefact;
pub mod calldata;
