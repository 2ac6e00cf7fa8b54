//! What a session of this SVM grants, and what it covers: functions of bytes, without a chain.

use session_core::{
    Address, Malformed, Reject, Word,
    execution::Action,
    reject,
    rules::Rules,
    words::{address, exact, is_less},
};

/// sessionKeyData: `abi.encode(address sessionKey, address recipient, uint256 maxWei)`, 96 bytes. The owner approves it
/// with the session, so it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// Who may get ether.
    pub recipient: &'a Address,
    /// Most wei of one action.
    pub max_wei: &'a Word,
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ETHSV Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("ETHSV Malformed Session"))
    }

    fn target(&self) -> &'a Address {
        self.recipient
    }

    fn wrong_target(_: bool) -> Reject {
        reject!("ETHSV Wrong Recipient")
    }

    /// The action is the key's word: everything in it that matters must be held against the grant.
    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        // Without this the key could call any method of the recipient.
        if !action.data.is_empty() {
            return Err(reject!("ETHSV Call Data"));
        }
        if is_less(self.max_wei, action.value) {
            return Err(reject!("ETHSV Max Amount Exceeded"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let [session_key, recipient, max_wei] = exact(data)?;
    Ok(Grant {
        session_key: address(session_key)?,
        recipient: address(recipient)?,
        max_wei,
    })
}

#[cfg(test)]
mod tests {
    use session_core::{
        pad,
        rules::{Request, check},
    };

    use super::*;

    const KEY: Address = [1; 20];
    const RECIPIENT: Address = [2; 20];

    /// Wei in the lowest byte of a word.
    const fn wei(amount: u8) -> Word {
        let mut word = [0; 32];
        word[31] = amount;
        word
    }

    fn answer(
        session_key_data: &[u8],
        to: &Address,
        value: u8,
        data: &[u8],
    ) -> Result<Address, Reject> {
        let value = &wei(value);
        let action = Action { to, value, data };
        check::<Grant<'_>>(Request::Params(action), session_key_data).copied()
    }

    #[test]
    fn one_recipient_so_much_ether_no_call() {
        let data = [pad(&KEY), pad(&RECIPIENT), wei(7)].concat();
        assert_eq!(answer(&data, &RECIPIENT, 7, &[]), Ok(KEY));
        assert_eq!(answer(&data, &RECIPIENT, 0, &[]), Ok(KEY));
        assert_eq!(
            answer(&data, &RECIPIENT, 8, &[]),
            Err(reject!("ETHSV Max Amount Exceeded"))
        );
        assert_eq!(
            answer(&data, &KEY, 7, &[]),
            Err(reject!("ETHSV Wrong Recipient"))
        );
        assert_eq!(
            answer(&data, &RECIPIENT, 7, &[0]),
            Err(reject!("ETHSV Call Data"))
        );
    }

    #[test]
    fn session_key_data_is_exact() {
        let words = [pad(&KEY), pad(&RECIPIENT), wei(7)];
        let malformed = Err(reject!("ETHSV Malformed Session"));
        for data in [
            words.concat().split_off(1),
            words.concat().repeat(2),
            [1; 96].to_vec(),
        ] {
            assert_eq!(answer(&data, &RECIPIENT, 7, &[]), malformed);
        }
    }
}
