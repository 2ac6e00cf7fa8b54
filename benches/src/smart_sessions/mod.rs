//! ERC-7579 Smart Sessions, as `@rhinestone/modulekit` 0.5.9 holds them: the runtime code of a SmartSession before release
//! 1.0, and a Nexus 1.0.0 account, on EntryPoint v0.7.
//!
//! No npm package has the bytecode of a policy or of a validator, so these two are ours (contracts/mocks): a policy that allows
//! everything, and a validator of one key that signs the bare hash. Both are the cheapest that there can be.

mod flz;
mod package;

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, U256, address},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
    sol,
    sol_types::{SolCall, SolError, SolEvent, SolValue},
};
use devnode::{EntryPointVersion, Receipt};
use session_keys::Action;
use world::{World, WorldError, abi::EntryPoint, describe, to};

use crate::{
    Rows,
    gas::{Gas, Sent},
    mocks::Mocks,
    scenario::{By, Job, Scenario},
};

sol! {
    struct PackedUserOperation {
        address sender;
        uint256 nonce;
        bytes initCode;
        bytes callData;
        bytes32 accountGasLimits;
        uint256 preVerificationGas;
        bytes32 gasFees;
        bytes paymasterAndData;
        bytes signature;
    }

    function handleOps(PackedUserOperation[] ops, address beneficiary);
    error FailedOpWithRevert(uint256 opIndex, string reason, bytes inner);
    function getUserOpHash(PackedUserOperation op) view returns (bytes32);
    function getNonce(address sender, uint192 key) view returns (uint256);
    function depositTo(address account) payable;

    function initializeAccount(bytes initData);
    function initNexusWithSingleValidator(address validator, bytes data, address registry, address[] attesters, uint8 threshold);
    function installModule(uint256 moduleType, address module, bytes initData);
    function execute(bytes32 mode, bytes executionCalldata);

    struct Execution {
        address target;
        uint256 value;
        bytes callData;
    }

    struct PolicyData {
        address policy;
        bytes initData;
    }

    struct ActionData {
        bytes4 actionTargetSelector;
        address actionTarget;
        PolicyData[] actionPolicies;
    }

    struct ERC7739Data {
        string[] allowedERC7739Content;
        PolicyData[] erc1271Policies;
    }

    struct Session {
        address sessionValidator;
        bytes sessionValidatorInitData;
        bytes32 salt;
        PolicyData[] userOpPolicies;
        ERC7739Data erc7739Policies;
        ActionData[] actions;
    }

    function enableSessions(Session[] sessions) returns (bytes32[] permissionIds);
    function getPermissionId(Session session) pure returns (bytes32 permissionId);
}

/// ERC-7484's registry, which is asked about what a session enables, and agrees to everything. It has no part in the use.
const REGISTRY: Address = address!("000000000069E2a187AEFFb852bF3cCdC95151B2");
const STOP: [u8; 1] = [0];
/// `validateUserOp` of a v0.7 account.
const VALIDATE_USER_OP: [u8; 4] = [0x19, 0x82, 0x2f, 0x7c];
const NEXUS: &str = "NexusPrecompiles.sol";
const VALIDATOR: U256 = U256::ONE;
/// Wei at the EntryPoint: 10 ether.
const DEPOSIT: U256 = U256::from_limbs([10_000_000_000_000_000_000, 0, 0, 0]);
/// Twice, in one word: to verify and to execute.
const GAS_LIMITS: u128 = 2_000_000;
const PRE_VERIFICATION_GAS: u64 = 100_000;
const BUNDLE_GAS: u64 = 10_000_000;

/// An account on EntryPoint v0.7 with one session.
struct Scene {
    world: World,
    mocks: Mocks,
    entry_point: Address,
    smart_session: Address,
    validator: Address,
    policy: Address,
    account: Address,
    owner: PrivateKeySigner,
    key: PrivateKeySigner,
    permission: B256,
    /// Of the session that is enabled next.
    salt: u64,
}

/// All rows.
///
/// # Errors
/// If something has not been built or fetched, or a userOp fails.
pub(crate) fn rows(rows: &mut Rows) -> Result<(), WorldError> {
    let mut scene = Scene::new()?;
    for by in [By::NexusOwner, By::SmartSessions] {
        for job in by.jobs() {
            let before = scene.world.embedded_mut()?.snapshot();
            scene.run(by, job)?;
            rows.insert(Scenario { by, job }, scene.run(by, job)?);
            let reverted = scene.world.embedded_mut()?.revert(before);
            reverted.map_err(|error| answer("snapshot", error))?;
        }
    }
    Ok(())
}

fn answer(what: &str, reason: impl ToString) -> WorldError {
    WorldError::Answer {
        what: what.into(),
        reason: reason.to_string(),
    }
}

fn key(byte: u8) -> Result<PrivateKeySigner, WorldError> {
    let key = PrivateKeySigner::from_bytes(&B256::repeat_byte(byte));
    key.map_err(|error| WorldError::Sign(error.to_string()))
}

impl Scene {
    fn new() -> Result<Self, WorldError> {
        let mut world = World::new()?;
        let mocks = Mocks::deploy(&mut world)?;
        let validator = world.deploy("BenchValidator", &[])?;
        let policy = world.deploy("BenchPolicy", &[])?;
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
            policy,
            account,
            owner,
            key: session_key,
            permission: B256::ZERO,
            salt: 0,
        };
        scene.enable()?;
        Ok(scene)
    }

    /// A session that allows these actions.
    fn session(&mut self, actions: &[Action]) -> Session {
        let actions = actions.iter().map(|action| {
            let selector = action.data.get(..4).map(FixedBytes::from_slice);
            ActionData {
                actionTargetSelector: selector.unwrap_or_default(),
                actionTarget: action.to,
                actionPolicies: vec![PolicyData {
                    policy: self.policy,
                    initData: Bytes::new(),
                }],
            }
        });
        self.salt += 1;
        Session {
            sessionValidator: self.validator,
            sessionValidatorInitData: self.key.address().to_vec().into(),
            salt: U256::from(self.salt).into(),
            userOpPolicies: Vec::new(),
            erc7739Policies: ERC7739Data {
                allowedERC7739Content: Vec::new(),
                erc1271Policies: Vec::new(),
            },
            actions: actions.collect(),
        }
    }

    fn actions(&self, job: Job) -> Vec<Action> {
        self.mocks.actions(&self.world, self.account, job)
    }

    /// The owner installs SmartSession and enables one session, which allows transfer, approve, swap and stake.
    fn enable(&mut self) -> Result<(), WorldError> {
        let actions = [self.actions(Job::Single), self.actions(Job::Flow)].concat();
        let session = self.session(&actions);
        let id = getPermissionIdCall {
            session: session.clone(),
        };
        self.permission = self.world.view(self.smart_session, id)?;
        let install = installModuleCall {
            moduleType: VALIDATOR,
            module: self.smart_session,
            initData: Bytes::new(),
        };
        let enable = enableSessionsCall {
            sessions: vec![session],
        };
        let approve = self.mocks.fund(&mut self.world, self.account)?;
        let actions = [
            to(self.account, install.abi_encode()),
            to(self.smart_session, enable.abi_encode()),
            approve,
        ];
        self.send(By::NexusOwner, &actions)?;
        Ok(())
    }

    fn run(&mut self, by: By, job: Job) -> Result<Gas, WorldError> {
        let actions = self.actions(job);
        let by = if job == Job::Grant {
            By::NexusOwner
        } else {
            by
        };
        let (op, receipt) = match (job, &actions[..]) {
            (Job::Grant, _) => {
                let flow = self.actions(Job::Flow);
                let sessions = vec![self.session(&flow)];
                let enable = to(
                    self.smart_session,
                    enableSessionsCall { sessions }.abi_encode(),
                );
                self.send_call(by, single(&enable))?
            }
            (Job::Single, [action]) => self.send_call(by, single(action))?,
            (_, actions) => self.send(by, actions)?,
        };
        let sent = Sent {
            account: self.account,
            module: self.module(by),
            validate_user_op: VALIDATE_USER_OP,
            call_data: &op.callData,
            signature_bytes: op.signature.len(),
        };
        Gas::of(&self.world, &receipt, &sent)
    }

    const fn module(&self, by: By) -> Address {
        match by {
            By::SmartSessions => self.smart_session,
            _ => self.validator,
        }
    }

    fn send(
        &mut self,
        by: By,
        actions: &[Action],
    ) -> Result<(PackedUserOperation, Receipt), WorldError> {
        self.send_call(by, batch(actions))
    }

    fn send_call(
        &mut self,
        by: By,
        call_data: Bytes,
    ) -> Result<(PackedUserOperation, Receipt), WorldError> {
        let what = "EntryPoint.handleOps";
        let module = self.module(by);
        // 3 bytes of key, 1 of mode (0: validate), the validator
        let nonce = getNonceCall {
            sender: self.account,
            key: U256::from_be_slice(module.as_slice()).to(),
        };
        let fee = U256::from(2 * self.world.embedded()?.base_fee());
        let mut op = PackedUserOperation {
            sender: self.account,
            nonce: self.world.view(self.entry_point, nonce)?,
            initCode: Bytes::new(),
            callData: call_data,
            accountGasLimits: B256::from(
                (U256::from(GAS_LIMITS) << 128_usize) | U256::from(GAS_LIMITS),
            ),
            preVerificationGas: U256::from(PRE_VERIFICATION_GAS),
            gasFees: fee.into(),
            paymasterAndData: Bytes::new(),
            signature: Bytes::new(),
        };
        let hash = getUserOpHashCall { op: op.clone() };
        let hash = self.world.view(self.entry_point, hash)?;
        let signer = if by == By::SmartSessions {
            &self.key
        } else {
            &self.owner
        };
        let signature = sign_bare(signer, hash)?;
        op.signature = match by {
            By::SmartSessions => {
                // mode 0: use
                let signature = flz::compress(&signature.abi_encode());
                [&[0], self.permission.as_slice(), &signature]
                    .concat()
                    .into()
            }
            _ => signature,
        };
        let call = handleOpsCall {
            ops: vec![op.clone()],
            beneficiary: self.world.deployer,
        };
        let request = TransactionRequest::default()
            .from(self.world.bundler)
            .to(self.entry_point)
            .gas_limit(BUNDLE_GAS)
            .input(Bytes::from(call.abi_encode()).into());
        let receipt = self.world.chain.execute(request);
        let receipt = receipt.map_err(|error| WorldError::chain(what, error))?;
        check(&self.world, &receipt)?;
        Ok((op, receipt))
    }
}

/// `execute` of ERC-7579 for one call.
fn single(action: &Action) -> Bytes {
    let Action { to, value, data } = action;
    let call = executeCall {
        mode: B256::ZERO,
        executionCalldata: (*to, *value, data.clone()).abi_encode_packed().into(),
    };
    call.abi_encode().into()
}

/// `execute` of ERC-7579 for some.
fn batch(actions: &[Action]) -> Bytes {
    let executions = actions.iter().map(|action| Execution {
        target: action.to,
        value: action.value,
        callData: action.data.clone(),
    });
    let call = executeCall {
        mode: B256::right_padding_from(&[1]),
        executionCalldata: executions.collect::<Vec<_>>().abi_encode().into(),
    };
    call.abi_encode().into()
}

fn sign_bare(signer: &PrivateKeySigner, hash: B256) -> Result<Bytes, WorldError> {
    let signature = signer.sign_hash_sync(&hash);
    let signature = signature.map_err(|error| WorldError::Sign(error.to_string()))?;
    Ok(signature.as_bytes().into())
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

/// Has the only userOp of a bundle succeeded?
fn check(world: &World, receipt: &Receipt) -> Result<(), WorldError> {
    let refused = |reason: String| WorldError::UserOp { index: 0, reason };
    if !receipt.status() {
        let tree = world.chain.trace_transaction(receipt.transaction_hash);
        let tree = tree.map_err(|error| WorldError::chain("EntryPoint.handleOps", error))?;
        let data = tree.output.unwrap_or_default();
        let reason = FailedOpWithRevert::abi_decode(&data).map_or_else(
            |_| describe(&data),
            |failed| format!("{}: {}", failed.reason, describe(&failed.inner)),
        );
        return Err(refused(reason));
    }
    let mut events = receipt
        .logs()
        .iter()
        .filter_map(|log| EntryPoint::UserOperationEvent::decode_log(&log.inner).ok());
    match events.next() {
        Some(event) if event.success => Ok(()),
        _ => {
            let mut reasons = receipt.logs().iter().filter_map(|log| {
                EntryPoint::UserOperationRevertReason::decode_log(&log.inner).ok()
            });
            let reason = reasons
                .next()
                .map_or_else(Bytes::new, |event| event.data.revertReason);
            let reason = describe(&reason);
            Err(refused(format!("failed in its execution: {reason}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use world::abi::Token;

    use super::*;

    /// What is measured refuses what it must.
    #[test]
    fn another_key_and_another_action_are_refused() {
        let mut scene = Scene::new().unwrap();
        let gas = scene.run(By::SmartSessions, Job::Flow).unwrap();
        assert_eq!(gas.calls["BenchPolicy"].len(), 3);
        assert_eq!(gas.calls["BenchValidator"].len(), 1);
        let session_key = std::mem::replace(&mut scene.key, key(0x66).unwrap());
        let refused = scene.run(By::SmartSessions, Job::Flow);
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("AA24"), "{text}");
        scene.key = session_key;
        let mint = Token::mintCall {
            to: scene.account,
            amount: U256::ONE,
        };
        let mint = to(scene.mocks.token_in, mint.abi_encode());
        let refused = scene.send(By::SmartSessions, &[mint]);
        let text = refused.map(drop).unwrap_err().to_string();
        assert!(text.contains("AA23"), "{text}");
    }
}
