//! Prints the address of each program that is named (`NAME.wasm`) when it is deployed with salt 0 through the CREATE2
//! factory, as a Rust constant: `scripts/build-programs` writes the crate `well-known` with it.

use std::{env, error::Error, fs, path::Path};

use alloy::primitives::{B256, keccak256};
use devnode::CREATE2_FACTORY;

fn main() -> Result<(), Box<dyn Error>> {
    for file in env::args().skip(1) {
        let code = devnode_meter::package(&fs::read(&file)?)?;
        let init_code = devnode_meter::init_code(&code);
        let address = CREATE2_FACTORY.create2(B256::ZERO, keccak256(init_code));
        let name = Path::new(&file).file_stem().unwrap_or_default();
        let name = name.to_string_lossy();
        let bytes: Vec<_> = address.iter().map(|byte| format!("{byte:#04x}")).collect();
        println!(
            "/// `{}`.\npub const {}: [u8; 20] = [{}];",
            name.replace('_', "-"),
            name.to_uppercase(),
            bytes.join(", ")
        );
    }
    Ok(())
}
