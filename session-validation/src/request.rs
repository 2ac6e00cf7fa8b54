//! The arguments of `validateUserOp`.

use session_core::{Malformed, Word, abi::Tuple, user_op::UserOp};

/// `(UserOperation userOp, bytes32 userOpHash)`.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The userOp.
    pub user_op: UserOp<'a>,
    /// As it stands, to the end of the calldata.
    pub(crate) encoded: &'a [u8],
    /// What the session key signs.
    pub(crate) hash: &'a Word,
}

impl<'a> Request<'a> {
    /// # Errors
    /// By solc's rule; the fields of the userOp are checked when they are read.
    pub fn decode(arguments: &'a [u8]) -> Result<Self, Malformed> {
        let arguments = Tuple::new(arguments, 2)?;
        Ok(Self {
            user_op: UserOp::new(&arguments, 0)?,
            encoded: arguments.tail(0)?,
            hash: arguments.word(1)?,
        })
    }
}
