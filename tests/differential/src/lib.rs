//! What the differential tests share.
