//! What depends on the chain's version and configuration

/// Limits and switches of validation and metering that depend on the chain
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The ArbOS version (§1.9); Stylus begins at 30
    pub arbos_version: u64,
    /// The largest uncompressed module in bytes (§1.8)
    pub max_wasm_bytes: usize,
    /// The most pages (64 KiB each) that the module's memory may begin with (§1.5)
    pub page_limit: u16,
    /// Whether the imports `console.*` and `debug.*` are allowed (debug chains; §1.2)
    pub debug: bool,
}

impl Rules {
    /// What a chain of this ArbOS version begins with
    #[must_use]
    pub const fn new(arbos_version: u64) -> Self {
        Self {
            arbos_version,
            max_wasm_bytes: 128 * 1024,
            page_limit: 128,
            debug: false,
        }
    }

    /// The version of the Stylus pricing that a program activated now gets (§1.9)
    #[must_use]
    pub const fn stylus_version(&self) -> u16 {
        if self.arbos_version < 31 { 1 } else { 2 }
    }

    /// Whether functions and blocks may have several results (§1.5)
    #[must_use]
    pub const fn multi_value(&self) -> bool {
        self.arbos_version < 60
    }

    /// Whether the number of imports is limited (§1.5)
    #[must_use]
    pub const fn import_limit(&self) -> bool {
        self.arbos_version >= CHARGING_FIXES
    }
}

/// The ArbOS version that limits imports and charges activation by the module's length (§1.9)
pub(crate) const CHARGING_FIXES: u64 = 32;
