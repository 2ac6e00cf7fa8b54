//! The steps, in Particle's order, and what must come of each.

use std::{error::Error, io::Write};

use alloy::{
    primitives::{Address, U256, aliases::U192, utils::format_ether},
    sol,
    sol_types::SolCall as _,
};
use session_keys::{Action, Session, SessionKey, UserOp, session_data::Lane};
use world::{A, Bundle, to};

use crate::{
    ensure,
    wallet::{Signer, Wallet},
};

sol! {
    interface Nft {
        function mintTo(address to, uint256 tokenId, uint256 amount) external;
        function balanceOf(address account, uint256 tokenId) external view returns (uint256);
    }
}

/// What a step gives, or why it did not come out as it should.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How long a game lasts.
pub(crate) const HOUR_SECS: u64 = 3_600;
/// Tokens of the NFT contract: the player may mint the first for ever, the second for an hour; the third comes later.
pub(crate) const TOKENS: [u64; 3] = [1, 2, 3];
/// What the buyer's key can make the sponsor risk with one userOp, and what the account gets for fees: 0.001 ether.
pub(crate) const MOST_WEI: u128 = 1_000_000_000_000_000;

/// Everything, step by step, with `session-module`, or manager and router.
pub(crate) fn run(out: &mut dyn Write, programs: &[&str]) -> Outcome {
    let wallet = Wallet::new(programs)?;
    let mut flow = Flow::new(out, wallet)?;
    flow.first_use()?;
    flow.validate()?;
    flow.self_paid()?;
    flow.gasless()?;
    flow.bounded()?;
    flow.update()?;
    let (executed, refused) = (flow.executed, flow.refused);
    writeln!(
        flow.out,
        "\nDone: {executed} userOps executed, {refused} refused."
    )?;
    Ok(())
}

/// The wallet among those that it deals with.
pub(crate) struct Flow<'a> {
    out: &'a mut dyn Write,
    pub(crate) wallet: Wallet,
    /// An ERC-1155 that anyone may mint.
    pub(crate) nft: Address,
    /// `erc1155-mint`.
    pub(crate) mints: Address,
    /// `erc20-transfer`.
    pub(crate) transfers: Address,
    /// Mints, for as long as its sessions last.
    pub(crate) player: SessionKey,
    /// Pays the shop, within bounds, while the sponsor pays the fees.
    pub(crate) buyer: SessionKey,
    /// Where the buyer's nonces come from.
    pub(crate) lane: Lane,
    pub(crate) shop: Address,
    executed: usize,
    refused: usize,
}

impl<'a> Flow<'a> {
    fn new(out: &'a mut dyn Write, mut wallet: Wallet) -> Outcome<Self> {
        let world = &mut wallet.world;
        let nft = world.deploy("TestMintable", &[])?;
        let mints = world.deploy_program("erc1155-mint")?;
        let transfers = world.deploy_program("erc20-transfer")?;
        world.deploy_program("bounded")?;
        world.mint(world.token_a, wallet.account, U256::from(100) * A)?;
        Ok(Self {
            player: wallet.session_key(),
            buyer: wallet.session_key(),
            shop: wallet.world.trader,
            out,
            wallet,
            nft,
            mints,
            transfers,
            lane: Lane::random(2),
            executed: 0,
            refused: 0,
        })
    }

    /// Session `index` of those that are kept.
    pub(crate) fn session(&self, index: usize) -> Outcome<Session> {
        let stored = self.wallet.store.sessions().get(index);
        Ok(stored.ok_or("no such session")?.session())
    }

    /// One of a token.
    pub(crate) fn mint(&self, token: u64, recipient: Address) -> Action {
        let call = Nft::mintToCall {
            to: recipient,
            tokenId: U256::from(token),
            amount: U256::ONE,
        };
        to(self.nft, call.abi_encode())
    }

    /// The account has so many of a token.
    pub(crate) fn holds(&self, token: u64, amount: u64) -> Outcome {
        let call = Nft::balanceOfCall {
            account: self.wallet.account,
            tokenId: U256::from(token),
        };
        let held = self.wallet.world.view(self.nft, call)?;
        ensure(
            held == U256::from(amount),
            &format!("the account has {amount} of token {token}"),
        )
    }

    /// Prepares, lets the sponsor sign, signs, sends.
    pub(crate) fn sponsored(
        &mut self,
        actions: &[Action],
        lane: U192,
        signer: Signer<'_>,
    ) -> Outcome<Bundle> {
        let sponsor = Some(&self.wallet.sponsor);
        let mut op = self.wallet.prepare(actions, lane, signer, sponsor)?;
        self.wallet.finish(&mut op, signer, sponsor)?;
        self.wallet.send(op)
    }

    /// Signs and sends what must not be executed.
    pub(crate) fn refused(&mut self, mut op: UserOp, signer: Signer<'_>, reason: &str) -> Outcome {
        self.wallet.sign(&mut op, signer)?;
        let bundle = self.wallet.send(op)?;
        self.is_refused(&bundle, reason)
    }

    /// For this reason, it was not executed.
    pub(crate) fn is_refused(&mut self, bundle: &Bundle, reason: &str) -> Outcome {
        let refusal = bundle.refusal();
        ensure(
            refusal == Some(reason),
            &format!("{reason}, got {:?}", bundle.outcome),
        )?;
        self.refused += 1;
        self.tell(&format!("refused: {reason}"))
    }

    /// It was, and the bundler is not out of pocket.
    pub(crate) fn executed(&mut self, bundle: &Bundle, what: &str) -> Outcome {
        let bundle = bundle.clone().succeeded()?;
        let op = bundle.ops().first().ok_or("no userOp")?;
        let gas = bundle.receipt.gas_used;
        ensure(
            op.gas_used >= U256::from(gas),
            "the bundler is paid for its transaction",
        )?;
        self.executed += 1;
        self.tell(&format!(
            "executed: {what}; {gas} gas, {} ether",
            ether(op.gas_cost)
        ))
    }

    /// A new part.
    pub(crate) fn step(&mut self, what: &str) -> Outcome {
        Ok(writeln!(self.out, "\n{what}")?)
    }

    /// A line of it.
    pub(crate) fn tell(&mut self, what: &str) -> Outcome {
        Ok(writeln!(self.out, "   {what}")?)
    }
}

/// What the EntryPoint took for the userOp.
pub(crate) fn cost(bundle: &Bundle) -> Option<U256> {
    bundle.ops().first().map(|op| op.gas_cost)
}

/// Wei as ether, without zeros at the end.
pub(crate) fn ether(wei: U256) -> String {
    let text = format_ether(wei);
    text.trim_end_matches('0').trim_end_matches('.').into()
}
