//! Calls and creates that a program makes (embedded-chain.md §1.3).

use revm::{
    Database,
    context::{Cfg, CreateScheme, JournalTr},
    context_interface::journaled_state::account::JournaledAccountTr,
    handler::EthFrame,
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput,
        interpreter_types::ReturnData,
    },
    primitives::{Address, B256, Bytes, U256},
    state::Bytecode,
};

use super::{
    account::ACCOUNT_GAS,
    engine::{Answer, MAX_ARGS},
    hostio::Hostio,
    ink::{API_INK, HOSTIO_INK, PTR_INK, Stop},
    program::{Effect, HostResult, Program},
};
use crate::ArbContext;

/// Gas of a call that moves value (EIP-150), of creating its target, and what the callee gets.
const VALUE_GAS: u64 = 9_000;
const NEW_ACCOUNT_GAS: u64 = 25_000;
pub(super) const STIPEND_GAS: u64 = 2_300;
const CREATE_GAS: u64 = 32_000;
/// Gas of hashing one word of a CREATE2's init code.
const KECCAK_WORD_GAS: u64 = 6;
/// What a program is told of a call that failed; 1 is never given.
const FAILED: u32 = 2;

/// A call or create that a program waits for.
#[derive(Debug)]
pub(super) enum Pending {
    Call {
        /// Gas of the call itself.
        base: u64,
        /// Gas that the callee got, stipend included.
        child: u64,
        /// Where the length of the return data goes.
        len_ptr: u64,
    },
    Create {
        /// Gas of the create itself.
        base: u64,
        /// Gas that the init code got.
        child: u64,
        /// Where the address goes.
        address_ptr: u64,
        /// Where the length of the revert data goes.
        len_ptr: u64,
    },
}

impl Pending {
    /// Gas that it takes if the callee gives none back; a stipend is on top of it.
    pub(super) const fn most(&self) -> u64 {
        match self {
            Self::Call { base, child, .. } | Self::Create { base, child, .. } => *base + *child,
        }
    }
}

/// The code that a call runs, and its hash: a delegated account's is its delegate's (EIP-7702).
fn code_of<DB: Database>(
    ctx: &mut ArbContext<DB>,
    address: Address,
) -> Result<(B256, Bytecode), DB::Error> {
    let account = ctx.journaled_state.load_account_with_code(address)?;
    let code = account.info.code.clone().unwrap_or_default();
    if let Some(delegate) = code.eip7702_address() {
        // Nothing is charged for the delegate, so it stays as cold as it was.
        let journal = &mut ctx.journaled_state;
        let mut load = journal.load_account_mut_optional_code(delegate, true)?;
        if load.is_cold {
            load.data.unsafe_mark_cold();
        }
        let account = load.data.account().clone();
        return Ok((
            account.info.code_hash,
            account.info.code.clone().unwrap_or_default(),
        ));
    }
    Ok((account.info.code_hash, code))
}

impl Program {
    pub(super) fn call<DB: Database>(
        &mut self,
        hostio: Hostio,
        args: [u64; MAX_ARGS],
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        let with_value = hostio == Hostio::CallContract;
        let [to, data, len, value_ptr, gas, len_ptr] = if with_value {
            args
        } else {
            let [to, data, len, gas, len_ptr, _] = args;
            [to, data, len, 0, gas, len_ptr]
        };
        self.guest.buy_ink(HOSTIO_INK + 3 * PTR_INK + API_INK)?;
        self.guest.pay_for_export(len as usize)?;
        let gas_left = self.guest.gas_left();
        let to = self.guest.read_address(to)?;
        let input = Bytes::copy_from_slice(self.guest.read(data, len)?);
        let value = if with_value {
            self.guest.read_u256(value_ptr)?
        } else {
            U256::ZERO
        };

        if self.is_static && !value.is_zero() {
            return self.called(0, false, Bytes::new(), len_ptr);
        }
        let account = ctx.journaled_state.load_account(to).map_err(Stop::Fatal)?;
        let mut base = ACCOUNT_GAS[usize::from(!account.is_cold)];
        if !value.is_zero() {
            base += if account.is_empty() {
                NEW_ACCOUNT_GAS + VALUE_GAS
            } else {
                VALUE_GAS
            };
        }
        if base > gas_left {
            return self.called(gas_left, false, Bytes::new(), len_ptr);
        }
        let most = u128::from(gas_left - base) * 63 / 64;
        let mut child = gas.min(u64::try_from(most).unwrap_or(u64::MAX));
        if !value.is_zero() {
            child = child.saturating_add(STIPEND_GAS);
        }
        let known_bytecode = code_of(ctx, to).map_err(Stop::Fatal)?;
        let (scheme, target_address, caller, value) = match hostio {
            Hostio::DelegateCallContract => (
                CallScheme::DelegateCall,
                self.address,
                self.caller,
                CallValue::Apparent(self.value),
            ),
            Hostio::StaticCallContract => (
                CallScheme::StaticCall,
                to,
                self.address,
                CallValue::Transfer(U256::ZERO),
            ),
            _ => (
                CallScheme::Call,
                to,
                self.address,
                CallValue::Transfer(value),
            ),
        };
        self.pending = Some(Pending::Call {
            base,
            child,
            len_ptr,
        });
        Ok(Effect::Call(FrameInput::Call(Box::new(CallInputs {
            input: CallInput::Bytes(input),
            return_memory_offset: 0..0,
            gas_limit: child,
            reservoir: 0,
            bytecode_address: to,
            known_bytecode,
            target_address,
            caller,
            value,
            scheme,
            is_static: self.is_static || hostio == Hostio::StaticCallContract,
            charged_new_account_state_gas: false,
        }))))
    }

    pub(super) fn create<DB: Database>(
        &mut self,
        hostio: Hostio,
        args: [u64; MAX_ARGS],
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        let salted = hostio == Hostio::Create2;
        let [code, len, value_ptr, salt_ptr, address_ptr, len_ptr] = if salted {
            args
        } else {
            let [code, len, value_ptr, address_ptr, len_ptr, _] = args;
            [code, len, value_ptr, 0, address_ptr, len_ptr]
        };
        let pointers = if salted { 4 } else { 3 };
        self.guest
            .buy_ink(HOSTIO_INK + pointers * PTR_INK + API_INK)?;
        self.guest.pay_for_export(len as usize)?;
        let code = Bytes::copy_from_slice(self.guest.read(code, len)?);
        let value = self.guest.read_u256(value_ptr)?;
        let (scheme, base) = if salted {
            let salt = self.guest.read_u256(salt_ptr)?;
            (
                CreateScheme::Create2 { salt },
                CREATE_GAS + KECCAK_WORD_GAS * len.div_ceil(32),
            )
        } else {
            (CreateScheme::Create, CREATE_GAS)
        };

        let gas_left = self.guest.gas_left();
        if self.is_static {
            return Err(Stop::fail("create in a static call"));
        }
        if gas_left < base {
            self.guest.buy_gas(gas_left)?;
            return Err(Stop::fail("out of gas for a create"));
        }
        let rest = gas_left - base;
        let child = rest - rest / 64;
        if code.len() > ctx.cfg.max_initcode_size() {
            return self.created(base, None, Bytes::new(), address_ptr, len_ptr);
        }
        self.pending = Some(Pending::Create {
            base,
            child,
            address_ptr,
            len_ptr,
        });
        let inputs = CreateInputs::new(self.address, scheme, value, code, child, 0);
        Ok(Effect::Call(FrameInput::Create(Box::new(inputs))))
    }

    /// Takes what revm put into the frame when the callee returned.
    pub(super) fn returned<DB: Database>(&mut self, frame: &mut EthFrame) -> HostResult<DB> {
        let interpreter = &mut frame.interpreter;
        let gas = interpreter.gas.remaining();
        let word = interpreter.stack.pop().unwrap_or_default();
        let data = interpreter.return_data.buffer().clone();
        match self.pending.take() {
            Some(Pending::Call {
                base,
                child,
                len_ptr,
            }) => self.called(
                base + child.saturating_sub(gas),
                !word.is_zero(),
                data,
                len_ptr,
            ),
            Some(Pending::Create {
                base,
                child,
                address_ptr,
                len_ptr,
            }) => {
                let address = (!word.is_zero()).then(|| Address::from_word(word.into()));
                let cost = base + child.saturating_sub(gas);
                self.created(cost, address, data, address_ptr, len_ptr)
            }
            None => Err(Stop::fail("a call returned that was not made")),
        }
    }

    fn called<E>(
        &mut self,
        cost: u64,
        success: bool,
        data: Bytes,
        len_ptr: u64,
    ) -> Result<Effect, Stop<E>> {
        self.return_data = data;
        self.guest.buy_gas(cost)?;
        self.guest
            .write_u32(len_ptr, self.return_data.len() as u32)?;
        Ok(Effect::Resume(Some(Answer::I32(if success {
            0
        } else {
            FAILED
        }))))
    }

    fn created<E>(
        &mut self,
        cost: u64,
        address: Option<Address>,
        data: Bytes,
        address_ptr: u64,
        len_ptr: u64,
    ) -> Result<Effect, Stop<E>> {
        self.return_data = data;
        self.guest.buy_gas(cost)?;
        self.guest
            .write(address_ptr, address.unwrap_or_default().as_slice())?;
        self.guest
            .write_u32(len_ptr, self.return_data.len() as u32)?;
        Ok(Effect::Resume(None))
    }
}
