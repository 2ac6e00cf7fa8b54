//! userOps of a scene, signed.

use alloy::primitives::{Address, aliases::U192, keccak256};
use session_keys::{
    Action, Item, SessionKey, UserOp, account_signature, calls, dense_router_signature, execute,
    execute_batch, router_signature, sign,
};
use world::{WorldError, to};

use crate::{
    scenario::{By, Encoding, Job, Rules, Scenario},
    scene::Scene,
    sessions::LANE,
};

impl Scene {
    /// Signed; and the module that validates it.
    pub(crate) fn user_op(
        &self,
        Scenario { by, job }: Scenario,
    ) -> Result<(UserOp, Address), WorldError> {
        let world = &self.job.world;
        let deployment = self.deployment(by);
        if job == Job::Grant {
            let root = self.job.tree.root();
            let set_root = to(deployment.manager, calls::set_merkle_root(!root));
            let op = world.owner_op(&self.job.owner, self.job.account, execute(&set_root))?;
            return Ok((op, world.ecdsa_module));
        }
        let (actions, sessions) = self.work(job);
        let is_single = matches!(job, Job::Single | Job::Ruled);
        let call_data = match &actions[..] {
            [action] if is_single => execute(action),
            actions => execute_batch(actions),
        };
        let place = |number: &usize| self.places.get(*number).copied().unwrap_or_default();
        let places: Vec<_> = sessions.iter().map(place).collect();
        let is_bounded = matches!(
            by,
            By::Ours {
                rules: Rules::Bounded,
                ..
            }
        );
        let lane = if is_bounded { LANE } else { U192::ZERO };
        let mut op = world.user_op(self.job.account, lane, call_data)?;
        let module = match (by, job) {
            (By::Owner, _) => world.ecdsa_module,
            _ if is_single => deployment.manager,
            _ => deployment.router,
        };
        match by {
            By::Owner => world.sign_as_owner(&self.job.owner, &mut op)?,
            By::Solidity { .. } if !is_single => {
                self.sign_for_peer(by.encoding(), &mut op, &places)?
            }
            _ => {
                let key = SessionKey {
                    deployment,
                    ..self.job.key.clone()
                };
                key.sign_as(by.encoding().of_client(), &self.job.tree, &places, &mut op)?;
            }
        }
        Ok((op, module))
    }

    /// The npm package's router wants the hash together with the manager signed.
    fn sign_for_peer(
        &self,
        encoding: Encoding,
        op: &mut UserOp,
        places: &[usize],
    ) -> Result<(), WorldError> {
        let manager = self.peers.manager;
        let hash = self.job.world.hash(op);
        let hash = keccak256([hash.as_slice(), manager.as_slice()].concat());
        let signature = sign(&self.job.key.signer, hash);
        let signature = signature.map_err(|error| WorldError::Sign(error.to_string()))?;
        let tree = &self.job.tree;
        let proofs: Vec<_> = places
            .iter()
            .map(|place| tree.proof(*place).unwrap_or_default())
            .collect();
        let items: Vec<_> = places
            .iter()
            .zip(&proofs)
            .map(|(place, proof)| Item {
                session: &tree.sessions()[*place],
                proof,
                call_specific_data: &[],
            })
            .collect();
        let signature = match encoding {
            Encoding::Canonical => router_signature(manager, &items, &signature),
            Encoding::Dense | Encoding::Compact => {
                dense_router_signature(manager, &items, &signature)
            }
        };
        let signature = signature.map_err(|error| WorldError::Sign(error.to_string()))?;
        op.signature = account_signature(&signature, self.peers.router);
        Ok(())
    }

    /// The actions, and the numbers of the sessions that allow them.
    fn work(&self, job: Job) -> (Vec<Action>, Vec<usize>) {
        let actions = || self.mocks.actions(&self.job.world, self.job.account, job);
        match job {
            Job::Single => (actions(), vec![0]),
            Job::Ruled => (actions(), vec![7]),
            Job::Transfers(many) => (actions(), vec![0; many]),
            Job::Flow => (actions(), vec![1, 2, 3]),
            Job::MainJob => (self.job.actions().to_vec(), vec![4, 5, 6]),
            Job::Grant => (Vec::new(), Vec::new()),
        }
    }
}
