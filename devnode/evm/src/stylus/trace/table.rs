//! The EVM opcode as which a tracer sees a host function: those that Nitro shows.
//!
//! | host function | opcodes |
//! | --- | --- |
//! | `read_args` | CALLDATACOPY, the calldata in memory |
//! | `storage_load_bytes32` | SLOAD and POP, if the frame's cache has not got the slot |
//! | `storage_cache_bytes32` | nothing |
//! | `storage_flush_cache` | one SSTORE for each slot that is written |
//! | `transient_load_bytes32`, `transient_store_bytes32` | TLOAD and POP, TSTORE |
//! | `call_contract`, `delegate_call_contract`, `static_call_contract` | CALL, DELEGATECALL, STATICCALL, its input in memory; nothing if no frame comes of it |
//! | `create1`, `create2` | CREATE, CREATE2, the init code in memory, and POP when it has returned; nothing if no frame comes of it |
//! | `read_return_data`, `return_data_size` | RETURNDATACOPY, RETURNDATASIZE and POP |
//! | `emit_log` | LOG0 to LOG4, the data without topics in memory |
//! | `account_balance`, `account_codehash`, `account_code_size` | BALANCE, EXTCODEHASH, EXTCODESIZE, each with POP |
//! | `account_code` | EXTCODECOPY |
//! | `evm_gas_left`, `evm_ink_left` | GAS and POP |
//! | `block_basefee`, `block_coinbase`, `block_gas_limit`, `block_number`, `block_timestamp`, `chainid` | BASEFEE, COINBASE, GASLIMIT, NUMBER, TIMESTAMP, CHAINID, each with POP |
//! | `contract_address`, `msg_sender`, `msg_value`, `tx_origin` | ADDRESS, CALLER, CALLVALUE, ORIGIN, each with POP |
//! | `tx_gas_price`, `tx_ink_price` | GASPRICE and POP |
//! | `native_keccak256` | KECCAK256 and POP, the preimage in memory |
//! | `math_div`, `math_mod`, `math_pow`, `math_add_mod`, `math_mul_mod` | DIV, MOD, EXP, ADDMOD, MULMOD, each with POP |
//! | `write_result`, `exit_early`, the end | STOP, RETURN or REVERT once, when the frame ends |
//! | `msg_reentrant`, `pay_for_memory_grow`, console, debug | nothing |
//!
//! POP has the result on the stack. Offsets into the EVM memory are 0.

use revm::{
    bytecode::opcode,
    primitives::{Bytes, U256},
};

use super::{
    super::{
        engine::{Answer, MAX_ARGS},
        hostio::Hostio,
        ink::Stop,
        program::Program,
    },
    opcode::{Opcode, word},
};

/// Where a host function leaves its result.
enum Place {
    /// 32 bytes at this pointer.
    Word(u64),
    /// 20 bytes at this pointer.
    Address(u64),
    /// It answers with it.
    Answer,
    /// There is none.
    Nowhere,
}

/// Why nothing is shown: the pointers lead nowhere, so that the host function fails.
type Out = Stop<()>;

impl Program {
    /// What a host function is, before it is done. Calls, creates and flushes are not here: what
    /// they are is known when they are under way.
    pub(super) fn opcode(&self, hostio: Hostio, args: [u64; MAX_ARGS]) -> Option<Opcode> {
        self.try_opcode(hostio, args).ok().flatten()
    }

    fn try_opcode(&self, hostio: Hostio, args: [u64; MAX_ARGS]) -> Result<Option<Opcode>, Out> {
        let [a, b, c, ..] = args;
        let guest = &self.guest;
        let (zero, number) = (U256::ZERO, |value: u64| U256::from(value));
        let plain = |op, operands: &[U256]| Opcode::new(op, operands, Bytes::new());
        let account = |ptr| guest.read_address::<()>(ptr).map(word);
        Ok(Some(match hostio {
            Hostio::ReadArgs => Opcode::new(
                opcode::CALLDATACOPY,
                &[zero, zero, U256::from(self.args.len())],
                self.args.clone(),
            ),
            Hostio::StorageLoad => {
                let key = guest.read_b256(a)?;
                if self.storage.get(&key).is_some() {
                    return Ok(None);
                }
                plain(opcode::SLOAD, &[key.into()])
            }
            Hostio::TransientLoad => plain(opcode::TLOAD, &[guest.read_u256(a)?]),
            Hostio::TransientStore => {
                plain(opcode::TSTORE, &[guest.read_u256(a)?, guest.read_u256(b)?])
            }
            Hostio::ReadReturnData => Opcode::new(
                opcode::RETURNDATACOPY,
                &[zero, number(b), number(c)],
                self.return_data_slice(b, c),
            ),
            Hostio::ReturnDataSize => plain(opcode::RETURNDATASIZE, &[]),
            Hostio::EmitLog => {
                let (bytes, topics) = (guest.read(a, b)?, 32 * c as usize);
                let Some((topics, data)) = bytes.split_at_checked(topics).filter(|_| c <= 4) else {
                    return Ok(None);
                };
                let topics = topics.chunks_exact(32).map(U256::from_be_slice);
                let operands: Vec<U256> = [zero, U256::from(data.len())]
                    .into_iter()
                    .chain(topics)
                    .collect();
                Opcode::new(
                    opcode::LOG0 + c as u8,
                    &operands,
                    Bytes::copy_from_slice(data),
                )
            }
            Hostio::AccountBalance => plain(opcode::BALANCE, &[account(a)?]),
            Hostio::AccountCode => plain(
                opcode::EXTCODECOPY,
                &[account(a)?, zero, number(b), number(c)],
            ),
            Hostio::AccountCodeSize => plain(opcode::EXTCODESIZE, &[account(a)?]),
            Hostio::AccountCodehash => plain(opcode::EXTCODEHASH, &[account(a)?]),
            Hostio::EvmGasLeft | Hostio::EvmInkLeft => plain(opcode::GAS, &[]),
            Hostio::BlockBasefee => plain(opcode::BASEFEE, &[]),
            Hostio::BlockCoinbase => plain(opcode::COINBASE, &[]),
            Hostio::BlockGasLimit => plain(opcode::GASLIMIT, &[]),
            Hostio::BlockNumber => plain(opcode::NUMBER, &[]),
            Hostio::BlockTimestamp => plain(opcode::TIMESTAMP, &[]),
            Hostio::Chainid => plain(opcode::CHAINID, &[]),
            Hostio::ContractAddress => plain(opcode::ADDRESS, &[]),
            Hostio::MsgSender => plain(opcode::CALLER, &[]),
            Hostio::MsgValue => plain(opcode::CALLVALUE, &[]),
            Hostio::TxGasPrice | Hostio::TxInkPrice => plain(opcode::GASPRICE, &[]),
            Hostio::TxOrigin => plain(opcode::ORIGIN, &[]),
            Hostio::NativeKeccak256 => {
                let preimage = Bytes::copy_from_slice(guest.read(a, b)?);
                Opcode::new(opcode::KECCAK256, &[zero, number(b)], preimage)
            }
            Hostio::MathDiv => plain(opcode::DIV, &[guest.read_u256(a)?, guest.read_u256(b)?]),
            Hostio::MathMod => plain(opcode::MOD, &[guest.read_u256(a)?, guest.read_u256(b)?]),
            Hostio::MathPow => plain(opcode::EXP, &[guest.read_u256(a)?, guest.read_u256(b)?]),
            Hostio::MathAddMod | Hostio::MathMulMod => {
                let op = if hostio == Hostio::MathAddMod {
                    opcode::ADDMOD
                } else {
                    opcode::MULMOD
                };
                let operands = [
                    guest.read_u256(a)?,
                    guest.read_u256(b)?,
                    guest.read_u256(c)?,
                ];
                plain(op, &operands)
            }
            _ => return Ok(None),
        }))
    }

    /// What a host function that is done has given, as it would lie on the stack.
    pub(super) fn result(
        &self,
        hostio: Hostio,
        args: [u64; MAX_ARGS],
        answer: Option<Answer>,
    ) -> Option<U256> {
        let [a, b, c, ..] = args;
        let place = match hostio {
            Hostio::StorageLoad
            | Hostio::TransientLoad
            | Hostio::AccountBalance
            | Hostio::AccountCodehash => Place::Word(b),
            Hostio::BlockBasefee
            | Hostio::MsgValue
            | Hostio::TxGasPrice
            | Hostio::MathDiv
            | Hostio::MathMod
            | Hostio::MathPow
            | Hostio::MathAddMod
            | Hostio::MathMulMod => Place::Word(a),
            Hostio::NativeKeccak256 => Place::Word(c),
            Hostio::BlockCoinbase
            | Hostio::ContractAddress
            | Hostio::MsgSender
            | Hostio::TxOrigin => Place::Address(a),
            Hostio::ReturnDataSize
            | Hostio::AccountCodeSize
            | Hostio::EvmGasLeft
            | Hostio::EvmInkLeft
            | Hostio::BlockGasLimit
            | Hostio::BlockNumber
            | Hostio::BlockTimestamp
            | Hostio::Chainid
            | Hostio::TxInkPrice => Place::Answer,
            _ => Place::Nowhere,
        };
        match place {
            Place::Word(ptr) => self.guest.read_u256::<()>(ptr).ok(),
            Place::Address(ptr) => self.guest.read_address::<()>(ptr).ok().map(word),
            Place::Answer => match answer? {
                Answer::I32(value) | Answer::F32(value) => Some(U256::from(value)),
                Answer::I64(value) | Answer::F64(value) => Some(U256::from(value)),
            },
            Place::Nowhere => None,
        }
    }
}
