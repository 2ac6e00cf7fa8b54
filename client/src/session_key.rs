//! A session key at work: it signs userOps of an account that granted it sessions.

use alloy::{
    primitives::{Address, Bytes},
    signers::local::PrivateKeySigner,
};
use session_core::{
    Malformed,
    execution::{self, Batch},
};

use crate::{
    DUMMY_SIGNATURE, Encoded, Encoding, Item, ItemError, SessionError, Tree, UserOp,
    account_signature, calldata_gas, compact_signature, dense_manager_signature,
    dense_router_signature, manager_signature, router_signature, sign,
};

/// Where the programs are, and on which chain. A session-module is manager and router at one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The session key manager: it allows single actions.
    pub manager: Address,
    /// The batched session router.
    pub router: Address,
    /// The EntryPoint (v0.6) of the account.
    pub entry_point: Address,
    /// The chain.
    pub chain_id: u64,
}

impl Deployment {
    /// Is one program both manager and router?
    pub fn is_session_module(&self) -> bool {
        self.manager == self.router
    }
}

/// A session key in memory, and the deployment that it signs for.
#[derive(Clone, Debug)]
pub struct SessionKey {
    /// The key.
    pub signer: PrivateKeySigner,
    /// Where.
    pub deployment: Deployment,
}

/// Why a userOp is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// callData that is none of the account's functions that sessions may use, or malformed.
    #[error("callData is neither one action nor a batch of actions of the account")]
    CallData,
    /// Each action needs one session, and there must be an action.
    #[error("callData does not have one action for each of {sessions} sessions")]
    Count {
        /// Sessions given.
        sessions: usize,
    },
    /// The tree has no such session.
    #[error("the tree has no session {index}")]
    NoSession {
        /// What was asked for.
        index: usize,
    },
    /// The programs do not take it, or this userOp has no such form.
    #[error(
        "expected an encoding that the programs take and the actions have, got {encoding:?}. Let sign choose"
    )]
    Encoding {
        /// What was asked for.
        encoding: Encoding,
    },
    /// The session is refused.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A session of the batch is refused.
    #[error(transparent)]
    Item(#[from] ItemError),
    /// The signer failed.
    #[error(transparent)]
    Signer(#[from] alloy::signers::Error),
}

impl SessionKey {
    /// The key's address: what goes into session key data.
    pub const fn address(&self) -> Address {
        self.signer.address()
    }

    /// Signs the userOp, all of whose other fields are final: fills `signature`, in the encoding with the least calldata gas
    /// that the programs take. `sessions` are indices into the tree, one for each action of callData: `execute` goes
    /// through the manager, `executeBatch` through the router.
    ///
    /// # Errors
    /// See [`SignError`]. The userOp is then as it was. Whether the sessions allow the actions, or are this key's, is not looked at.
    pub fn sign(
        &self,
        tree: &Tree,
        sessions: &[usize],
        user_op: &mut UserOp,
    ) -> Result<Encoded, SignError> {
        let (encoding, _) = self.cheapest(tree, sessions, user_op)?;
        self.sign_as(encoding, tree, sessions, user_op)
    }

    /// The same in this encoding.
    ///
    /// # Errors
    /// Those of [`Self::sign`], and [`SignError::Encoding`].
    pub fn sign_as(
        &self,
        encoding: Encoding,
        tree: &Tree,
        sessions: &[usize],
        user_op: &mut UserOp,
    ) -> Result<Encoded, SignError> {
        let signature = |encoding, key_signature: &[u8]| {
            self.signature(encoding, tree, sessions, &user_op.callData, key_signature)
        };
        // What is refused is not signed either.
        signature(encoding, &DUMMY_SIGNATURE)?;
        let hash = user_op.hash(self.deployment.entry_point, self.deployment.chain_id);
        let key_signature = sign(&self.signer, hash)?;
        let canonical = signature(Encoding::Canonical, &key_signature)?;
        user_op.signature = signature(encoding, &key_signature)?;
        Ok(Encoded {
            encoding,
            calldata_gas: calldata_gas(&user_op.signature),
            canonical_calldata_gas: calldata_gas(&canonical),
        })
    }

    /// Fills `signature` with one of the same shape and cost, for estimates of gas: [`DUMMY_SIGNATURE`].
    ///
    /// # Errors
    /// Those of [`Self::sign`].
    pub fn sign_dummy(
        &self,
        tree: &Tree,
        sessions: &[usize],
        user_op: &mut UserOp,
    ) -> Result<(), SignError> {
        (_, user_op.signature) = self.cheapest(tree, sessions, user_op)?;
        Ok(())
    }

    /// The programs that the validation of such a userOp calls, one entry for each call: router (of a batch), manager (one
    /// entry for both if they are one session-module), and for each action its SVM, the one inside if it is bounded,
    /// unless it is one of ours: router and manager have the rules of those. Programs can fall out of the chain's cache
    /// between estimate and inclusion, so the verificationGasLimit of an estimate needs
    /// [`uncached_surplus`](crate::uncached_surplus) of these.
    ///
    /// # Errors
    /// [`SignError::CallData`], [`SignError::Count`], [`SignError::NoSession`].
    pub fn called_programs(
        &self,
        tree: &Tree,
        sessions: &[usize],
        call_data: &[u8],
    ) -> Result<Vec<Address>, SignError> {
        let Deployment {
            manager, router, ..
        } = self.deployment;
        let mut programs = match path(call_data, sessions.len())? {
            Path::Batch if manager != router => vec![router, manager],
            _ => vec![manager],
        };
        for &index in sessions {
            let session = tree.sessions().get(index);
            let svm = session.ok_or(SignError::NoSession { index })?.rules_svm();
            if well_known::svm(&svm.0.0).is_none() {
                programs.push(svm);
            }
        }
        Ok(programs)
    }

    /// The encoding with the least calldata gas, and a dummy in it. Of equals it is the most common: a signature of the
    /// session key costs the same in each.
    fn cheapest(
        &self,
        tree: &Tree,
        sessions: &[usize],
        user_op: &UserOp,
    ) -> Result<(Encoding, Bytes), SignError> {
        let dummy = |encoding| {
            let call_data = &user_op.callData;
            self.signature(encoding, tree, sessions, call_data, &DUMMY_SIGNATURE)
        };
        let mut best = (Encoding::Canonical, dummy(Encoding::Canonical)?);
        for encoding in [Encoding::Dense, Encoding::Compact] {
            match dummy(encoding) {
                Ok(other) if calldata_gas(&other) < calldata_gas(&best.1) => {
                    best = (encoding, other);
                }
                Ok(_) | Err(SignError::Encoding { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(best)
    }

    fn signature(
        &self,
        encoding: Encoding,
        tree: &Tree,
        sessions: &[usize],
        call_data: &[u8],
        key_signature: &[u8],
    ) -> Result<Bytes, SignError> {
        let Deployment {
            manager, router, ..
        } = self.deployment;
        let path = path(call_data, sessions.len())?;
        let sessions = match encoding {
            Encoding::Canonical => sessions.to_vec(),
            _ => tree.firsts(sessions),
        };
        let proven = sessions
            .iter()
            .map(|&index| {
                let session = tree.sessions().get(index).zip(tree.proof(index));
                session.ok_or(SignError::NoSession { index })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let no_form = SignError::Encoding { encoding };
        if let (Path::Single, [(session, proof)]) = (path, proven.as_slice()) {
            let signature = match encoding {
                Encoding::Canonical => manager_signature(session, proof, key_signature)?,
                Encoding::Dense => dense_manager_signature(session, proof, key_signature)?,
                Encoding::Compact => return Err(no_form),
            };
            return Ok(account_signature(&signature, manager));
        }
        let items: Vec<_> = proven
            .iter()
            .map(|(session, proof)| Item {
                session,
                proof,
                call_specific_data: &[],
            })
            .collect();
        let signature = match encoding {
            Encoding::Canonical => router_signature(manager, &items, key_signature)?,
            Encoding::Dense => dense_router_signature(manager, &items, key_signature)?,
            Encoding::Compact => Some(self.deployment)
                .filter(Deployment::is_session_module)
                .and_then(|_| compact_signature(tree, &sessions, key_signature))
                .ok_or(no_form)?,
        };
        Ok(account_signature(&signature, router))
    }
}

/// Which program validates, by the account's function (§10.2, 7.2-H).
#[derive(Clone, Copy)]
enum Path {
    Single,
    Batch,
}

/// The path of callData that has one action for each of as many sessions.
fn path(call_data: &[u8], sessions: usize) -> Result<Path, SignError> {
    let malformed = |Malformed| SignError::CallData;
    let count = SignError::Count { sessions };
    let (selector, arguments) = execution::split(call_data).map_err(malformed)?;
    if execution::is_execute(selector) {
        execution::execute(arguments).map_err(malformed)?;
        return if sessions == 1 {
            Ok(Path::Single)
        } else {
            Err(count)
        };
    }
    if !execution::is_execute_batch(selector) {
        return Err(SignError::CallData);
    }
    let batch = Batch::decode(arguments).map_err(malformed)?;
    batch.check_len(sessions).map_err(|_| count)?;
    Ok(Path::Batch)
}
