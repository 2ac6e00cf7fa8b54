//! ERC-4337 userOps of EntryPoint v0.6, as they stand in calldata.

use crate::{
    Address, Malformed, Secs, Word,
    abi::{Array, Tuple},
};

/// Words in the head of the struct.
const HEAD_WORDS: usize = 11;

/// `UserOperation` of EntryPoint v0.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserOp<'a> {
    tuple: Tuple<'a>,
}

impl<'a> UserOp<'a> {
    /// The userOp that argument `index` of a call is.
    ///
    /// # Errors
    /// If its head is out of bounds. The fields are checked when they are read.
    pub fn new(arguments: &Tuple<'a>, index: usize) -> Result<Self, Malformed> {
        let tuple = arguments.tuple(index, HEAD_WORDS)?;
        Ok(Self { tuple })
    }

    /// The account.
    ///
    /// # Errors
    /// If it is dirty.
    pub fn sender(&self) -> Result<&'a Address, Malformed> {
        self.tuple.address(0)
    }

    /// Lane (192 bits) and sequence number (64 bits).
    ///
    /// # Errors
    /// None, once the head is there.
    pub fn nonce(&self) -> Result<&'a Word, Malformed> {
        self.tuple.word(1)
    }

    /// What the account is to do.
    ///
    /// # Errors
    /// If it is out of bounds.
    pub fn call_data(&self) -> Result<&'a [u8], Malformed> {
        self.tuple.bytes(3)
    }

    /// Gas of the execution.
    ///
    /// # Errors
    /// None, once the head is there.
    pub fn call_gas_limit(&self) -> Result<&'a Word, Malformed> {
        self.tuple.word(4)
    }

    /// Gas of the validation.
    ///
    /// # Errors
    /// None, once the head is there.
    pub fn verification_gas_limit(&self) -> Result<&'a Word, Malformed> {
        self.tuple.word(5)
    }

    /// Gas that is paid to the bundler for what it can't meter.
    ///
    /// # Errors
    /// None, once the head is there.
    pub fn pre_verification_gas(&self) -> Result<&'a Word, Malformed> {
        self.tuple.word(6)
    }

    /// Most wei per gas.
    ///
    /// # Errors
    /// None, once the head is there.
    pub fn max_fee_per_gas(&self) -> Result<&'a Word, Malformed> {
        self.tuple.word(7)
    }

    /// Paymaster (20 bytes) and data for it; empty without one.
    ///
    /// # Errors
    /// If it is out of bounds.
    pub fn paymaster_and_data(&self) -> Result<&'a [u8], Malformed> {
        self.tuple.bytes(9)
    }

    /// What the account decodes as `(bytes moduleSignature, address module)`. No signature covers it.
    ///
    /// # Errors
    /// If it is out of bounds.
    pub fn signature(&self) -> Result<&'a [u8], Malformed> {
        self.tuple.bytes(10)
    }

    /// The signature's first field, for the module (§1.2).
    ///
    /// # Errors
    /// If the signature is not `abi.encode(bytes, address)` by solc's rule: the module's word must be clean.
    pub fn module_signature(&self) -> Result<&'a [u8], Malformed> {
        let outer = Tuple::new(self.signature()?, 2)?;
        outer.address(1)?;
        outer.bytes(0)
    }
}

/// The manager's module signature (§2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagerSignature<'a> {
    /// The session and its proof.
    pub session: Session<'a>,
    /// The session key's signature of the userOp.
    pub session_key_signature: &'a [u8],
}

impl<'a> ManagerSignature<'a> {
    /// `abi.encode(uint48, uint48, address, bytes, bytes32[], bytes)`.
    ///
    /// # Errors
    /// By solc's rule.
    pub fn decode(module_signature: &'a [u8]) -> Result<Self, Malformed> {
        let tuple = Tuple::new(module_signature, 6)?;
        Ok(Self {
            session: Session::decode(&tuple, 0)?,
            session_key_signature: tuple.bytes(5)?,
        })
    }
}

/// A session as a signature carries it: all of it is the sender's word, until its leaf is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session<'a> {
    /// Last second; 0 is for ever.
    pub valid_until: &'a Secs,
    /// First second.
    pub valid_after: &'a Secs,
    /// The session validation module.
    pub svm: &'a Address,
    /// Session key and limits, in the SVM's encoding.
    pub session_key_data: &'a [u8],
    /// Siblings from the leaf up.
    pub proof: &'a [Word],
}

impl<'a> Session<'a> {
    /// Five fields of a tuple, from word `first` on.
    ///
    /// # Errors
    /// By solc's rule.
    #[inline(never)]
    pub fn decode(tuple: &Tuple<'a>, first: usize) -> Result<Self, Malformed> {
        let field = |number| first.checked_add(number).ok_or(Malformed);
        Ok(Self {
            valid_until: tuple.uint48(first)?,
            valid_after: tuple.uint48(field(1)?)?,
            svm: tuple.address(field(2)?)?,
            session_key_data: tuple.bytes(field(3)?)?,
            proof: tuple.array(field(4)?)?.words(),
        })
    }
}

/// The router's module signature (§4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouterSignature<'a> {
    /// The manager that is to prove the sessions.
    pub manager: &'a Address,
    /// One [`BatchedSession`] for each action, not yet decoded.
    pub sessions: Array<'a>,
    /// The sessions as they stand: from the array's length word to the end of the module signature.
    pub encoded_sessions: &'a [u8],
    /// The session key's signature of the userOp.
    pub session_key_signature: &'a [u8],
}

impl<'a> RouterSignature<'a> {
    /// `abi.encode(address, SessionData[], bytes)`.
    ///
    /// # Errors
    /// By solc's rule; the sessions are checked when they are read.
    pub fn decode(module_signature: &'a [u8]) -> Result<Self, Malformed> {
        let tuple = Tuple::new(module_signature, 3)?;
        Ok(Self {
            manager: tuple.address(0)?,
            sessions: tuple.array(1)?,
            encoded_sessions: tuple.tail(1)?,
            session_key_signature: tuple.bytes(2)?,
        })
    }
}

/// `SessionData`: a session for one action of a batch (§10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchedSession<'a> {
    /// Session and proof.
    pub session: Session<'a>,
    /// Handed to the SVM. Neither signed nor proven: its sender chooses it (7.2-I).
    pub call_specific_data: &'a [u8],
}

impl<'a> BatchedSession<'a> {
    /// Element `index` of an array of them.
    ///
    /// # Errors
    /// By solc's rule, or if there is none of this index.
    pub fn at(sessions: &Array<'a>, index: usize) -> Result<Self, Malformed> {
        let tuple = sessions.tuple(index, 6)?;
        Ok(Self {
            session: Session::decode(&tuple, 0)?,
            call_specific_data: tuple.bytes(5)?,
        })
    }
}
