//! What the owner signs: the first userOp with the first sessions, and an update.

use alloy::primitives::{U256, aliases::U192};
use serde_json::json;
use session_keys::{
    Fees, Grant, NotLive, Session, SessionRequest, SessionStore, StoreError, calls,
    session_data::{Bounds, Erc20Transfer, PaymasterRule},
};
use world::{
    A,
    abi::{Account, EntryPoint},
    to,
};

use crate::{
    ensure,
    flow::{Flow, HOUR_SECS, MOST_WEI, Outcome, TOKENS},
    service::MOST_GAS,
    wallet::{Signer, Wallet},
};

impl Flow<'_> {
    /// `createSessions`, and the account's first userOp: it deploys the account, sets the root, enables what validates. The account has
    /// no ether.
    pub(crate) fn first_use(&mut self) -> Outcome {
        self.step("createSessions, and first use: one userOp, gasless")?;
        let now = self.wallet.now()?;
        let sessions = [self.games(now)?, self.purchases()?].concat();
        let granted = self.wallet.store.update(sessions, now)?;
        let root = granted.tree().root();
        let count = granted.sessions().len();
        self.tell(&format!("{count} sessions, root {root}"))?;
        let Wallet {
            account,
            deployment,
            ..
        } = self.wallet;
        let modules = self.wallet.modules.clone();
        let setup = calls::set_up(account, deployment.manager, root, &modules);
        ensure(
            self.wallet.world.chain.code(account)?.is_empty(),
            "there is no account yet",
        )?;
        let bundle = self.sponsored(&setup, U192::ZERO, Signer::Owner)?;
        self.executed(&bundle, "initCode, setMerkleRoot, enableModule")?;
        for module in modules {
            let is_enabled = self
                .wallet
                .world
                .view(account, Account::isModuleEnabledCall { module })?;
            ensure(is_enabled, "what validates is enabled")?;
        }
        let deposit = self.wallet.deposit(account)?;
        ensure(
            deposit.is_zero(),
            "the account has nothing, and paid nothing",
        )?;
        self.wallet.keep(granted)?;
        let stored = self.wallet.store.sessions().len();
        self.tell(&format!(
            "{stored} sessions kept as JSON, as Biconomy's SDK does"
        ))
    }

    /// Two sessions as a dApp asks for them. The seed's NFT is fixed in its contract; ours is a field. As there, nothing bounds
    /// this key: whoever has it can spend the account's ether on fees, so the account has little.
    fn games(&self, now: u64) -> Outcome<Vec<Session>> {
        let types = ["address", "address", "address", "uint256"];
        let [ever, hour, _] = TOKENS;
        let requests: Vec<SessionRequest> = serde_json::from_value(json!([
            {
                "validUntil": 0, // for ever
                "validAfter": 0,
                "sessionValidationModule": self.mints,
                "sessionKeyDataInAbi": [types, [self.player.address(), self.nft, self.wallet.account, ever]],
            },
            {
                "validUntil": now + HOUR_SECS,
                "validAfter": now,
                "sessionValidationModule": self.mints,
                "sessionKeyDataInAbi": [types, [self.player.address(), self.nft, self.wallet.account, hour]],
            },
        ]))?;
        self.granted(&requests, Fees::Unlimited)
    }

    /// A session for purchases, its data already encoded; bounded: twice, and only if the sponsor pays the fees.
    fn purchases(&self) -> Outcome<Vec<Session>> {
        let transfer = Erc20Transfer {
            session_key: self.buyer.address(),
            token: self.wallet.world.token_a,
            recipient: self.shop,
            max_amount: U256::from(10) * A,
        };
        let requests: Vec<SessionRequest> = serde_json::from_value(json!([{
            "validUntil": 0,
            "validAfter": 0,
            "sessionValidationModule": self.transfers,
            "sessionKeyData": transfer.encode(),
        }]))?;
        let lane = self.lane;
        let nonce = EntryPoint::getNonceCall {
            sender: self.wallet.account,
            key: lane.key,
        };
        let world = &self.wallet.world;
        let lane_nonce = world.view(world.entry_point, nonce)?;
        let bounds = Bounds {
            paymaster: PaymasterRule::Only(self.wallet.sponsor.address),
            ..Bounds::new(lane, MOST_WEI, MOST_GAS)
        };
        self.granted(&requests, Fees::Bounded { bounds, lane_nonce })
    }

    fn granted(&self, requests: &[SessionRequest], fees: Fees) -> Outcome<Vec<Session>> {
        let sessions: Result<_, _> = requests.iter().map(SessionRequest::session).collect();
        let grant = Grant {
            account: self.wallet.account,
            sessions: sessions?,
            fees,
            allows_other_recipients: false,
        };
        Ok(grant.sessions()?)
    }

    /// An hour later: one session has ended, another comes. All sessions that are to go on are granted again.
    pub(crate) fn update(&mut self) -> Outcome {
        self.step("An hour later: update")?;
        let (account, player) = (self.wallet.account, self.player.clone());
        let (old, ended) = (self.session(0)?, self.session(1)?);
        let mint = self.mint(TOKENS[1], account);
        let sponsor = Some(&self.wallet.sponsor);
        let mut late = self.wallet.prepare(
            &[mint],
            U192::ZERO,
            Signer::Session(&player, &ended),
            sponsor,
        )?;
        let node = self.wallet.world.embedded_mut()?;
        node.increase_time(HOUR_SECS + 1);
        node.mine();
        let refusal = self
            .wallet
            .validate(&ended)
            .err()
            .ok_or("the session is live")?;
        self.tell(&format!("the second session: {refusal}"))?;
        let is_expired = matches!(refusal.downcast_ref(), Some(NotLive::Expired { .. }));
        ensure(is_expired, "the second session has expired")?;
        late.paymasterAndData = Default::default();
        self.refused(
            late,
            Signer::Session(&player, &ended),
            "AA22 expired or not due",
        )?;

        let now = self.wallet.now()?;
        let again = self.wallet.store.update(vec![ended.clone()], now);
        ensure(
            matches!(again, Err(StoreError::Expired { .. })),
            "an expired session is not granted",
        )?;
        let new = serde_json::from_value(json!({
            "validUntil": now + HOUR_SECS,
            "validAfter": 0,
            "sessionValidationModule": self.mints,
            "sessionKeyDataInAbi": [
                ["address", "address", "address", "uint256"],
                [player.address(), self.nft, account, TOKENS[2]],
            ],
        }))?;
        let new = self.granted(&[new], Fees::Unlimited)?;
        let next = self.wallet.store.update(new, now)?;
        let tree = next.tree();
        ensure(
            !tree.sessions().contains(&ended),
            "the expired session is pruned",
        )?;
        ensure(tree.sessions().len() == 3, "two sessions go on, one is new")?;
        // only if nobody else has changed them; and published, so that a wallet without this file finds them
        let expected = self.wallet.store.tree().root();
        let set = calls::set_merkle_root_if(expected, tree.root(), tree.publish()?);
        let set = to(self.wallet.deployment.manager, set);
        let bundle = self.sponsored(&[set], U192::ZERO, Signer::Owner)?;
        self.executed(&bundle, "setMerkleRootIf, published")?;

        let before = std::mem::replace(&mut self.wallet.store, SessionStore::new()?);
        self.wallet.keep(next)?;
        self.after_update(&before, &old)
    }

    /// Proofs of before are worth nothing: the sessions that go on have new ones.
    fn after_update(&mut self, before: &SessionStore, old: &Session) -> Outcome {
        let (account, player) = (self.wallet.account, self.player.clone());
        let signer = Signer::Session(&player, old);
        let mint = [self.mint(TOKENS[0], account)];
        let mut op = self.wallet.prepare(&mint, U192::ZERO, signer, None)?;
        player.sign(before.tree(), &[0], &mut op)?;
        let bundle = self.wallet.send(op)?;
        self.is_refused(&bundle, "AA23 reverted: SessionNotApproved")?;
        let bundle = self.wallet.act(&mint, U192::ZERO, signer, None)?;
        self.executed(&bundle, "mintTo of the first session, with its new proof")?;
        self.holds(TOKENS[0], 3)?;

        let newest = self.session(2)?;
        let signer = Signer::Session(&player, &newest);
        let mint = [self.mint(TOKENS[2], account)];
        let bundle = self.wallet.act(&mint, U192::ZERO, signer, None)?;
        self.executed(&bundle, "mintTo of the new session")?;
        self.holds(TOKENS[2], 1)?;
        self.holds(TOKENS[1], 0)
    }
}
