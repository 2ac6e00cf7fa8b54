//! What is called of EntryPoint v0.7, Nexus and SmartSession.

use alloy::{
    primitives::{B256, Bytes},
    sol,
    sol_types::{SolCall, SolValue},
};
use session_keys::Action;

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

/// `execute` of ERC-7579 for one call.
pub(super) fn single(action: &Action) -> Bytes {
    let Action { to, value, data } = action;
    let call = executeCall {
        mode: B256::ZERO,
        executionCalldata: (*to, *value, data.clone()).abi_encode_packed().into(),
    };
    call.abi_encode().into()
}

/// `execute` of ERC-7579 for some.
pub(super) fn batch(actions: &[Action]) -> Bytes {
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
