//! Contracts and programs that do what validation must not do: the checker's negative controls.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};

use super::word;
use crate::{World, WorldError};

/// What a session validation module runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// `Forbidden.sol`
    Evm,
    /// A program in WAT.
    Wasm,
}

/// What it does before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offence {
    /// Nothing.
    None,
    /// Asks for the time.
    Timestamp,
    /// Reads its slot 7.
    Read,
    /// Writes its slot 7.
    Write,
    /// Asks for the gas left.
    Gas,
    /// Asks for its caller's balance.
    Balance,
    /// Calls another contract without data.
    Call(Address),
}

/// Memory: 0 the answer, 32 an address, 64 a word 7, 96 a word 1, 128 zeros.
const PROGRAM: &str = r#"(module
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "block_timestamp" (func $timestamp (result i64)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "evm_gas_left" (func $gas (result i64)))
  (import "vm_hooks" "msg_sender" (func $sender (param i32)))
  (import "vm_hooks" "account_balance" (func $balance (param i32 i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "ANSWER")
  (data (i32.const 32) "ADDRESS")
  (data (i32.const 95) "\07")
  (data (i32.const 127) "\01")
  (func (export "user_entrypoint") (param i32) (result i32)
    OFFENCE
    (call $write_result (i32.const 0) (i32.const 32))
    (i32.const 0)))"#;

impl World {
    /// Deploys something that commits an offence at every call, then answers with a word that is an
    /// address: a session validation module for any action of that session key, in a batch.
    ///
    /// # Errors
    /// If `Forbidden.sol` has not been compiled.
    pub fn deploy_offender(
        &mut self,
        machine: Machine,
        offence: Offence,
        key: Address,
    ) -> Result<Address, WorldError> {
        let (number, statement) = match offence {
            Offence::None => (0, ""),
            Offence::Timestamp => (1, "(drop (call $timestamp))"),
            Offence::Read => (2, "(call $load (i32.const 64) (i32.const 128))"),
            Offence::Write => (
                3,
                "(call $store (i32.const 64) (i32.const 96)) (call $flush (i32.const 1))",
            ),
            Offence::Gas => (4, "(drop (call $gas))"),
            Offence::Balance => (
                5,
                "(call $sender (i32.const 32)) (call $balance (i32.const 32) (i32.const 128))",
            ),
            Offence::Call(_) => (
                0,
                "(if (call $call (i32.const 32) (i32.const 0) (i32.const 0) (i32.const 128) \
                     (i64.const -1) (i32.const 160)) (then unreachable))",
            ),
        };
        let next = match offence {
            Offence::Call(next) => next,
            _ => Address::ZERO,
        };
        if machine == Machine::Evm {
            let arguments = (word(key), U256::from(number), next);
            return self.deploy("Forbidden", &arguments.abi_encode_params());
        }
        let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let answer: String = escaped(key.into_word().as_slice());
        let address: String = escaped(next.as_slice());
        let text = PROGRAM
            .replace("ANSWER", &answer)
            .replace("ADDRESS", &address)
            .replace("OFFENCE", statement);
        let what = "the offending program";
        let wasm = wat::parse_str(&text).map_err(|error| WorldError::Answer {
            what: what.into(),
            reason: error.to_string(),
        })?;
        let program = self.chain.program(self.deployer, &wasm, None);
        let program = program.map_err(|error| WorldError::chain(what, error))?;
        self.label(program, what);
        Ok(program)
    }
}
