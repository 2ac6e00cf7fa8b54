//! Runs calldata through a contract and through the cursor.

use std::{
    cell::Cell,
    io::{Write, stderr},
};

use alloy::{
    primitives::{Address, Bytes},
    rpc::types::TransactionRequest,
    sol_types::SolValue,
};
use devnode::{CallError, Devnode};
use differential::{
    calldata::{Choices, Node, change, encode},
    cases,
};
use session_core::Malformed;

use crate::lazy::{Positive, without_negatives};

const CASES: u32 = 3_000;
const GAS: u64 = 20_000_000;

/// Decoded values, encoded anew; `None` is a refusal.
pub type Answer = Option<Vec<u8>>;

/// A contract on a chain of its own.
pub struct Contract {
    node: Devnode,
    at: Address,
    artefact: world::Artefact,
}

impl Contract {
    pub fn new(name: &str) -> Self {
        let mut node = Devnode::default();
        let at = Address::repeat_byte(0xc0);
        let artefact = world::artefact(name).unwrap();
        node.set_code(at, artefact.deployed_bytecode.clone())
            .unwrap();
        Self { node, at, artefact }
    }

    /// Selector and arguments.
    pub fn calldata(&self, function: &str, arguments: &[u8]) -> Vec<u8> {
        let mut functions = self.artefact.method_identifiers.iter();
        let is_it = |signature: &str| signature.split('(').next() == Some(function);
        let (_, selector) = functions.find(|(signature, _)| is_it(signature)).unwrap();
        [&hex::decode(selector).unwrap(), arguments].concat()
    }

    pub fn call(&self, function: &str, arguments: &[u8]) -> Result<Vec<u8>, CallError> {
        let request = TransactionRequest::default()
            .to(self.at)
            .gas_limit(GAS)
            .input(Bytes::from(self.calldata(function, arguments)).into());
        self.node
            .call(&request, alloy::eips::BlockId::latest())
            .map(Into::into)
    }

    pub fn decode(&self, function: &str, arguments: &[u8]) -> Answer {
        match self.call(function, arguments) {
            Ok(output) => Some(output),
            Err(CallError::Revert(_) | CallError::Halt { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Runs a property of calldata, and counts for how much of it it is true (accepted).
///
/// # Panics
/// If that is less than 30 % of many: then most of the input is only noise.
pub fn count(
    name: &str,
    fields: fn(&mut Choices<'_>) -> Vec<Node>,
    is_accepted: impl Fn(&[u8]) -> bool,
) {
    let cases = cases::asked().unwrap_or(CASES);
    let accepted = Cell::new(0);
    let unusual = Cell::new(0);
    cases::run(name, cases, 200, |numbers| {
        let mut choices = Choices::new(numbers);
        // First, so that a short list has them.
        let changes: Vec<_> = (0..20).map(|_| choices.number()).collect();
        let fields = fields(&mut choices);
        let encoding = encode(&fields, &mut choices);
        let input = change(encoding, &mut Choices::new(&changes));
        if is_accepted(&input) {
            accepted.set(accepted.get() + 1);
            unusual.set(unusual.get() + u32::from(input != plain(&fields)));
        }
    });
    let percent = |count: u32| 100 * u64::from(count) / u64::from(cases.max(1));
    let (accepted, unusual) = (percent(accepted.get()), percent(unusual.get()));
    print(&format!(
        "{name}: {cases} cases, {accepted} % accepted ({unusual} % not as solc encodes)"
    ));
    assert!(
        accepted >= 30 || cases < 1_000,
        "{name}: too few inputs are accepted"
    );
}

/// Prints a line that the test harness does not capture.
pub fn print(line: &str) {
    stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// As solc encodes it.
pub fn plain(fields: &[Node]) -> Vec<u8> {
    encode(fields, &mut Choices::new(&[])).bytes
}

/// How the oracle's function is given the input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// As its arguments.
    Arguments,
    /// As the content of its only argument, a `bytes`.
    Bytes,
}

/// What a reading is tested with: an oracle's function, and whether solc reads negative offsets there.
pub struct Kind {
    function: &'static str,
    input: As,
    fields: fn(&mut Choices<'_>) -> Vec<Node>,
    /// Set if solc follows negative offsets there.
    positive: Option<Positive>,
}

impl Kind {
    pub const fn new(
        function: &'static str,
        input: As,
        fields: fn(&mut Choices<'_>) -> Vec<Node>,
    ) -> Self {
        Self {
            function,
            input,
            fields,
            positive: None,
        }
    }

    pub const fn lazy(mut self, positive: Positive) -> Self {
        self.positive = Some(positive);
        self
    }

    pub fn test(&self, ours: impl Fn(&[u8]) -> Result<Vec<u8>, Malformed>) {
        let oracle = Contract::new("DecoderOracle");
        let negative = Cell::new(0);
        count(self.function, self.fields, |input| {
            let theirs = match self.input {
                As::Arguments => oracle.decode(self.function, input),
                As::Bytes => oracle.decode(
                    self.function,
                    &(Bytes::copy_from_slice(input),).abi_encode_params(),
                ),
            };
            let answer = ours(input).ok();
            let is_negative = || {
                let calldata = oracle.calldata(self.function, input);
                let plain = without_negatives(self.positive?, calldata)?;
                Some(ours(&plain).ok() == theirs)
            };
            if answer.is_none() && theirs.is_some() && is_negative() == Some(true) {
                negative.set(negative.get() + 1);
            } else {
                assert_eq!(
                    answer.map(hex::encode),
                    theirs.as_ref().map(hex::encode),
                    "{} (left: cursor, right: solc) of {}",
                    self.function,
                    hex::encode(input)
                );
            }
            theirs.is_some()
        });
        if negative.get() > 0 {
            let negative = negative.get();
            print(&format!("{}: {negative} negative offsets", self.function));
        }
    }
}

/// Tests a reference contract itself: it fails with a text if it has decoded its input. A refusal of the decoder is empty,
/// or a panic (0x41) for a length that can not be allocated. `is_decoded` is `None` of what does not show it.
pub fn test_reference(
    contract: &str,
    function: &str,
    fields: fn(&mut Choices<'_>) -> Vec<Node>,
    positive: Option<Positive>,
    is_decoded: impl Fn(&[u8]) -> Option<bool>,
) {
    let reference = Contract::new(contract);
    count(&format!("{contract}.{function}"), fields, |input| {
        let Some(ours) = is_decoded(input) else {
            return false;
        };
        let error = reference
            .call(function, input)
            .expect_err("nothing is approved");
        let data = error
            .revert_data()
            .unwrap_or_else(|| panic!("{error}: {}", hex::encode(input)));
        let theirs = data.starts_with(&[0x08, 0xc3, 0x79, 0xa0]);
        let is_negative = || {
            let plain = without_negatives(positive?, reference.calldata(function, input))?;
            Some(is_decoded(&plain)? == theirs)
        };
        assert!(
            ours == theirs || theirs && is_negative() == Some(true),
            "decoded by {contract}: {theirs}: {}",
            hex::encode(input)
        );
        theirs
    });
}
