//! The rules of the three SVMs, said once more (§10.3 to §10.6): alloy decodes, what alloy would encode otherwise is
//! malformed, and the first check that fails gives the text.

use alloy::{
    primitives::{Address, Bytes, U256, U512},
    sol,
    sol_types::{SolCall, SolType, SolValue},
};

sol! {
    #[derive(Debug)]
    struct Approval { address sessionKey; address token; address spender; uint256 maxAmount; }
    function approve(address spender, uint256 amount);

    #[derive(Debug)]
    struct Swap {
        address sessionKey; address dex; address tokenIn; address tokenOut; address recipient;
        uint256 maxAmountIn; uint256 minOutNum; uint256 minOutDen;
    }
    struct ExactInputSingleParams {
        address tokenIn; address tokenOut; uint24 fee; address recipient;
        uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
    }
    function exactInputSingle(ExactInputSingleParams params);
    struct NoDeadlineParams {
        address tokenIn; address tokenOut; uint24 fee; address recipient;
        uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
    }
    interface SwapRouter02 {
        function exactInputSingle(NoDeadlineParams params);
    }
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);

    #[derive(Debug)]
    struct Stake {
        address sessionKey; address staking; address token; address onBehalfOf; uint256 maxAmount; bytes4 selector;
    }
    function stake(uint256 amount);
    function deposit(uint256 assets, address receiver);
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode);
}

/// Our SVMs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Svm {
    Approval,
    Swap,
    Stake,
}

/// A call that the account is to make.
#[derive(Clone, Debug)]
pub struct Action {
    pub to: Address,
    pub value: U256,
    pub data: Bytes,
}

/// The session key, or the text; none of a call that can't be decoded.
type Answer = Result<Address, Option<String>>;
/// What a session allows.
type Grant = Box<dyn Fn(&Action) -> Result<Address, &'static str>>;

impl Svm {
    pub const ALL: [Self; 3] = [Self::Approval, Self::Swap, Self::Stake];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Approval => "ERC20AV",
            Self::Swap => "DEXSV",
            Self::Stake => "ERC20STV",
        }
    }

    /// All texts that it has.
    pub fn texts(self) -> Vec<String> {
        let own: &[&str] = match self {
            Self::Approval => &["Wrong Token", "Wrong Spender"],
            Self::Swap => &[
                "Wrong Dex",
                "Wrong Token",
                "Wrong Recipient",
                "Min Out Too Low",
            ],
            Self::Stake => &["Wrong Staking", "Wrong Token", "Wrong Receiver"],
        };
        let shared = [
            "Invalid Selector",
            "Malformed Session",
            "Non Zero Value",
            "Invalid Method",
            "Malformed Call",
            "Max Amount Exceeded",
        ];
        let all = shared.iter().chain(own);
        all.map(|text| self.text(text)).collect()
    }

    pub fn text(self, text: &str) -> String {
        format!("{} {text}", self.prefix())
    }

    /// Does the session allow the action?
    pub fn check(self, session: &[u8], action: impl FnOnce() -> Option<Action>) -> Answer {
        let grant = self.grant(session);
        let grant = grant.ok_or_else(|| self.text("Malformed Session"))?;
        let action = action().ok_or(None)?;
        Ok(grant(&action).map_err(|text| self.text(text))?)
    }

    fn grant(self, session: &[u8]) -> Option<Grant> {
        Some(match self {
            Self::Approval => {
                let grant: Approval = strict_session(session)?;
                if grant.spender.is_zero() {
                    return None;
                }
                Box::new(move |action| approval(&grant, action))
            }
            Self::Swap => {
                let grant: Swap = strict_session(session)?;
                let is_special = grant.recipient == grant.dex
                    || (0..=2).any(|byte| grant.recipient == Address::with_last_byte(byte));
                if is_special || grant.minOutNum.is_zero() || grant.minOutDen.is_zero() {
                    return None;
                }
                Box::new(move |action| swap(&grant, action))
            }
            Self::Stake => {
                let grant: Stake = strict_session(session)?;
                let is_sound = match grant.selector.0 {
                    stakeCall::SELECTOR => grant.token.is_zero() && grant.onBehalfOf.is_zero(),
                    depositCall::SELECTOR => grant.token.is_zero(),
                    supplyCall::SELECTOR => true,
                    _ => false,
                };
                if !is_sound {
                    return None;
                }
                Box::new(move |action| staking(&grant, action))
            }
        })
    }
}

fn strict_session<S: SolValue + From<<S::SolType as SolType>::RustType>>(data: &[u8]) -> Option<S> {
    let session = S::abi_decode(data).ok()?;
    (session.abi_encode() == data).then_some(session)
}

/// "Invalid Method" if it is no call of this function.
fn strict_call<C: SolCall>(data: &[u8]) -> Result<C, &'static str> {
    if !data.starts_with(&C::SELECTOR) {
        return Err("Invalid Method");
    }
    C::abi_decode(data)
        .ok()
        .filter(|call| call.abi_encode() == data)
        .ok_or("Malformed Call")
}

const fn ensure(is_so: bool, text: &'static str) -> Result<(), &'static str> {
    if is_so { Ok(()) } else { Err(text) }
}

fn approval(grant: &Approval, action: &Action) -> Result<Address, &'static str> {
    ensure(action.to == grant.token, "Wrong Token")?;
    ensure(action.value.is_zero(), "Non Zero Value")?;
    let call: approveCall = strict_call(&action.data)?;
    ensure(call.spender == grant.spender, "Wrong Spender")?;
    ensure(call.amount <= grant.maxAmount, "Max Amount Exceeded")?;
    Ok(grant.sessionKey)
}

/// tokenIn, tokenOut, recipient, amountIn, least amountOut.
type SwapCall = (Address, Address, Address, U256, U256);

fn swap_call(data: &[u8]) -> Result<SwapCall, &'static str> {
    match data.first_chunk() {
        Some(&exactInputSingleCall::SELECTOR) => {
            let call = strict_call::<exactInputSingleCall>(data)?.params;
            let (amount, least) = (call.amountIn, call.amountOutMinimum);
            Ok((call.tokenIn, call.tokenOut, call.recipient, amount, least))
        }
        Some(&SwapRouter02::exactInputSingleCall::SELECTOR) => {
            let call = strict_call::<SwapRouter02::exactInputSingleCall>(data)?.params;
            let (amount, least) = (call.amountIn, call.amountOutMinimum);
            Ok((call.tokenIn, call.tokenOut, call.recipient, amount, least))
        }
        _ => {
            let call: swapExactTokensForTokensCall = strict_call(data)?;
            let [token_in, token_out] = call.path[..] else {
                return Err("Malformed Call");
            };
            Ok((
                token_in,
                token_out,
                call.to,
                call.amountIn,
                call.amountOutMin,
            ))
        }
    }
}

fn swap(grant: &Swap, action: &Action) -> Result<Address, &'static str> {
    ensure(action.to == grant.dex, "Wrong Dex")?;
    ensure(action.value.is_zero(), "Non Zero Value")?;
    let (token_in, token_out, recipient, amount_in, least_out) = swap_call(&action.data)?;
    let pair = (token_in, token_out);
    ensure(pair == (grant.tokenIn, grant.tokenOut), "Wrong Token")?;
    ensure(recipient == grant.recipient, "Wrong Recipient")?;
    ensure(!amount_in.is_zero(), "Malformed Call")?;
    ensure(amount_in <= grant.maxAmountIn, "Max Amount Exceeded")?;
    let wide = |a, b| U512::from(a) * U512::from(b);
    let least = wide(amount_in, grant.minOutNum);
    ensure(
        !least_out.is_zero() && wide(least_out, grant.minOutDen) >= least,
        "Min Out Too Low",
    )?;
    Ok(grant.sessionKey)
}

fn staking(grant: &Stake, action: &Action) -> Result<Address, &'static str> {
    ensure(action.to == grant.staking, "Wrong Staking")?;
    ensure(action.value.is_zero(), "Non Zero Value")?;
    let amount = match grant.selector.0 {
        stakeCall::SELECTOR => strict_call::<stakeCall>(&action.data)?.amount,
        depositCall::SELECTOR => {
            let call: depositCall = strict_call(&action.data)?;
            ensure(call.receiver == grant.onBehalfOf, "Wrong Receiver")?;
            call.assets
        }
        _ => {
            let call: supplyCall = strict_call(&action.data)?;
            ensure(call.asset == grant.token, "Wrong Token")?;
            ensure(call.onBehalfOf == grant.onBehalfOf, "Wrong Receiver")?;
            call.amount
        }
    };
    ensure(amount <= grant.maxAmount, "Max Amount Exceeded")?;
    Ok(grant.sessionKey)
}
