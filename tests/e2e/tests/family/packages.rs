//! Contracts whose npm package holds bytecode, and whose libraries are to be linked.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::{
    hex,
    primitives::{Address, Bytes},
    rpc::types::TransactionRequest,
};
use serde_json::Value;
use world::World;

/// Creation code of a contract, by its file in `contracts/node_modules`; `libraries` by name.
pub(crate) fn bytecode(file: &str, libraries: &BTreeMap<&str, Address>) -> Bytes {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/node_modules");
    let json = fs::read_to_string(root.join(file));
    let json = json.unwrap_or_else(|error| panic!("{file}: {error}: run scripts/setup"));
    let artefact: Value = serde_json::from_str(&json).unwrap();
    let mut code = artefact["bytecode"].as_str().unwrap().to_owned();
    let digits = code.len() - code.trim_start_matches("0x").len();
    let links = artefact["linkReferences"].as_object().into_iter().flatten();
    for (library, places) in links.flat_map(|(_, libraries)| libraries.as_object().unwrap()) {
        let address = hex::encode(libraries[library.as_str()]);
        for place in places.as_array().unwrap() {
            let start = digits + 2 * usize::try_from(place["start"].as_u64().unwrap()).unwrap();
            code.replace_range(start..start + 40, &address);
        }
    }
    hex::decode(code).unwrap().into()
}

/// Deploys a contract; `arguments` are the constructor's, encoded.
pub(crate) fn deploy(
    world: &mut World,
    file: &str,
    libraries: &BTreeMap<&str, Address>,
    arguments: &[u8],
) -> Address {
    let code = [&bytecode(file, libraries), arguments].concat();
    let request = TransactionRequest::default()
        .from(world.deployer)
        .create()
        .input(Bytes::from(code).into())
        .gas_limit(30_000_000);
    let receipt = world.chain.execute(request).unwrap();
    assert!(receipt.status(), "{file} is not deployed");
    let address = receipt.contract_address.unwrap();
    world.label(address, file.rsplit('/').next().unwrap_or(file));
    address
}
