//! EntryPoint v0.7, SmartSession, and a Nexus account with an owner.

use alloy::{
    primitives::{Address, B256, Bytes, U256, address},
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolValue},
};
use devnode::EntryPointVersion;
use world::{World, WorldError};

use super::{
    Scene,
    abi::{depositToCall, initNexusWithSingleValidatorCall, initializeAccountCall},
    answer, package,
};
use crate::{mocks::Mocks, scenario::MORE_RULES};

/// ERC-7484's registry, which is asked about what a session enables, and agrees to everything. It has no part in the use.
const REGISTRY: Address = address!("000000000069E2a187AEFFb852bF3cCdC95151B2");
const STOP: [u8; 1] = [0];
const NEXUS: &str = "NexusPrecompiles.sol";
/// Wei at the EntryPoint: 10 ether.
const DEPOSIT: U256 = U256::from_limbs([10_000_000_000_000_000_000, 0, 0, 0]);

impl Scene {
    /// Everything deployed, one session enabled.
    pub(super) fn new() -> Result<Self, WorldError> {
        let mut world = World::new()?;
        let mocks = Mocks::deploy(&mut world)?;
        let validator = world.deploy("BenchValidator", &[])?;
        let mut policies = Vec::new();
        for _ in 0..=MORE_RULES {
            policies.push(world.deploy("BenchPolicy", &[])?);
        }
        let version = EntryPointVersion::V07;
        let entry_point = version.address();
        let code = world::artefact("EntryPointV07")?.bytecode;
        create(&mut world, "EntryPoint v0.7", &code, Some(version.salt()))?;
        // 391 bytes over the limit of deployed code
        let smart_session = Address::repeat_byte(0x55);
        let code = package::bytecode(
            "SmartSessionsPrecompiles.sol",
            "SMART_SESSION_DEPLOYED_BYTECODE",
        )?;
        for (address, code) in [(smart_session, code), (REGISTRY, STOP.into())] {
            let set = world.embedded_mut()?.set_code(address, code);
            set.map_err(|error| answer("SmartSession", error))?;
        }
        world.label(smart_session, "SmartSession");

        let (owner, session_key) = (key(0xa1)?, key(0x5e)?);
        let code = package::bytecode(NEXUS, "NEXUS_BYTECODE")?;
        let code = [&code[..], &entry_point.abi_encode()].concat();
        let nexus = create(&mut world, "Nexus", &code, None)?;
        let code = package::bytecode(NEXUS, "NEXUS_BOOTSTRAP_BYTECODE")?;
        let bootstrap = create(&mut world, "NexusBootstrap", &code, None)?;
        let init = initNexusWithSingleValidatorCall {
            validator,
            data: owner.address().to_vec().into(),
            registry: Address::ZERO,
            attesters: Vec::new(),
            threshold: 0,
        };
        let init = initializeAccountCall {
            initData: (bootstrap, Bytes::from(init.abi_encode()))
                .abi_encode_params()
                .into(),
        };
        let arguments = (nexus, Bytes::from(init.abi_encode())).abi_encode_params();
        let code = package::bytecode(NEXUS, "NEXUS_PROXY_BYTECODE")?;
        let account = create(
            &mut world,
            "account",
            &[&code[..], &arguments].concat(),
            None,
        )?;
        let deposit = depositToCall { account };
        world.send_value(world.deployer, entry_point, DEPOSIT, deposit)?;
        let mut scene = Self {
            world,
            mocks,
            entry_point,
            smart_session,
            validator,
            policies,
            account,
            owner,
            key: session_key,
            permission: B256::ZERO,
            ruled: B256::ZERO,
            salt: 0,
        };
        scene.enable()?;
        Ok(scene)
    }
}

pub(super) fn key(byte: u8) -> Result<PrivateKeySigner, WorldError> {
    let key = PrivateKeySigner::from_bytes(&B256::repeat_byte(byte));
    key.map_err(|error| WorldError::Sign(error.to_string()))
}

fn create(
    world: &mut World,
    name: &str,
    code: &[u8],
    salt: Option<B256>,
) -> Result<Address, WorldError> {
    let deployer = world.deployer;
    let address = world
        .embedded_mut()?
        .deploy(deployer, code.to_vec().into(), salt)
        .map_err(|error| WorldError::chain(name, error))?;
    world.label(address, name);
    Ok(address)
}
