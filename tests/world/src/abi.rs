//! What is called here of the contracts that are not ours, and of the mocks.
#![allow(missing_docs, reason = "the contracts' own documentation says it")]

use alloy::sol;

sol! {
    /// EntryPoint v0.6. `handleOps` is encoded by [`World::handle_ops`](crate::World::handle_ops).
    #[derive(Debug, PartialEq, Eq)]
    interface EntryPoint {
        function getNonce(address sender, uint192 key) external view returns (uint256 nonce);
        function depositTo(address account) external payable;
        function balanceOf(address account) external view returns (uint256);

        event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed);
        event UserOperationRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason);

        error FailedOp(uint256 opIndex, string reason);
        error SignatureValidationFailed(address aggregator);
    }

    /// Biconomy's SmartAccount V2, beside what [`session_keys::execute`] and its like encode.
    #[derive(Debug, PartialEq, Eq)]
    interface Account {
        function disableModule(address prevModule, address module) external;
        function isModuleEnabled(address module) external view returns (bool);

        error AlreadyInitialized();
        error CallerIsNotAnEntryPoint(address caller);
        error CallerIsNotEntryPoint(address caller);
        error CallerIsNotEntryPointOrSelf(address caller);
        error CanNotDisableOnlyModule(address module);
        error ModuleAlreadyEnabled(address module);
        error ModuleAndPrevModuleMismatch(address expectedModule, address returnedModule, address prevModule);
        error ModuleCannotBeZeroOrSentinel(address module);
        error ModuleNotEnabled(address module);
        error WrongBatchProvided(uint256 destLength, uint256 valueLength, uint256 funcLength, uint256 operationLength);
        error WrongValidationModule(address module);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface AccountFactory {
        function addStake(address entryPoint, uint32 unstakeDelaySecs) external payable;
        function deployCounterFactualAccount(address moduleSetupContract, bytes moduleSetupData, uint256 index) external returns (address);
        function getAddressForCounterFactualAccount(address moduleSetupContract, bytes moduleSetupData, uint256 index) external view returns (address);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface EcdsaModule {
        function initForSmartAccount(address eoaOwner) external returns (address);

        error AlreadyInitedForSmartAccount(address smartAccount);
        error NoOwnerRegisteredForSmartAccount(address smartAccount);
        error WrongSignatureLength();
        error ZeroAddressNotAllowedAsOwner();
    }

    /// ERC-20, and TestToken's open mint.
    interface Token {
        function mint(address to, uint256 amount) external;
        function approve(address spender, uint256 amount) external returns (bool);
        function transfer(address to, uint256 amount) external returns (bool);
        function allowance(address owner, address spender) external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function decimals() external view returns (uint8);
    }

    /// ERC-4626.
    interface Vault {
        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
        function convertToAssets(uint256 shares) external view returns (uint256 assets);
        function asset() external view returns (address);
    }

    /// Uniswap V3's first router: its `exactInputSingle` has a deadline.
    interface SwapRouter {
        struct ExactInputSingleParams {
            address tokenIn;
            address tokenOut;
            uint24 fee;
            address recipient;
            uint256 deadline;
            uint256 amountIn;
            uint256 amountOutMinimum;
            uint160 sqrtPriceLimitX96;
        }
        function exactInputSingle(ExactInputSingleParams params) external payable returns (uint256 amountOut);
    }

    interface PositionManager {
        struct MintParams {
            address token0;
            address token1;
            uint24 fee;
            int24 tickLower;
            int24 tickUpper;
            uint256 amount0Desired;
            uint256 amount1Desired;
            uint256 amount0Min;
            uint256 amount1Min;
            address recipient;
            uint256 deadline;
        }
        function createAndInitializePoolIfNecessary(address token0, address token1, uint24 fee, uint160 sqrtPriceX96) external payable returns (address pool);
        function mint(MintParams params) external payable returns (uint256 tokenId, uint128 liquidity, uint256 amount0, uint256 amount1);
    }

    interface Pool {
        function slot0() external view returns (uint160 sqrtPriceX96, int24 tick, uint16 observationIndex, uint16 observationCardinality, uint16 observationCardinalityNext, uint8 feeProtocol, bool unlocked);
    }
}
