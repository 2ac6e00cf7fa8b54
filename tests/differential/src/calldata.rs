//! Calldata for decoders: valid encodings, canonical and not, and broken ones.
//!
//! Everything is decided by a list of numbers, in which zero always is the plain choice; so a property test that
//! shrinks the list shrinks the calldata.

use alloy::primitives::U256;

const WORD: usize = 32;

/// A list of decisions. Where it ends, only zeros follow.
#[derive(Clone, Debug)]
pub struct Choices<'a>(&'a [u32]);

impl<'a> Choices<'a> {
    /// These.
    pub const fn new(numbers: &'a [u32]) -> Self {
        Self(numbers)
    }

    /// The next number.
    pub fn number(&mut self) -> u32 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        self.number() as usize % end
    }

    /// True once in `times`, which is more than one.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// This many bytes.
    pub fn fill(&mut self, len: usize) -> Vec<u8> {
        let mut state = self.number();
        let mut next = || {
            state = state.wrapping_mul(0x915f_77f5).wrapping_add(0x9e37_79b9);
            (state >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    }
}

/// A value to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A static value.
    Word([u8; WORD]),
    /// A `bytes`.
    Bytes(Vec<u8>),
    /// A `bytes` that ends with an encoded tuple.
    Encoded(Vec<u8>, Vec<Self>),
    /// A dynamic array.
    Array(Vec<Self>),
    /// A dynamic tuple.
    Tuple(Vec<Self>),
}

impl Node {
    /// A static value of so many low bytes.
    pub fn number(choices: &mut Choices<'_>, bytes: usize) -> Self {
        let mut word = [0; WORD];
        word[WORD - bytes..].copy_from_slice(&choices.fill(bytes));
        Self::Word(word)
    }

    /// A `bytes` of a length that is likely to matter.
    pub fn bytes(choices: &mut Choices<'_>) -> Self {
        let len = match choices.below(4) {
            0 => choices.pick(&[32, 0, 1, 31, 33, 64]),
            1 => choices.pick(&[65, 4, 20, 68, 96, 100]),
            _ => choices.below(200),
        };
        Self::Bytes(choices.fill(len))
    }

    /// An array of up to `max` elements. Some of them are equal.
    pub fn array(
        choices: &mut Choices<'_>,
        max: usize,
        element: fn(&mut Choices<'_>) -> Self,
    ) -> Self {
        let len = choices.below(max + 1);
        Self::array_of(choices, len, element)
    }

    /// An array of so many elements. Some of them are equal.
    pub fn array_of(
        choices: &mut Choices<'_>,
        len: usize,
        element: fn(&mut Choices<'_>) -> Self,
    ) -> Self {
        let mut elements: Vec<Self> = Vec::new();
        for _ in 0..len {
            let same = elements.last().filter(|_| choices.one_in(4)).cloned();
            elements.push(same.unwrap_or_else(|| element(choices)));
        }
        Self::Array(elements)
    }
}

/// A word that a decoder looks at.
#[derive(Clone, Copy, Debug)]
struct Spot {
    at: usize,
    kind: SpotKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SpotKind {
    Static,
    Length,
    /// From here.
    Offset(usize),
}

impl Spot {
    const fn moved(self, by: usize) -> Self {
        let kind = match self.kind {
            SpotKind::Offset(base) => SpotKind::Offset(base + by),
            other => other,
        };
        Self {
            at: self.at + by,
            kind,
        }
    }
}

/// An encoding, and where its words are.
#[derive(Clone, Debug, Default)]
pub struct Encoding {
    /// The bytes.
    pub bytes: Vec<u8>,
    spots: Vec<Spot>,
}

/// Encodes a tuple's fields (the arguments of a call, say). Without choices, as solc's encoder does; with them, in
/// any way that a decoder takes: the tails in another order, with gaps, shared where they are equal, unpadded.
pub fn encode(fields: &[Node], choices: &mut Choices<'_>) -> Encoding {
    let free = choices.one_in(2);
    region(fields, free, choices)
}

impl Encoding {
    fn word(&mut self, value: [u8; WORD], kind: SpotKind) {
        self.spots.push(Spot {
            at: self.bytes.len(),
            kind,
        });
        self.bytes.extend(value);
    }

    fn append(&mut self, other: &Self) {
        let by = self.bytes.len();
        self.bytes.extend(&other.bytes);
        self.spots
            .extend(other.spots.iter().map(|spot| spot.moved(by)));
    }
}

fn word(number: usize) -> [u8; WORD] {
    U256::from(number).to_be_bytes()
}

/// Heads, then tails.
fn region(fields: &[Node], free: bool, choices: &mut Choices<'_>) -> Encoding {
    let mut encoding = Encoding::default();
    for field in fields {
        match field {
            Node::Word(value) => encoding.word(*value, SpotKind::Static),
            _ => encoding.word([0; WORD], SpotKind::Offset(0)),
        }
    }
    let mut dynamic: Vec<_> = (0..fields.len())
        .filter(|index| !matches!(fields[*index], Node::Word(_)))
        .collect();
    if free && !dynamic.is_empty() {
        let by = choices.below(dynamic.len());
        dynamic.rotate_left(by);
    }
    let mut placed: Vec<(&Node, usize)> = Vec::new();
    for index in dynamic {
        let field = &fields[index];
        let same = placed
            .iter()
            .find(|(node, _)| *node == field)
            .map(|(_, at)| *at);
        let at = same
            .filter(|_| free && choices.one_in(2))
            .unwrap_or_else(|| {
                if free && choices.one_in(4) {
                    let gap = 1 + choices.below(64);
                    encoding.bytes.extend(choices.fill(gap));
                }
                let at = encoding.bytes.len();
                encoding.append(&tail(field, free, choices));
                at
            });
        placed.push((field, at));
        encoding.bytes[index * WORD..][..WORD].copy_from_slice(&word(at));
    }
    encoding
}

/// What the offset of a dynamic value points to.
fn tail(node: &Node, free: bool, choices: &mut Choices<'_>) -> Encoding {
    let mut encoding = Encoding::default();
    let content = match node {
        Node::Word(_) => unreachable!("a static value has no tail"),
        Node::Tuple(fields) => return region(fields, free, choices),
        Node::Array(elements) => {
            encoding.word(word(elements.len()), SpotKind::Length);
            encoding.append(&region(elements, free, choices));
            return encoding;
        }
        Node::Bytes(bytes) => Encoding {
            bytes: bytes.clone(),
            spots: Vec::new(),
        },
        Node::Encoded(prefix, fields) => {
            let mut content = Encoding {
                bytes: prefix.clone(),
                spots: Vec::new(),
            };
            content.append(&region(fields, free, choices));
            content
        }
    };
    encoding.word(word(content.bytes.len()), SpotKind::Length);
    encoding.append(&content);
    let padding = content.bytes.len().next_multiple_of(WORD) - content.bytes.len();
    if !(free && choices.one_in(2)) {
        encoding.bytes.extend([0].repeat(padding));
    }
    encoding
}

/// The encoding with up to three changes, which may or may not break it.
pub fn change(encoding: Encoding, choices: &mut Choices<'_>) -> Vec<u8> {
    let times = choices.pick(&[0, 0, 0, 1, 1, 1, 2, 3]);
    change_times(encoding, times, choices)
}

/// The encoding with so many changes.
pub fn change_times(mut encoding: Encoding, times: usize, choices: &mut Choices<'_>) -> Vec<u8> {
    for _ in 0..times {
        match choices.below(10) {
            0 => {
                let filler = 1 + choices.below(70);
                encoding.bytes.extend(choices.fill(filler));
            }
            1 => {
                let len = encoding.bytes.len();
                let most = if choices.one_in(2) { len } else { len.min(70) };
                encoding.bytes.truncate(len - choices.below(most + 1));
            }
            2 => {
                let at = choices.below(encoding.bytes.len().max(1));
                if let Some(byte) = encoding.bytes.get_mut(at) {
                    *byte = choices.number().to_be_bytes()[3];
                }
            }
            3 => {
                let at = choices.below(encoding.bytes.len() + 1);
                let count = 1 + choices.below(40);
                let end = encoding.bytes.len().min(at + count);
                let inserted = if choices.one_in(2) {
                    choices.fill(count)
                } else {
                    Vec::new()
                };
                let removed = if inserted.is_empty() { at..end } else { at..at };
                encoding.bytes.splice(removed, inserted);
            }
            _ => change_word(&mut encoding, choices),
        }
    }
    encoding.bytes
}

fn change_word(encoding: &mut Encoding, choices: &mut Choices<'_>) {
    if encoding.spots.is_empty() {
        return;
    }
    let spot = choices.pick(&encoding.spots);
    let target = choices.pick(&encoding.spots).at;
    let len = encoding.bytes.len();
    let Some(place) = encoding
        .bytes
        .get_mut(spot.at..)
        .and_then(|rest| rest.first_chunk_mut::<WORD>())
    else {
        return;
    };
    let old = U256::from_be_bytes(*place);
    // Where offsets count from, or where what a length counts begins.
    let base = match spot.kind {
        SpotKind::Offset(base) => base,
        SpotKind::Length | SpotKind::Static => spot.at + WORD,
    };
    let from_base = |position: usize| U256::from(position).wrapping_sub(U256::from(base));
    let small = U256::from(choices.below(70));
    let bit = |bit: usize| U256::ONE << bit;
    let new = match choices.below(16) {
        0 => old.wrapping_add(U256::ONE),
        1 => old.wrapping_sub(U256::ONE),
        2 => old.wrapping_add(U256::from(WORD)),
        3 => old.wrapping_sub(U256::from(WORD)),
        4 => small,
        5 => U256::ZERO.wrapping_sub(small),
        6 => U256::from(choices.below(len + WORD)),
        7 | 8 => from_base(target),
        9 => from_base(len),
        10 => from_base(len).wrapping_sub(small),
        11 => bit(choices.pick(&[16, 31, 32, 47, 48, 63])).wrapping_sub(small),
        12 => bit(64).wrapping_sub(small),
        13 => old | bit(choices.pick(&[48, 64, 128, 160, 161, 254, 255])),
        14 => old | bit(choices.below(256)),
        _ => U256::MAX.wrapping_sub(small),
    };
    *place = new.to_be_bytes();
}
