//! `dex-swap`: swaps of one pair of tokens on one DEX, at a least price, to one recipient (§10.5).
//!
//! The holder of the key can take the difference between the market's price and the least one, on every call.

use super::{Rules, fits, is_number};
use crate::{
    Address, Malformed, Reject, Word,
    execution::Action,
    reject, wide,
    words::{address, exact, is_less, is_same_address, is_zero},
};

/// Uniswap V3 SwapRouter `exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient,
/// uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96))`.
pub const EXACT_INPUT_SINGLE: [u8; 4] = [0x41, 0x4b, 0xf3, 0x89];
/// The same of SwapRouter02, whose struct has no `deadline`.
pub const EXACT_INPUT_SINGLE_02: [u8; 4] = [0x04, 0xe4, 0x5a, 0xaf];
/// Uniswap V2 Router `swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to,
/// uint256 deadline)`.
pub const SWAP_EXACT_TOKENS: [u8; 4] = [0x38, 0xed, 0x17, 0x39];

/// `abi.encode(address sessionKey, address dex, address tokenIn, address tokenOut, address recipient,
/// uint256 maxAmountIn, uint256 minOutNum, uint256 minOutDen)`, 256 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The DEX's router contract.
    pub dex: &'a Address,
    /// Token that is sold.
    pub token_in: &'a Address,
    /// Token that is bought.
    pub token_out: &'a Address,
    /// Who gets what is bought. Not 0, 1 or 2, nor the DEX: routers give those other meanings.
    pub recipient: &'a Address,
    /// Most raw units of `token_in` of one swap.
    pub max_amount_in: &'a Word,
    /// The least price is `min_out_num / min_out_den` raw units of `token_out` per raw unit of `token_in`. Not zero.
    pub min_out_num: &'a Word,
    /// Not zero.
    pub min_out_den: &'a Word,
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("DEXSV Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("DEXSV Malformed Session"))
    }

    fn target(&self) -> &'a Address {
        self.dex
    }

    fn wrong_target(_: bool) -> Reject {
        reject!("DEXSV Wrong Dex")
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if !action.has_no_value() {
            return Err(reject!("DEXSV Non Zero Value"));
        }
        let swap = match action.data.split_first_chunk() {
            Some((selector, arguments)) if *selector == EXACT_INPUT_SINGLE => {
                exact_input_single(arguments)
            }
            Some((selector, arguments)) if *selector == EXACT_INPUT_SINGLE_02 => {
                exact_input_single_02(arguments)
            }
            Some((selector, arguments)) if *selector == SWAP_EXACT_TOKENS => {
                swap_exact_tokens(arguments)
            }
            _ => return Err(reject!("DEXSV Invalid Method")),
        };
        let Ok(swap) = swap else {
            return Err(reject!("DEXSV Malformed Call"));
        };
        if !is_same_address(swap.token_in, self.token_in)
            || !is_same_address(swap.token_out, self.token_out)
        {
            return Err(reject!("DEXSV Wrong Token"));
        }
        if !is_same_address(swap.recipient, self.recipient) {
            return Err(reject!("DEXSV Wrong Recipient"));
        }
        // Some routers read 0 as "all that I hold".
        if is_zero(swap.amount_in) {
            return Err(reject!("DEXSV Malformed Call"));
        }
        if is_less(self.max_amount_in, swap.amount_in) {
            return Err(reject!("DEXSV Max Amount Exceeded"));
        }
        if is_zero(swap.min_out)
            || wide::is_less(
                &product(swap.min_out, self.min_out_den),
                &product(swap.amount_in, self.min_out_num),
            )
        {
            return Err(reject!("DEXSV Min Out Too Low"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let [
        session_key,
        dex,
        token_in,
        token_out,
        recipient,
        amounts @ ..,
    ] = exact::<8>(data)?;
    let [max_amount_in, min_out_num, min_out_den] = amounts;
    let grant = Grant {
        session_key: address(session_key)?,
        dex: address(dex)?,
        token_in: address(token_in)?,
        token_out: address(token_out)?,
        recipient: address(recipient)?,
        max_amount_in,
        min_out_num,
        min_out_den,
    };
    let has_another_meaning = is_same_address(grant.recipient, grant.dex)
        || matches!(grant.recipient.strip_prefix(&[0; 19]), Some([0..=2]));
    if has_another_meaning || is_zero(grant.min_out_num) || is_zero(grant.min_out_den) {
        return Err(Malformed);
    }
    Ok(grant)
}

/// What the rules look at.
struct Swap<'a> {
    token_in: &'a Address,
    token_out: &'a Address,
    recipient: &'a Address,
    amount_in: &'a Word,
    min_out: &'a Word,
}

fn exact_input_single(arguments: &[u8]) -> Result<Swap<'_>, Malformed> {
    let [token_in, token_out, fee, recipient, _deadline, amounts @ ..] = exact::<8>(arguments)?;
    single([token_in, token_out, fee, recipient], amounts)
}

fn exact_input_single_02(arguments: &[u8]) -> Result<Swap<'_>, Malformed> {
    let [token_in, token_out, fee, recipient, amounts @ ..] = exact::<7>(arguments)?;
    single([token_in, token_out, fee, recipient], amounts)
}

fn single<'a>(
    [token_in, token_out, fee, recipient]: [&'a Word; 4],
    [amount_in, min_out, price_limit]: &'a [Word; 3],
) -> Result<Swap<'a>, Malformed> {
    // Fee (uint24) and price limit (uint160) are free, but must be what the DEX's decoder takes.
    if !fits(fee, 3) || !fits(price_limit, 20) {
        return Err(Malformed);
    }
    Ok(Swap {
        token_in: address(token_in)?,
        token_out: address(token_out)?,
        recipient: address(recipient)?,
        amount_in,
        min_out,
    })
}

/// The path is the two tokens, right behind the head.
fn swap_exact_tokens(arguments: &[u8]) -> Result<Swap<'_>, Malformed> {
    let [
        amount_in,
        min_out,
        path,
        recipient,
        _deadline,
        path_len,
        token_in,
        token_out,
    ] = exact(arguments)?;
    if !is_number(path, 0xa0) || !is_number(path_len, 2) {
        return Err(Malformed);
    }
    Ok(Swap {
        token_in: address(token_in)?,
        token_out: address(token_out)?,
        recipient: address(recipient)?,
        amount_in,
        min_out,
    })
}

/// A product never exceeds 512 bits.
fn product(a: &Word, b: &Word) -> [u64; 8] {
    let (mut product, mut x, mut y) = ([0; 8], [0; 4], [0; 4]);
    wide::read(&mut x, a);
    wide::read(&mut y, b);
    wide::add_product(&mut product, &x, &y);
    product
}
