//! A request's calldata and signature.

use super::*;

impl Request<'_> {
    pub(super) fn encode(&self, choices: &mut Choices<'_>) -> Input {
        let mut all = Encoder::new(choices);
        let in_all = self.changes.iter().sum();
        let arguments = match self.entry {
            _ if self.is_garbage => {
                let len = all.choices.below(1_000);
                all.is_canonical = false;
                all.choices.fill(len)
            }
            Entry::Router | Entry::Manager => {
                let fields = self.arguments(&mut all);
                all.encode(&fields, self.changes[2])
            }
            Entry::Keys => {
                let fields = [word(self.account), self.items()];
                all.encode(&fields, in_all)
            }
            Entry::Key => {
                let mut fields = self.item().fields(Vec::new());
                fields.pop();
                fields.insert(0, word(self.account));
                all.encode(&fields, in_all)
            }
        };
        let mut calldata = [&self.entry.selector()[..], &arguments].concat();
        if self.is_garbage && all.choices.one_in(4) {
            calldata = calldata.split_off(all.choices.below(calldata.len()));
        }
        Input {
            entry: self.entry,
            calldata,
            value: self.value,
            is_canonical: all.is_canonical,
        }
    }

    fn items(&self) -> Node {
        let item = |item: &Item| Node::Tuple(item.fields(item.specific.clone()));
        Node::Array(self.items.iter().map(item).collect())
    }

    /// The only item; an odd one if it is gone.
    fn item(&self) -> Item {
        let first = self.items.first().cloned();
        first.unwrap_or_else(|| Item::new(self.scene.leaves.len() - 1, &self.scene.leaves))
    }

    /// The userOp without its signature.
    fn user_op(&self, encoder: &mut Encoder<'_, '_>) -> UserOp {
        let words = |words: &[B256]| Node::Array(words.iter().copied().map(word).collect());
        let bytes = |bytes: &Vec<u8>| Node::Bytes(bytes.clone());
        let call = if self.entry == Entry::Router {
            let data = self.data.iter().map(bytes).collect();
            vec![words(&self.to), words(&self.values), Node::Array(data)]
        } else {
            let first = |words: &[B256]| word(words.first().copied().unwrap_or_default());
            let data = self.data.first().cloned().unwrap_or_default();
            vec![first(&self.to), first(&self.values), Node::Bytes(data)]
        };
        let call = encoder.encode(&call, self.changes[0]);
        let choices = &mut *encoder.choices;
        let mut call_data = [&self.selector[..], &call].concat();
        if self.selector == [0; 4] {
            // Too short for a selector, or nearly.
            call_data.truncate(choices.below(5));
        }

        let nonce = match choices.number() {
            // In a lane that sessions may be bound to.
            odd if odd % 2 == 1 => (U256::from(LANE) << 64) | U256::from(odd / 2 % 5),
            even => U256::from(even),
        };
        UserOp {
            sender: Address::from_word(self.account),
            nonce,
            maxFeePerGas: U256::from(choices.pick(&[0, 0, MAX_FEE_WEI, MAX_FEE_WEI + 1])),
            callData: call_data.into(),
            callGasLimit: U256::from(choices.number()),
            paymasterAndData: Bytes::from(if choices.one_in(8) {
                choices.fill(52)
            } else {
                Vec::new()
            }),
            ..UserOp::default()
        }
    }

    /// The userOp, its hash, and the session key's signature. What is signed is the callData as it is sent.
    pub(super) fn signed(&self, encoder: &mut Encoder<'_, '_>) -> (UserOp, B256, Vec<u8>) {
        let op = self.user_op(encoder);
        let hash = self.scene.job.world.hash(&op);
        let signature = self.sign(hash, encoder.choices);
        (op, hash, signature)
    }

    /// The arguments of `validateUserOp`.
    fn arguments(&self, encoder: &mut Encoder<'_, '_>) -> Vec<Node> {
        let (op, hash, signature) = self.signed(encoder);
        let module_signature = if self.entry == Entry::Router {
            vec![word(self.manager), self.items(), Node::Bytes(signature)]
        } else {
            self.item().fields(signature)
        };
        let module_signature = encoder.encode(&module_signature, self.changes[1]);
        let module = self.scene.job.programs.router.into_word();
        let fields = vec![Node::Bytes(module_signature), word(module)];
        let op = Node::Tuple(vec![
            word(self.account),
            word(op.nonce.into()),
            Node::Bytes(Vec::new()),
            Node::Bytes(op.callData.to_vec()),
            word(op.callGasLimit.into()),
            word(B256::ZERO),
            word(B256::ZERO),
            word(op.maxFeePerGas.into()),
            word(B256::ZERO),
            Node::Bytes(op.paymasterAndData.to_vec()),
            Node::Encoded(Vec::new(), fields),
        ]);
        vec![op, word(hash)]
    }

    fn sign(&self, hash: B256, choices: &mut Choices<'_>) -> Vec<u8> {
        let key = match self.signing {
            Signing::OtherKey => &self.scene.other_key,
            _ => &self.scene.job.key.signer,
        };
        let hash = match self.signing {
            Signing::Other => hash ^ B256::repeat_byte(1),
            _ => hash,
        };
        let signature = key.sign_message_sync(hash.as_slice()).unwrap();
        let mut bytes = signature.as_bytes().to_vec();
        match self.signing {
            Signing::Key | Signing::OtherKey | Signing::Other => {}
            Signing::Length(len) => bytes.resize(len, 0),
            Signing::V(v) => bytes[64] = v,
            Signing::HighS => {
                bytes[32..64].copy_from_slice(&(CURVE_ORDER - signature.s()).to_be_bytes::<32>());
                bytes[64] = 27 + 28 - bytes[64];
            }
            // r, s or both.
            Signing::Zero => {
                let (start, end) = choices.pick(&[(0, 32), (32, 64), (0, 64)]);
                bytes[start..end].fill(0);
            }
        }
        bytes
    }
}

/// Encodes, and changes what is encoded.
pub(super) struct Encoder<'a, 'b> {
    pub(super) choices: &'a mut Choices<'b>,
    /// Has all been encoded as solc does, so far?
    is_canonical: bool,
}

impl<'a, 'b> Encoder<'a, 'b> {
    pub(super) const fn new(choices: &'a mut Choices<'b>) -> Self {
        Self {
            choices,
            is_canonical: true,
        }
    }

    fn encode(&mut self, fields: &[Node], changes: usize) -> Vec<u8> {
        let encoding = encode(fields, self.choices);
        let bytes = change_times(encoding, changes, self.choices);
        self.is_canonical &= bytes == encode(fields, &mut Choices::new(&[])).bytes;
        bytes
    }
}

impl Item {
    /// As a tuple of six words, the last being call specific data or a signature.
    fn fields(&self, last: Vec<u8>) -> Vec<Node> {
        vec![
            word(self.until),
            word(self.after),
            word(self.svm),
            Node::Bytes(self.data.clone()),
            Node::Array(self.proof.iter().copied().map(word).collect()),
            Node::Bytes(last),
        ]
    }
}

fn word(word: B256) -> Node {
    Node::Word(word.0)
}
