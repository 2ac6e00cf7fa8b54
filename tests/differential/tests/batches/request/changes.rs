//! What is changed in a request before it is encoded.

use super::*;

impl Request<'_> {
    /// Breaks one rule of the session of one item, by as little as can be.
    pub(super) fn violate(&mut self, choices: &mut Choices<'_>) {
        let Some(at) = self.any_item(choices) else {
            return;
        };
        let leaf = self.items[at].leaf;
        let grant = &self.scene.leaves[leaf].grant;
        let (amount, max, addresses, minimum): (_, _, &[usize], _) = match grant {
            Grant::Approval(grant) => (1, grant.maxAmount, &[0], None),
            Grant::Swap(grant) => (5, grant.maxAmountIn, &[0, 1, 3, 3], Some(6)),
            Grant::Stake(grant) if grant.selector.0 == depositCall::SELECTOR => {
                (0, grant.maxAmount, &[1], None)
            }
            Grant::Stake(grant) if grant.selector.0 == supplyCall::SELECTOR => {
                (1, grant.maxAmount, &[0, 2], None)
            }
            Grant::Stake(grant) => (0, grant.maxAmount, &[], None),
            Grant::One(_) if !choices.one_in(3) => {
                let data = &mut self.data[at];
                // The selector's last byte, those of three arguments, and any.
                let any = choices.below(data.len().max(1));
                let byte = choices.pick(&[3, 35, 67, 99, any]);
                if let Some(byte) = data.get_mut(byte) {
                    *byte = byte.wrapping_add(1);
                }
                return;
            }
            _ => {
                self.to[at] = self.any_address(choices).into_word();
                return;
            }
        };
        let svm = grant.svm();
        let data = &mut self.data[at];
        let argument = |index: usize| 4 + 32 * index..36 + 32 * index;
        match choices.below(12) {
            0 => set(data, argument(amount), (max + U256::ONE).into()),
            1 => self.to[at] = self.any_address(choices).into_word(),
            2 => self.values[at] = U256::ONE.into(),
            3 => {
                let selectors = [
                    approveCall::SELECTOR,
                    exactInputSingleCall::SELECTOR,
                    stakeCall::SELECTOR,
                    depositCall::SELECTOR,
                    supplyCall::SELECTOR,
                    SwapRouter02::exactInputSingleCall::SELECTOR,
                    swapExactTokensForTokensCall::SELECTOR,
                    // increaseAllowance
                    [0x39, 0x50, 0x93, 0x51],
                ];
                let selector = choices.pick(&selectors);
                data.splice(..data.len().min(4), selector);
                if choices.one_in(4) {
                    data.truncate(choices.below(4));
                }
            }
            4 => {
                let by = choices.pick(&[1, 4, 31, 32]);
                if choices.one_in(2) {
                    data.extend(choices.fill(by));
                } else {
                    data.truncate(data.len().saturating_sub(by));
                }
            }
            5 => match choices.below(3) {
                // A dirty address, fee or price limit.
                0 | 1 => {
                    let fields = [addresses, minimum.map_or(&[], |_| &[2, 7])].concat();
                    if let Some(byte) = (!fields.is_empty())
                        .then(|| argument(choices.pick(&fields)).start)
                        .and_then(|at| data.get_mut(at + choices.below(12)))
                    {
                        *byte |= 1 << choices.below(8);
                    }
                }
                _ => set(data, argument(amount), B256::ZERO),
            },
            6 | 7 => {
                let address = self.any_address(choices).into_word();
                if !addresses.is_empty() {
                    let at_argument = argument(choices.pick(addresses));
                    set(&mut self.data[at], at_argument, address);
                }
            }
            8 | 9 => {
                if let Some(minimum) = minimum {
                    let old = data.get(argument(minimum)).map(U256::from_be_slice);
                    let less = old.unwrap_or_default().saturating_sub(U256::ONE);
                    let new = choices.pick(&[less, U256::ZERO, less >> 1]);
                    set(data, argument(minimum), new.into());
                }
            }
            10 => {
                let leaf = self.any_leaf(
                    choices,
                    |leaf| matches!(leaf.grant, Grant::Malformed(kind) if Some(kind) == svm),
                );
                self.items[at] = Item::new(leaf, &self.scene.leaves);
            }
            _ => {
                let index = choices.below(data.len() / 32 + 1);
                let old = data.get(argument(index)).map(U256::from_be_slice);
                let old = old.unwrap_or_default();
                let news = [
                    old.wrapping_add(U256::ONE),
                    old.wrapping_sub(U256::ONE),
                    U256::ZERO,
                    U256::MAX,
                    U256::ONE << choices.below(256),
                ];
                set(data, argument(index), choices.pick(&news).into());
            }
        }
    }

    /// Breaks what holds the items together.
    pub(super) fn disorder(&mut self, choices: &mut Choices<'_>) {
        let dirt = B256::from(U256::ONE << choices.pick(&[160, 48, 64, 47, 255, 161, 200]));
        match choices.below(27) {
            0..=4 | 15 if self.entry == Entry::Manager => self.other_selector(choices),
            0 => {
                let is_double = choices.one_in(2);
                for array in 0..4 {
                    self.resize(array, is_double);
                }
            }
            1 => {
                let (array, is_double) = (choices.below(4), choices.one_in(2));
                self.resize(array, is_double);
            }
            2 => {
                // The arrays are all empty, or those of the calls.
                self.to.clear();
                if !choices.one_in(4) {
                    self.values.clear();
                    self.data.clear();
                }
                if choices.one_in(2) {
                    self.items.clear();
                }
            }
            3 if self.items.len() > 1 => {
                let by = 1 + choices.below(self.items.len() - 1);
                self.items.rotate_left(by);
            }
            4 => self.manager = self.any_address(choices).into_word(),
            5 => self.signing = Signing::Other,
            6 => self.signing = Signing::OtherKey,
            7 => self.signing = Signing::Length(choices.pick(&[64, 66, 0, 1, 97])),
            8 => self.signing = Signing::V(choices.pick(&[0, 1, 26, 29, 255])),
            9 => self.signing = Signing::HighS,
            10 => self.signing = Signing::Zero,
            11 => {
                let others = [
                    Address::repeat_byte(0x99),
                    self.scene.yes,
                    self.any_address(choices),
                ];
                self.account = choices.pick(&others).into_word();
            }
            12 => self.other_selector(choices),
            13 => self.is_garbage = choices.one_in(2),
            14 => self.account |= dirt,
            15 => self.manager |= dirt,
            16 if choices.one_in(4) => self.value = 1,
            17..=19 => self.forbidden_target(choices),
            _ => {
                if let Some(at) = self.any_item(choices) {
                    self.disorder_item(at, dirt, choices);
                }
            }
        }
    }

    /// Whom no session may call is called, by a session that allows everything, or just this.
    fn forbidden_target(&mut self, choices: &mut Choices<'_>) {
        let Some(at) = self.any_item(choices) else {
            return;
        };
        let is_any = choices.one_in(2);
        let leaf = self.any_leaf(choices, |leaf| match leaf.grant {
            Grant::Any => is_any,
            Grant::Forbidden(_) => !is_any,
            _ => false,
        });
        let leaves = &self.scene.leaves;
        self.items[at] = Item::new(leaf, leaves);
        let (to, value, data) = allowed(self.scene, &leaves[leaf].grant, choices);
        let to = if is_any {
            self.any_address(choices)
        } else {
            to
        };
        (self.to[at], self.values[at], self.data[at]) = (to.into_word(), value, data);
    }

    fn disorder_item(&mut self, at: usize, dirt: B256, choices: &mut Choices<'_>) {
        let leaves = &self.scene.leaves;
        let other = choices.below(leaves.len());
        let odd = self.any_leaf(choices, |leaf| matches!(leaf.grant, Grant::Odd));
        let item = &mut self.items[at];
        match choices.below(10) {
            0 => item.proof = leaves[other].proof.clone(),
            1 => {
                let len = item.proof.len();
                match choices.below(4) {
                    0 => drop(item.proof.pop()),
                    1 => item.proof.push(dirt),
                    2 => item.proof.clear(),
                    _ if len > 0 => item.proof[choices.below(len)] ^= dirt,
                    _ => {}
                }
            }
            2 => {
                let secs = [0, 1, 1_900_000_001, (1 << 48) - 1, 1 << 47];
                let new = number(choices.pick(&secs));
                if choices.one_in(2) {
                    item.until = new;
                } else {
                    item.after = new;
                }
            }
            3 => item.svm = leaves[other].svm.into_word(),
            4 => match choices.below(3) {
                0 => item.data.extend(choices.fill(1)),
                1 => drop(item.data.pop()),
                _ => {
                    let byte = choices.below(item.data.len().max(1));
                    item.data
                        .iter_mut()
                        .skip(byte)
                        .take(1)
                        .for_each(|byte| *byte ^= 1);
                }
            },
            5 => {
                let word = match choices.below(3) {
                    0 => &mut item.until,
                    1 => &mut item.after,
                    _ => &mut item.svm,
                };
                *word |= dirt;
            }
            6 => self.to[at] |= dirt,
            _ => *item = Item::new(odd, leaves),
        }
    }

    /// Takes the last element of an array away, or doubles it.
    fn resize(&mut self, array: usize, is_double: bool) {
        fn resize<T: Clone>(list: &mut Vec<T>, is_double: bool) {
            if let Some(last) = list.pop().filter(|_| is_double) {
                list.extend([last.clone(), last]);
            }
        }
        match array {
            0 => resize(&mut self.to, is_double),
            1 => resize(&mut self.values, is_double),
            2 => resize(&mut self.data, is_double),
            _ => resize(&mut self.items, is_double),
        }
    }

    /// The account's call is another one.
    fn other_selector(&mut self, choices: &mut Choices<'_>) {
        let any = self.any_leaf(choices, |leaf| matches!(leaf.grant, Grant::Any));
        if self.entry == Entry::Manager && choices.one_in(3) && !self.items.is_empty() {
            self.items[0] = Item::new(any, &self.scene.leaves);
        }
        self.selector = choices.pick(&[
            [0xde, 0xad, 0xbe, 0xef],
            if self.entry == Entry::Manager {
                [0x00, 0x00, 0x46, 0x80]
            } else {
                [0x00, 0x00, 0x18, 0x9a]
            },
            [0, 0, 0, 0],
        ]);
    }
}

/// Overwrites a word, if it is there.
fn set(data: &mut [u8], at: std::ops::Range<usize>, word: B256) {
    if let Some(place) = data.get_mut(at) {
        place.copy_from_slice(word.as_slice());
    }
}
