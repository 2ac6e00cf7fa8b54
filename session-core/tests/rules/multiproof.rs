//! Trees, and a prover of several leaves of one: recursive, where the client's climbs from leaf to leaf.

use crate::support::Sha3;
use session_core::{
    Word,
    compact::{JOIN, LEAF},
    merkle::parent,
};

/// Levels from the leaves up, as merkletreejs builds them: a lone last node goes up as it is.
pub fn levels(leaves: &[Word]) -> Vec<Vec<Word>> {
    let mut levels = vec![leaves.to_vec()];
    while levels.last().unwrap().len() > 1 {
        let parents = levels.last().unwrap().chunks(2).map(|pair| match pair {
            [a, b] => parent(&Sha3, a, b),
            _ => pair[0],
        });
        let parents = parents.collect();
        levels.push(parents);
    }
    levels
}

/// A step, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Leaf,
    Words(Vec<Word>),
    Join,
}

pub fn encode(steps: &[Step]) -> Vec<u8> {
    let encode = |step: &Step| match step {
        Step::Leaf => vec![LEAF],
        Step::Words(words) => {
            let count = u8::try_from(words.len()).unwrap();
            [&[count][..], words.as_flattened()].concat()
        }
        Step::Join => vec![JOIN],
    };
    steps.iter().flat_map(encode).collect()
}

/// Proves the leaves at these places, which ascend.
pub fn multiproof(levels: &[Vec<Word>], places: &[usize]) -> Vec<Step> {
    let mut steps = Vec::new();
    above(levels, levels.len() - 1, 0, places, &mut steps);
    steps
}

/// Steps to the node of this height and place, which has a leaf to be proven below it.
fn above(
    levels: &[Vec<Word>],
    height: usize,
    place: usize,
    places: &[usize],
    steps: &mut Vec<Step>,
) {
    let Some(below) = height.checked_sub(1) else {
        steps.push(Step::Leaf);
        return;
    };
    let is_proven = |child: usize| places.iter().any(|place| place >> below == child);
    let children = [2 * place, 2 * place + 1];
    for child in children.into_iter().filter(|child| is_proven(*child)) {
        above(levels, below, child, places, steps);
    }
    match children.map(is_proven) {
        [true, true] => steps.push(Step::Join),
        [is_left, _] => {
            let word = levels[below].get(children[usize::from(is_left)]);
            steps.extend(word.map(|word| Step::Words(vec![*word])));
        }
    }
}
