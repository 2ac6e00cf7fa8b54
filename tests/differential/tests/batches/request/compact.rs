//! Compact module signatures of batches (docs/specification.md): as the client encodes them, and changed.

use std::collections::BTreeMap;

use session_keys::{Session, Step, Tree, compact_signature};

use super::{encoding::Encoder, *};
use crate::scene::{FOREVER_SECS, leaf, levels, node};

/// A compact module signature begins with it.
const TAG: [u8; 4] = [0x53, 0x4b, 0x43, 0x01];

/// A session as it is packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub until_secs: u64,
    pub after_secs: u64,
    pub svm: Address,
    pub data: Vec<u8>,
}

impl Packed {
    pub fn hash(&self) -> B256 {
        leaf(self.until_secs, self.after_secs, self.svm, &self.data)
    }

    /// Is it this leaf of the tree?
    pub fn is(&self, leaf: &Leaf) -> bool {
        let window = (leaf.valid_until_secs, leaf.valid_after_secs);
        (self.until_secs, self.after_secs) == window
            && (self.svm, &self.data) == (leaf.svm, &leaf.data)
    }
}

impl From<&Leaf> for Packed {
    fn from(leaf: &Leaf) -> Self {
        Self {
            until_secs: leaf.valid_until_secs,
            after_secs: leaf.valid_after_secs,
            svm: leaf.svm,
            data: leaf.data.clone(),
        }
    }
}

/// A compact module signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    pub session_key_signature: Vec<u8>,
    pub leaves: Vec<Packed>,
    pub actions: Vec<u8>,
    /// Of the stack machine that proves the leaves.
    steps: Vec<u8>,
}

impl Payload {
    /// `None` if it is malformed, whatever its steps.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&TAG[..])?;
        let mut take = |len: usize| {
            let (taken, behind) = rest.split_at_checked(len)?;
            rest = behind;
            Some(taken)
        };
        let number = |bytes: &[u8]| U256::from_be_slice(bytes).to::<u64>();
        let session_key_signature = take(65)?.to_vec();
        let mut leaves = Vec::new();
        for _ in 0..number(take(1)?) {
            let (until_secs, after_secs) = (number(take(6)?), number(take(6)?));
            let svm = Address::from_slice(take(20)?);
            let len = usize::try_from(number(take(2)?)).unwrap();
            let data = take(len)?.to_vec();
            leaves.push(Packed {
                until_secs,
                after_secs,
                svm,
                data,
            });
        }
        let len = usize::try_from(number(take(1)?)).unwrap();
        let actions = take(len)?.to_vec();
        let is_sound =
            !actions.is_empty() && actions.iter().all(|leaf| usize::from(*leaf) < leaves.len());
        is_sound.then(|| Self {
            session_key_signature,
            leaves,
            actions,
            steps: rest.to_vec(),
        })
    }

    /// With its actions, whatever leaves they name.
    fn encode(&self) -> Vec<u8> {
        let count = |len: usize| u8::try_from(len).unwrap();
        let mut bytes = [&TAG[..], &self.session_key_signature].concat();
        bytes.push(count(self.leaves.len()));
        for leaf in &self.leaves {
            bytes.extend(&leaf.until_secs.to_be_bytes()[2..]);
            bytes.extend(&leaf.after_secs.to_be_bytes()[2..]);
            bytes.extend(leaf.svm);
            bytes.extend(u16::try_from(leaf.data.len()).unwrap().to_be_bytes());
            bytes.extend(&leaf.data);
        }
        bytes.push(count(self.actions.len()));
        bytes.extend(&self.actions);
        bytes.extend(&self.steps);
        bytes
    }

    /// The nodes that the steps leave, and how many leaves they do not use. `None` if one of them lacks something.
    pub fn run(&self) -> Option<(Vec<B256>, usize)> {
        let mut leaves = self.leaves.iter();
        let mut nodes = Vec::new();
        for step in decode(&self.steps)? {
            let new = match step {
                Step::Leaf => leaves.next()?.hash(),
                Step::Words(words) => words.into_iter().fold(nodes.pop()?, node),
                Step::Join => node(nodes.pop()?, nodes.pop()?),
            };
            nodes.push(new);
        }
        Some((nodes, leaves.len()))
    }
}

/// `None` if words are missing.
fn decode(mut bytes: &[u8]) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while let Some((step, rest)) = bytes.split_first() {
        let words = match step {
            0 | 255 => 0,
            words => 32 * usize::from(*words),
        };
        let (words, rest) = rest.split_at_checked(words)?;
        bytes = rest;
        steps.push(match step {
            0 => Step::Leaf,
            255 => Step::Join,
            _ => Step::Words(words.chunks(32).map(B256::from_slice).collect()),
        });
    }
    Some(steps)
}

fn encode(steps: &[Step]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for step in steps {
        match step {
            Step::Leaf => bytes.push(0),
            Step::Join => bytes.push(255),
            Step::Words(words) => {
                bytes.push(u8::try_from(words.len()).unwrap());
                bytes.extend(words.iter().flatten());
            }
        }
    }
    bytes
}

/// What is changed in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Leaves that no action uses are proven with the others.
    Unused,
    /// A leaf that the tree has twice is proven at both places, and actions use one or the other.
    Twice,
    /// A leaf stands there twice, and is proven once.
    Again,
    /// The steps are those of another tree.
    OtherTree,
    /// The steps are those of other leaves.
    OtherSteps,
    /// A step is gone, is added, is cut in two, or has changed its place.
    Steps,
    /// Another leaf, of the tree too, in the place of one.
    OtherLeaf,
    /// A leaf is gone.
    Missing,
    /// The leaves are in another order.
    Order,
    /// An action names another leaf, or one that is not there.
    Index,
    /// One action more or less.
    Actions,
    /// A bit of a window.
    Window,
    /// Bytes are others, are gone or are added.
    Bytes,
    /// The account is one that has no root, and every module enabled.
    NoRoot,
}

impl Change {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unused => "compact, leaves that no action uses",
            Self::Twice => "compact, a leaf proven twice",
            Self::Again => "compact, a leaf a second time",
            Self::OtherTree => "compact, steps of another tree",
            Self::OtherSteps => "compact, steps of other leaves",
            Self::Steps => "compact, a step changed",
            Self::OtherLeaf => "compact, another leaf",
            Self::Missing => "compact, a leaf less",
            Self::Order => "compact, another order of leaves",
            Self::Index => "compact, another index",
            Self::Actions => "compact, an action more or less",
            Self::Window => "compact, another window",
            Self::Bytes => "compact, other bytes",
            Self::NoRoot => "compact, an account without root",
        }
    }

    pub const ALL: [Self; 14] = [
        Self::Unused,
        Self::Twice,
        Self::Again,
        Self::OtherTree,
        Self::OtherSteps,
        Self::Steps,
        Self::OtherLeaf,
        Self::Missing,
        Self::Order,
        Self::Index,
        Self::Actions,
        Self::Window,
        Self::Bytes,
        Self::NoRoot,
    ];
}

/// Why a request has no compact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoForm {
    /// It is none of a batch.
    NoBatch,
    /// It has no session.
    NoSession,
    /// The session key's signature has another length.
    SignatureLength,
    /// A field of a session is too large.
    LargeField,
}

impl NoForm {
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoBatch => "no batch",
            Self::NoSession => "no session",
            Self::SignatureLength => "a session key's signature of another length",
            Self::LargeField => "a field that is too large",
        }
    }
}

/// What is sent in the compact form.
pub struct Compact {
    /// Without its signature.
    pub op: UserOp,
    pub hash: B256,
    pub module_signature: Vec<u8>,
    /// What is changed, if it is one thing, and nothing else in the request.
    pub only_change: Option<Change>,
    /// Is a callSpecificData left out, which the compact form has no place for?
    pub had_specific: bool,
}

/// The compact form of the batch that a list of numbers stands for.
pub fn compact(scene: &Scene, stand_ins: &StandIns, numbers: &[u32]) -> Result<Compact, NoForm> {
    let mut choices = Choices::new(numbers);
    let (request, changed) = request(scene, &mut choices);
    let times = if changed == 0 {
        choices.pick(&[0, 1, 1, 1, 1, 2])
    } else {
        choices.pick(&[0, 0, 0, 1])
    };
    let changes: Vec<_> = (0..times).map(|_| choices.pick(&Change::ALL)).collect();
    let compact = request.compact(stand_ins, &changes, &mut choices)?;
    let only_change = match changes[..] {
        [change] if changed == 0 => Some(change),
        _ => None,
    };
    Ok(Compact {
        only_change,
        ..compact
    })
}

/// The client's encoder for the scene's sessions. It refuses some of them, and puts none twice into a payload: so it
/// encodes stand-ins, and sessions and nodes of the scene's tree, which has the same shape, take their places.
pub struct StandIns {
    tree: Tree,
    /// The scene's node for that of a stand-in.
    nodes: BTreeMap<B256, B256>,
    /// The scene's leaves.
    leaves: Vec<B256>,
}

impl StandIns {
    pub fn new(scene: &Scene) -> Self {
        // The end of its validity is its place.
        let sessions = (0..)
            .zip(&scene.leaves)
            .map(|(valid_until_secs, _)| Session {
                valid_until_secs,
                ..Session::default()
            });
        let tree = Tree::import(sessions.collect()).unwrap();
        let leaves: Vec<_> = scene.leaves.iter().map(Leaf::hash).collect();
        let [theirs, ours] =
            [tree.leaves(), &leaves].map(|leaves| levels(leaves.to_vec()).concat());
        Self {
            nodes: theirs.into_iter().zip(ours).collect(),
            tree,
            leaves,
        }
    }

    /// The other place of a leaf that is in the tree twice.
    fn copy(&self, place: usize) -> Option<usize> {
        let mut others = (0..self.leaves.len()).filter(|other| *other != place);
        others.find(|other| self.leaves[*other] == self.leaves[place])
    }

    /// The first place of its leaf: the client takes copies for that.
    fn first(&self, place: usize) -> usize {
        self.copy(place).map_or(place, |copy| copy.min(place))
    }

    /// The payload of a batch whose actions have the sessions at these places, and in which some more are proven.
    fn payload(
        &self,
        scene: &Scene,
        places: &[usize],
        more: &[usize],
        session_key_signature: &[u8],
    ) -> Option<Payload> {
        let firsts = places.iter().map(|place| self.first(*place));
        let all: Vec<_> = firsts.chain(more.to_vec()).collect();
        let mut payload = self.of_stand_ins(&all, session_key_signature)?;
        for leaf in &mut payload.leaves {
            let place = usize::try_from(leaf.until_secs).unwrap();
            *leaf = Packed::from(&scene.leaves[place]);
        }
        payload.actions.truncate(places.len());
        payload.steps = self.translated(&payload.steps);
        (!places.is_empty()).then_some(payload)
    }

    fn of_stand_ins(&self, places: &[usize], session_key_signature: &[u8]) -> Option<Payload> {
        let encoded = compact_signature(&self.tree, places, session_key_signature)?;
        Some(Payload::decode(&encoded).unwrap())
    }

    /// With the scene's nodes.
    fn translated(&self, steps: &[u8]) -> Vec<u8> {
        let mut steps = decode(steps).unwrap();
        for step in &mut steps {
            if let Step::Words(words) = step {
                for word in words {
                    *word = self.nodes[word];
                }
            }
        }
        encode(&steps)
    }
}

impl Request<'_> {
    fn compact(
        &self,
        stand_ins: &StandIns,
        changes: &[Change],
        choices: &mut Choices<'_>,
    ) -> Result<Compact, NoForm> {
        if self.entry != Entry::Router || self.is_garbage {
            return Err(NoForm::NoBatch);
        }
        let (mut op, hash, signature) = self.signed(&mut Encoder::new(choices));
        if changes.contains(&Change::NoRoot) {
            op.sender = self.scene.yes;
        }
        if signature.len() != 65 {
            return Err(NoForm::SignatureLength);
        }
        let places: Vec<_> = self.items.iter().map(|item| item.leaf).collect();
        let mut more = Vec::new();
        for change in changes {
            more.extend(self.more_leaves(*change, &places, stand_ins, choices));
        }
        let mut payload = stand_ins
            .payload(self.scene, &places, &more, &signature)
            .ok_or(NoForm::NoSession)?;
        for (item, leaf) in self.items.iter().zip(&payload.actions) {
            payload.leaves[usize::from(*leaf)] = item.packed().ok_or(NoForm::LargeField)?;
        }
        for change in changes {
            payload.change(*change, self.scene, stand_ins, choices);
        }
        let mut module_signature = payload.encode();
        let is_bytes = |change: &&Change| **change == Change::Bytes;
        for _ in 0..changes.iter().filter(is_bytes).count() + self.changes[1] {
            change_byte(&mut module_signature, payload.steps.len(), choices);
        }
        Ok(Compact {
            op,
            hash,
            module_signature,
            only_change: None,
            had_specific: self.items.iter().any(|item| !item.specific.is_empty()),
        })
    }

    /// The places of leaves that are proven beside those that actions use.
    fn more_leaves(
        &self,
        change: Change,
        places: &[usize],
        stand_ins: &StandIns,
        choices: &mut Choices<'_>,
    ) -> Vec<usize> {
        match change {
            Change::Unused => {
                let count = choices.pick(&[1, 1, 2, 40]);
                let is_odd = choices.one_in(2);
                let is_it = |leaf: &Leaf| !is_odd || matches!(leaf.grant, Grant::Odd);
                let any = |_| stand_ins.first(self.any_leaf(choices, is_it));
                (0..count).map(any).collect()
            }
            Change::Twice => {
                let copies = places.iter().filter_map(|place| {
                    let copy = stand_ins.copy(*place)?;
                    Some(copy.max(*place))
                });
                let copies: Vec<_> = copies.collect();
                let copy = (!copies.is_empty()).then(|| choices.pick(&copies));
                copy.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Item {
    /// `None` if a field does not fit.
    fn packed(&self) -> Option<Packed> {
        let secs = |word: B256| {
            let secs = U256::from_be_bytes(word.0);
            (secs <= U256::from(FOREVER_SECS)).then(|| secs.to::<u64>())
        };
        let svm = Address::from_word(self.svm);
        (svm.into_word() == self.svm).then_some(())?;
        Some(Packed {
            until_secs: secs(self.until)?,
            after_secs: secs(self.after)?,
            svm,
            data: self.data.clone(),
        })
    }
}

impl Payload {
    fn change(
        &mut self,
        change: Change,
        scene: &Scene,
        stand_ins: &StandIns,
        choices: &mut Choices<'_>,
    ) {
        let len = self.leaves.len();
        if len == 0 {
            return;
        }
        let (at, other) = (choices.below(len), choices.below(len));
        let action = choices.below(self.actions.len().max(1));
        let last = u8::try_from(len - 1).unwrap();
        let any = choices.number().to_be_bytes()[3];
        match change {
            // Elsewhere.
            Change::Unused | Change::Bytes | Change::NoRoot => {}
            Change::Twice => self.use_copies(choices),
            Change::Again => {
                self.leaves.push(self.leaves[at].clone());
                if choices.one_in(2) {
                    let uses = self.actions.iter_mut();
                    uses.filter(|leaf| usize::from(**leaf) == at)
                        .for_each(|leaf| *leaf = last + 1);
                }
            }
            Change::OtherTree | Change::OtherSteps => {
                let first = choices.below(scene.leaves.len() - len + 1);
                let places: Vec<_> = (first..first + len).collect();
                let signature = &self.session_key_signature;
                let steps = stand_ins.of_stand_ins(&places, signature).unwrap().steps;
                self.steps = if change == Change::OtherTree {
                    steps
                } else {
                    stand_ins.translated(&steps)
                };
            }
            Change::Steps => self.change_step(scene, choices),
            Change::OtherLeaf => {
                self.leaves[at] = Packed::from(&scene.leaves[choices.below(scene.leaves.len())]);
            }
            Change::Missing => {
                self.leaves.remove(at);
                for leaf in &mut self.actions {
                    let place = usize::from(*leaf);
                    *leaf = if place == at {
                        0
                    } else {
                        *leaf - u8::from(place > at)
                    };
                }
            }
            Change::Order => {
                self.leaves.swap(at, other);
                for leaf in &mut self.actions {
                    let place = usize::from(*leaf);
                    let swapped = [(at, other), (other, at)];
                    let to = swapped.iter().find(|(from, _)| *from == place);
                    *leaf = u8::try_from(to.map_or(place, |(_, to)| *to)).unwrap();
                }
            }
            Change::Index => {
                let index = choices.pick(&[0, last, last + 1, u8::MAX, any]);
                if let Some(leaf) = self.actions.get_mut(action) {
                    *leaf = index;
                }
            }
            Change::Actions => {
                if choices.one_in(2) {
                    self.actions.pop();
                } else {
                    let index = choices.pick(&[0, last + 1, u8::MAX, any]);
                    self.actions.push(index);
                }
            }
            Change::Window => {
                let leaf = &mut self.leaves[at];
                let secs = if choices.one_in(2) {
                    &mut leaf.until_secs
                } else {
                    &mut leaf.after_secs
                };
                *secs ^= 1 << choices.pick(&[47, 0, usize::from(any) % 48]);
            }
        }
    }

    /// An action in two names the other place of its leaf, if there is one.
    fn use_copies(&mut self, choices: &mut Choices<'_>) {
        for action in &mut self.actions {
            let leaf = self.leaves.get(usize::from(*action));
            let mut leaves = self.leaves.iter();
            let last = leaves.rposition(|other| Some(other) == leaf);
            if let Some(last) = last.filter(|_| choices.one_in(2)) {
                *action = u8::try_from(last).unwrap();
            }
        }
    }

    fn change_step(&mut self, scene: &Scene, choices: &mut Choices<'_>) {
        let mut steps = decode(&self.steps).unwrap();
        let len = steps.len();
        let at = choices.below(len + 1);
        let other = choices.below(len + 1);
        let any = scene.leaves[choices.below(scene.leaves.len())].hash();
        match choices.below(6) {
            0 if at < len => drop(steps.remove(at)),
            1 if at < len && other < len => steps.swap(at, other),
            // In two, which comes to the same.
            2 | 3 => {
                for at in (at..len).chain(0..at) {
                    let cut = match &mut steps[at] {
                        Step::Words(words) if words.len() > 1 => words.split_off(1),
                        _ => continue,
                    };
                    steps.insert(at + 1, Step::Words(cut));
                    break;
                }
            }
            _ => {
                let new = match choices.below(4) {
                    0 => Step::Leaf,
                    1 => Step::Join,
                    2 => Step::Words(vec![scene.root]),
                    _ => Step::Words(vec![any]),
                };
                steps.insert(at, new);
            }
        }
        self.steps = encode(&steps);
    }
}

/// Changes a byte, takes some away or adds some: where something is counted, in the steps, or anywhere.
fn change_byte(bytes: &mut Vec<u8>, steps: usize, choices: &mut Choices<'_>) {
    let len = bytes.len();
    let steps = len.saturating_sub(steps);
    let at = match choices.below(6) {
        0 => choices.pick(&[0, 1, 2, 3, TAG.len() + 65]),
        1 => choices.below(len + 1),
        // The last action, and the first steps.
        2 => (steps + choices.below(3)).saturating_sub(1),
        _ => steps + choices.below(len - steps + 1),
    }
    .min(len);
    let count = 1 + choices.below(3);
    match choices.below(8) {
        0 => drop(bytes.drain(at..(at + count).min(len))),
        1 => drop(bytes.splice(at..at, choices.fill(count))),
        2 => bytes.truncate(len - count),
        3 => bytes.extend(choices.fill(count)),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << choices.below(8);
            }
        }
    }
}
