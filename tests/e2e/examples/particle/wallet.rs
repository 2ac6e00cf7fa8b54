//! The wallet: an owner, two session keys, an account that is not there yet, and its store.

use std::{env, error::Error, fs, path::PathBuf, process};

use alloy::{
    primitives::{Address, B256, U256, aliases::U192, utils::parse_ether},
    signers::local::PrivateKeySigner,
};
use session_keys::{
    Action, DUMMY_SIGNATURE, Deployment, Session, SessionKey, SessionStore, UserOp,
    account_signature, calls::SessionKeyManager, execute, execute_batch,
};
use world::{Bundle, Counterfactual, World, abi::EntryPoint};

use crate::{paymaster::Sponsor, service::estimate};

/// Who signs a userOp.
#[derive(Clone, Copy)]
pub(crate) enum Signer<'a> {
    Owner,
    /// A session key, under a session of the store for the one action.
    Session(&'a SessionKey, &'a Session),
}

pub(crate) struct Wallet {
    pub(crate) world: World,
    /// Manager and router, which are one module or two.
    pub(crate) modules: Vec<Address>,
    pub(crate) deployment: Deployment,
    pub(crate) owner: PrivateKeySigner,
    pub(crate) first: Counterfactual,
    pub(crate) account: Address,
    pub(crate) sponsor: Sponsor,
    pub(crate) store: SessionStore,
    file: PathBuf,
}

impl Wallet {
    /// On a new chain with these programs of ours, and a sponsor.
    pub(crate) fn new(programs: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut world = World::new()?;
        let modules = programs.iter().map(|name| world.deploy_program(name));
        let modules: Vec<_> = modules.collect::<Result<_, _>>()?;
        let (Some(&manager), Some(&router)) = (modules.first(), modules.last()) else {
            return Err("no program is named".into());
        };
        let deployment = Deployment {
            manager,
            router,
            entry_point: world.entry_point,
            chain_id: world.chain.chain_id(),
        };
        let ether = parse_ether("1")?;
        world.stake_factory(ether)?;
        let why = "the factory is staked, and the checker counts no stake: STO-022";
        world.excused.insert(world.ecdsa_module, why);
        let sponsor = Sponsor::deploy(&mut world, ether)?;
        let owner = PrivateKeySigner::random();
        let first = world.counterfactual(owner.address(), 0)?;
        let account = first.account;
        let name = format!("{}-{}.json", SessionStore::name(account), process::id());
        Ok(Self {
            world,
            modules,
            deployment,
            owner,
            first,
            account,
            sponsor,
            store: SessionStore::new()?,
            file: env::temp_dir().join(name),
        })
    }

    /// A new session key.
    pub(crate) fn session_key(&self) -> SessionKey {
        SessionKey {
            signer: PrivateKeySigner::random(),
            deployment: self.deployment,
        }
    }

    /// Seconds of the newest block.
    pub(crate) fn now(&self) -> Result<u64, Box<dyn Error>> {
        Ok(self.world.chain.timestamp()?)
    }

    /// The root that the manager has for the account.
    pub(crate) fn root(&self) -> Result<B256, Box<dyn Error>> {
        let call = SessionKeyManager::getSessionKeysCall {
            account: self.account,
        };
        Ok(self.world.view(self.deployment.manager, call)?)
    }

    /// Wei of the account, or of the sponsor, at the EntryPoint.
    pub(crate) fn deposit(&self, account: Address) -> Result<U256, Box<dyn Error>> {
        let call = EntryPoint::balanceOfCall { account };
        Ok(self.world.view(self.world.entry_point, call)?)
    }

    /// Is the session good for its key now?
    pub(crate) fn validate(&self, session: &Session) -> Result<usize, Box<dyn Error>> {
        Ok(self.store.tree().live(session, self.root()?, self.now()?)?)
    }

    /// Keeps what is granted now, after a look at the chain; what is kept is read again, as the next start of the wallet would.
    pub(crate) fn keep(&mut self, mut granted: SessionStore) -> Result<(), Box<dyn Error>> {
        granted.confirm(self.root()?)?;
        fs::write(&self.file, granted.to_json()?)?;
        self.store = SessionStore::from_json(&fs::read_to_string(&self.file)?)?;
        Ok(())
    }

    /// A userOp with gas limits, fees and a signature for estimates.
    pub(crate) fn prepare(
        &self,
        actions: &[Action],
        lane: U192,
        signer: Signer<'_>,
        sponsor: Option<&Sponsor>,
    ) -> Result<UserOp, Box<dyn Error>> {
        let call_data = match actions {
            [action] => execute(action),
            actions => execute_batch(actions),
        };
        let mut op = self.world.user_op(self.account, lane, call_data)?;
        if self.world.chain.code(self.account)?.is_empty() {
            op.initCode = self.world.init_code(&self.first);
        }
        if let Some(sponsor) = sponsor {
            sponsor.pledge(&mut op);
        }
        match signer {
            Signer::Owner => {
                op.signature = account_signature(&DUMMY_SIGNATURE, self.world.ecdsa_module)
            }
            Signer::Session(key, session) => {
                key.sign_dummy(self.store.tree(), &[self.place(session)?], &mut op)?;
            }
        }
        estimate(&self.world, &mut op)?;
        Ok(op)
    }

    /// The sponsor signs for five minutes, then who acts signs.
    pub(crate) fn finish(
        &self,
        op: &mut UserOp,
        signer: Signer<'_>,
        sponsor: Option<&Sponsor>,
    ) -> Result<(), Box<dyn Error>> {
        if let Some(sponsor) = sponsor {
            sponsor.sponsor(&self.world, op, (self.now()? + 300, 0))?;
        }
        self.sign(op, signer)
    }

    /// The signature of who acts.
    pub(crate) fn sign(&self, op: &mut UserOp, signer: Signer<'_>) -> Result<(), Box<dyn Error>> {
        match signer {
            Signer::Owner => self.world.sign_as_owner(&self.owner, op)?,
            Signer::Session(key, session) => {
                key.sign(self.store.tree(), &[self.place(session)?], op)?;
            }
        }
        Ok(())
    }

    /// Where it stands in the tree, live or not.
    fn place(&self, session: &Session) -> Result<usize, Box<dyn Error>> {
        let mut sessions = self.store.tree().sessions().iter();
        Ok(sessions
            .position(|known| known == session)
            .ok_or("no such session")?)
    }

    /// Prepares, signs and sends, whatever comes of it.
    pub(crate) fn act(
        &mut self,
        actions: &[Action],
        lane: U192,
        signer: Signer<'_>,
        sponsor: Option<&Sponsor>,
    ) -> Result<Bundle, Box<dyn Error>> {
        let mut op = self.prepare(actions, lane, signer, sponsor)?;
        self.finish(&mut op, signer, sponsor)?;
        self.send(op)
    }

    /// To the EntryPoint.
    pub(crate) fn send(&mut self, op: UserOp) -> Result<Bundle, Box<dyn Error>> {
        Ok(self.world.handle_ops(&[op])?)
    }
}

impl Drop for Wallet {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}
