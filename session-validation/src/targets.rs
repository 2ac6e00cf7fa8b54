//! Whom actions may call (7.2-H).

use alloc::vec::Vec;

use session_core::{Address, target::is_forbidden, words::is_same_address};
use session_shell::{
    address,
    buffer::{push, with_capacity},
    outgoing::is_no_module,
};

/// The targets of one userOp.
pub(crate) struct Targets<'a> {
    account: &'a Address,
    manager: &'a Address,
    this: Address,
    /// Those that the account says are no modules of it.
    no_modules: Vec<&'a Address>,
}

impl<'a> Targets<'a> {
    /// Of so many actions.
    pub(crate) fn new(account: &'a Address, manager: &'a Address, actions: usize) -> Self {
        Self {
            account,
            manager,
            this: address(),
            no_modules: with_capacity(actions),
        }
    }

    /// May an action call it? If the rules of its session are not typed, the account is asked, once for each target.
    pub(crate) fn is_allowed(&mut self, to: &'a Address, is_typed: bool) -> bool {
        let own = [self.account, self.manager, &self.this];
        !is_forbidden(to, &own) && (is_typed || self.is_no_module(to))
    }

    fn is_no_module(&mut self, to: &'a Address) -> bool {
        let mut known = self.no_modules.iter();
        if known.any(|known| is_same_address(known, to)) {
            return true;
        }
        let is_none = is_no_module(self.account, to);
        if is_none {
            push(&mut self.no_modules, to);
        }
        is_none
    }
}
