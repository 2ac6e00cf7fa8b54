//! What session keys sign: paid by the account, by a sponsor, and what is refused.

use alloy::{
    primitives::{U256, aliases::U192},
    sol_types::SolCall as _,
};
use session_keys::{NotLive, Session, TokenPrice, UserOp, execute};
use world::{
    A, B,
    abi::{EntryPoint, Token},
    to,
};

use crate::{
    ensure,
    flow::{Flow, HOUR_SECS, MOST_WEI, Outcome, TOKENS, cost, ether},
    paymaster::Sponsor,
    service,
    wallet::Signer,
};

impl Flow<'_> {
    /// `validateSession`.
    pub(crate) fn validate(&mut self) -> Outcome {
        self.step("validateSession")?;
        for index in 0..3 {
            let place = self.wallet.validate(&self.session(index)?)?;
            ensure(place == index, "each session is live, in its place")?;
        }
        self.tell("three sessions are live")?;
        let stranger = Session {
            valid_until_secs: 0,
            ..self.session(1)?
        };
        let refusal = self
            .wallet
            .validate(&stranger)
            .err()
            .ok_or("a longer session is live")?;
        self.tell(&format!("one that was not granted: {refusal}"))?;
        let is_unknown = matches!(refusal.downcast_ref(), Some(NotLive::Unknown { .. }));
        ensure(is_unknown, "a session with another end is unknown")
    }

    /// `getFeeQuotes`, and a userOp that the account pays.
    pub(crate) fn self_paid(&mut self) -> Outcome {
        self.step("getFeeQuotes; the account pays")?;
        let (account, player, session) =
            (self.wallet.account, self.player.clone(), self.session(0)?);
        let world = &mut self.wallet.world;
        let (entry_point, deployer) = (world.entry_point, world.deployer);
        let balance = U256::from(MOST_WEI);
        world.send_value(
            deployer,
            entry_point,
            balance,
            EntryPoint::depositToCall { account },
        )?;

        let signer = Signer::Session(&player, &session);
        let mut op =
            self.wallet
                .prepare(&[self.mint(TOKENS[0], account)], U192::ZERO, signer, None)?;
        // 2,000 B for one ether
        let price = TokenPrice {
            raw_units: U256::from(2_000) * B,
            wei: U256::from(10).pow(U256::from(18)),
        };
        let quotes = service::quotes(&op, self.wallet.sponsor.address, price)?;
        let has = self
            .wallet
            .world
            .balance_of(self.wallet.world.token_b, account)?;
        self.tell(&format!(
            "native: at most {} ether, balance {}",
            ether(quotes.native_wei),
            ether(balance)
        ))?;
        self.tell(&format!(
            "token: at most {} raw units of B, balance {has}",
            quotes.token
        ))?;
        ensure(quotes.native_wei <= balance, "the account can pay")?;
        ensure(
            price.quote(quotes.native_wei)? < quotes.token,
            "a paymaster sets more aside",
        )?;
        ensure(has < quotes.token, "it can not pay in B")?;

        self.wallet.finish(&mut op, signer, None)?;
        let bundle = self.wallet.send(op)?;
        self.executed(&bundle, "mintTo, signed by the session key")?;
        self.holds(TOKENS[0], 1)?;
        let spent = balance - self.wallet.deposit(account)?;
        ensure(
            Some(spent) == cost(&bundle),
            "the account paid what the EntryPoint says",
        )?;
        ensure(
            spent <= quotes.native_wei && quotes.native_wei < spent * U256::from(3),
            "that is at most the quote, and not far below",
        )
    }

    /// The same session, while the sponsor pays.
    pub(crate) fn gasless(&mut self) -> Outcome {
        self.step("Gasless: a VerifyingPaymaster pays")?;
        let (account, player, session) =
            (self.wallet.account, self.player.clone(), self.session(0)?);
        let signer = Signer::Session(&player, &session);
        let deposits = |flow: &Self| -> Outcome<[U256; 2]> {
            let wallet = &flow.wallet;
            Ok([
                wallet.deposit(account)?,
                wallet.deposit(wallet.sponsor.address)?,
            ])
        };
        let before = deposits(self)?;
        let mint = self.mint(TOKENS[0], account);
        let bundle = self.sponsored(std::slice::from_ref(&mint), U192::ZERO, signer)?;
        self.executed(&bundle, "mintTo, signed by the session key")?;
        self.holds(TOKENS[0], 2)?;
        let after = deposits(self)?;
        ensure(after[0] == before[0], "the account paid nothing")?;
        ensure(
            Some(before[1] - after[1]) == cost(&bundle),
            "the sponsor paid",
        )?;

        // the sponsor's word covers one userOp, for some time; the session's what may be done
        let now = self.wallet.now()?;
        let theft = self.mint(TOKENS[0], self.shop);
        let sponsor = |flow: &Self, op: &mut UserOp, window| {
            flow.wallet.sponsor.sponsor(&flow.wallet.world, op, window)
        };
        let mut op =
            self.wallet
                .prepare(&[mint], U192::ZERO, signer, Some(&self.wallet.sponsor))?;
        sponsor(self, &mut op, (now - 1, 0))?;
        self.refused(op.clone(), signer, "AA32 paymaster expired or not due")?;
        sponsor(self, &mut op, (now + HOUR_SECS, 0))?;
        op.callGasLimit += U256::ONE;
        self.refused(op.clone(), signer, "AA34 signature error")?;
        op.callData = execute(&theft);
        sponsor(self, &mut op, (now + HOUR_SECS, 0))?;
        self.refused(op, signer, "AA23 reverted: ERC1155MT Wrong Recipient")
    }

    /// A session that wants exactly this sponsor.
    pub(crate) fn bounded(&mut self) -> Outcome {
        self.step("Bounded: twice, and only while this paymaster pays")?;
        let (buyer, session, lane) = (self.buyer.clone(), self.session(2)?, self.lane.key);
        let signer = Signer::Session(&buyer, &session);
        let (shop, token) = (self.shop, self.wallet.world.token_a);
        let pay = Token::transferCall {
            to: shop,
            amount: U256::from(10) * A,
        };
        let pay = to(token, pay.abi_encode());
        let before = self.wallet.world.balance_of(token, shop)?;
        let bundle = self.sponsored(std::slice::from_ref(&pay), lane, signer)?;
        self.executed(&bundle, "transfer of 10 A to the shop")?;
        let got = self.wallet.world.balance_of(token, shop)? - before;
        ensure(got == U256::from(10) * A, "the shop has 10 A more")?;

        let wei = U256::from(MOST_WEI);
        let other = Sponsor::deploy(&mut self.wallet.world, wei)?;
        let ready = self
            .wallet
            .prepare(&[pay], lane, signer, Some(&self.wallet.sponsor))?;
        let self_paid = UserOp {
            paymasterAndData: Default::default(),
            ..ready.clone()
        };
        self.refused(self_paid, signer, "AA23 reverted: BND Wrong Paymaster")?;
        let mut by_other = ready;
        other.sponsor(&self.wallet.world, &mut by_other, (0, 0))?;
        self.refused(by_other, signer, "AA23 reverted: BND Wrong Paymaster")
    }
}
