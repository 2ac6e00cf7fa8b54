//! The host functions of a program, by name (embedded-chain.md §1.2).

macro_rules! hostios {
    ($($module:literal { $($name:literal => $variant:ident,)* })*) => {
        /// A host function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "named as the imports are")]
        pub enum Hostio { $($($variant,)*)* }

        impl Hostio {
            /// The host function that a module imports by these names.
            pub fn find(module: &str, name: &str) -> Option<Self> {
                match (module, name) {
                    $($(($module, $name) => Some(Self::$variant),)*)*
                    _ => None,
                }
            }
        }
    };
}

hostios! {
    "vm_hooks" {
        "read_args" => ReadArgs,
        "write_result" => WriteResult,
        "exit_early" => ExitEarly,
        "storage_load_bytes32" => StorageLoad,
        "storage_cache_bytes32" => StorageCache,
        "storage_flush_cache" => StorageFlush,
        "transient_load_bytes32" => TransientLoad,
        "transient_store_bytes32" => TransientStore,
        "call_contract" => CallContract,
        "delegate_call_contract" => DelegateCallContract,
        "static_call_contract" => StaticCallContract,
        "create1" => Create1,
        "create2" => Create2,
        "read_return_data" => ReadReturnData,
        "return_data_size" => ReturnDataSize,
        "emit_log" => EmitLog,
        "account_balance" => AccountBalance,
        "account_code" => AccountCode,
        "account_code_size" => AccountCodeSize,
        "account_codehash" => AccountCodehash,
        "evm_gas_left" => EvmGasLeft,
        "evm_ink_left" => EvmInkLeft,
        "block_basefee" => BlockBasefee,
        "block_coinbase" => BlockCoinbase,
        "block_gas_limit" => BlockGasLimit,
        "block_number" => BlockNumber,
        "block_timestamp" => BlockTimestamp,
        "chainid" => Chainid,
        "contract_address" => ContractAddress,
        "msg_reentrant" => MsgReentrant,
        "msg_sender" => MsgSender,
        "msg_value" => MsgValue,
        "native_keccak256" => NativeKeccak256,
        "tx_gas_price" => TxGasPrice,
        "tx_ink_price" => TxInkPrice,
        "tx_origin" => TxOrigin,
        "math_div" => MathDiv,
        "math_mod" => MathMod,
        "math_pow" => MathPow,
        "math_add_mod" => MathAddMod,
        "math_mul_mod" => MathMulMod,
        "pay_for_memory_grow" => PayForMemoryGrow,
    }
    "console" {
        "log_txt" => LogTxt,
        "log_i32" => LogI32,
        "log_i64" => LogI64,
        "log_f32" => LogF32,
        "log_f64" => LogF64,
        "tee_i32" => TeeI32,
        "tee_i64" => TeeI64,
        "tee_f32" => TeeF32,
        "tee_f64" => TeeF64,
    }
    "debug" {
        "null_host" => NullHost,
        "start_benchmark" => StartBenchmark,
        "end_benchmark" => EndBenchmark,
    }
}
