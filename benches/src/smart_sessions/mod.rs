//! ERC-7579 Smart Sessions, as `@rhinestone/modulekit` 0.5.9 holds them: the runtime code of a SmartSession before release
//! 1.0, and a Nexus 1.0.0 account, on EntryPoint v0.7.
//!
//! No npm package has the bytecode of a policy or of a validator, so these two are ours (contracts/mocks): a policy that allows
//! everything, and a validator of one key that signs the bare hash. Both are the cheapest that there can be.

mod abi;
mod deploy;
mod flz;
mod package;

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, U256},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{SolCall, SolError, SolEvent, SolValue},
};
use devnode::Receipt;
use session_keys::Action;
use world::{World, WorldError, abi::EntryPoint, describe, to};

use abi::{
    ActionData, ERC7739Data, FailedOpWithRevert, PackedUserOperation, PolicyData, Session, batch,
    enableSessionsCall, getNonceCall, getPermissionIdCall, getUserOpHashCall, handleOpsCall,
    installModuleCall, single,
};

use crate::{
    Rows,
    gas::{Gas, Sent},
    mocks::Mocks,
    scenario::{By, Job, Scenario},
};

/// `validateUserOp` of a v0.7 account.
const VALIDATE_USER_OP: [u8; 4] = [0x19, 0x82, 0x2f, 0x7c];
const VALIDATOR: U256 = U256::ONE;
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
    /// Each of one contract.
    policies: Vec<Address>,
    account: Address,
    owner: PrivateKeySigner,
    key: PrivateKeySigner,
    /// A session with one policy for each action.
    permission: B256,
    /// One with all of them for the only action.
    ruled: B256,
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

impl Scene {
    /// A session that allows these actions, each under so many policies.
    fn session(&mut self, actions: &[Action], policies: usize) -> Session {
        let policies = self
            .policies
            .iter()
            .take(policies)
            .map(|policy| PolicyData {
                policy: *policy,
                initData: Bytes::new(),
            });
        let actions = actions.iter().map(|action| {
            let selector = action.data.get(..4).map(FixedBytes::from_slice);
            ActionData {
                actionTargetSelector: selector.unwrap_or_default(),
                actionTarget: action.to,
                actionPolicies: policies.clone().collect(),
            }
        });
        let actions = actions.collect();
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
            actions,
        }
    }

    fn actions(&self, job: Job) -> Vec<Action> {
        self.mocks.actions(&self.world, self.account, job)
    }

    /// The owner installs SmartSession and enables a session that allows transfer, approve, swap and stake, and one with
    /// more policies.
    fn enable(&mut self) -> Result<(), WorldError> {
        let actions = [self.actions(Job::Single), self.actions(Job::Flow)].concat();
        let sessions = vec![
            self.session(&actions, 1),
            self.session(&self.actions(Job::Single), self.policies.len()),
        ];
        let id = |session: &Session| {
            let session = session.clone();
            self.world
                .view(self.smart_session, getPermissionIdCall { session })
        };
        (self.permission, self.ruled) = (id(&sessions[0])?, id(&sessions[1])?);
        let install = installModuleCall {
            moduleType: VALIDATOR,
            module: self.smart_session,
            initData: Bytes::new(),
        };
        let enable = enableSessionsCall { sessions };
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
                let sessions = vec![self.session(&flow, 1)];
                let enable = to(
                    self.smart_session,
                    enableSessionsCall { sessions }.abi_encode(),
                );
                self.send_call(by, single(&enable))?
            }
            (Job::Single, [action]) => self.send_call(by, single(action))?,
            (Job::Ruled, [action]) => {
                let plain = std::mem::replace(&mut self.permission, self.ruled);
                let sent = self.send_call(by, single(action));
                self.permission = plain;
                sent?
            }
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

fn sign_bare(signer: &PrivateKeySigner, hash: B256) -> Result<Bytes, WorldError> {
    let signature = signer.sign_hash_sync(&hash);
    let signature = signature.map_err(|error| WorldError::Sign(error.to_string()))?;
    Ok(signature.as_bytes().into())
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

    use super::{deploy::key, *};

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
