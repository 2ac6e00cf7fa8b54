//! What is measured.

use std::fmt;

/// One row: who allows what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scenario {
    /// Who allows it, and how.
    pub by: By,
    /// What the userOp does.
    pub job: Job,
}

/// Who allows a userOp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The account's owner, through the ECDSA module: the floor.
    Owner,
    /// A session key, by our programs.
    Ours {
        /// Which of them.
        layout: Layout,
        /// What checks the actions.
        rules: Rules,
        /// Of the module signature.
        encoding: Encoding,
        /// Of the tree, which has `2^height` leaves.
        height: u32,
        /// What a call of a program costs.
        mode: Mode,
    },
    /// A session key, by the Solidity programs of `@biconomy-devx/account-contracts-v2`: manager, router, and ERC20 module for
    /// transfers and approvals. It has no modules for swap and stake: these are our oracles (contracts/reference).
    Solidity {
        /// Of the module signature.
        encoding: Encoding,
        /// Of the tree.
        height: u32,
    },
    /// The owner of an ERC-7579 account (Nexus), through our stand-in of a validator: the floor of Smart Sessions.
    NexusOwner,
    /// A session key of that account, by SmartSession, with the cheapest policy and validator that there can be.
    SmartSessions,
}

impl By {
    /// What a call of a program costs; without programs it is all the same.
    pub const fn mode(self) -> Mode {
        match self {
            Self::Ours { mode, .. } => mode,
            Self::Owner | Self::Solidity { .. } | Self::NexusOwner | Self::SmartSessions => {
                Mode::Uncached
            }
        }
    }

    /// Of the module signature; canonical, where there is but one.
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::Ours { encoding, .. } | Self::Solidity { encoding, .. } => encoding,
            Self::Owner | Self::NexusOwner | Self::SmartSessions => Encoding::Canonical,
        }
    }

    /// What is measured of it.
    pub fn jobs(self) -> impl Iterator<Item = Job> {
        let is_owner = matches!(self, Self::Owner | Self::NexusOwner);
        let has_rules = matches!(
            self,
            Self::SmartSessions
                | Self::Ours {
                    rules: Rules::Generic,
                    ..
                }
        );
        // its contracts are on the other account's chain only
        let has_main_job = !matches!(self, Self::NexusOwner | Self::SmartSessions);
        Job::ALL.into_iter().filter(move |job| match job {
            Job::MainJob => has_main_job,
            Job::Ruled => has_rules,
            Job::Single => self.encoding() != Encoding::Compact,
            Job::Grant => !is_owner && self.encoding() == Encoding::Canonical,
            _ => true,
        })
    }
}

/// Which of our programs validate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// `session-key-manager` and `batched-session-router`, each with the rules of our SVMs in process.
    Separate,
    /// `session-module`: manager, router and rules at one address.
    Module,
}

impl Layout {
    /// All that are measured.
    pub const ALL: [Self; 2] = [Self::Separate, Self::Module];

    /// What it takes.
    pub const fn encodings(self) -> &'static [Encoding] {
        match self {
            Self::Separate => &Encoding::ABI,
            Self::Module => &[Encoding::Canonical, Encoding::Dense, Encoding::Compact],
        }
    }
}

/// What checks the actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rules {
    /// `erc20-transfer`, `erc20-approval`, `dex-swap` and `erc20-stake`.
    Typed,
    /// The same inside `bounded`, in a lane.
    Bounded,
    /// `abi`: rules on arguments; the account is asked about every target.
    Generic,
}

impl Rules {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Typed, Self::Bounded, Self::Generic];
}

/// How the module signature is encoded: one for the client's [`session_keys::Encoding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// As the reference's clients do.
    Canonical,
    /// Equal values once, nothing padded: every ABI decoder takes it.
    Dense,
    /// Of a batch: each session once, all proven together, packed. The sessions of a flow stand together in the tree.
    Compact,
}

impl Encoding {
    /// Those that every program takes which reads the ABI.
    pub const ABI: [Self; 2] = [Self::Canonical, Self::Dense];

    /// As the client calls it.
    pub(crate) const fn of_client(self) -> session_keys::Encoding {
        match self {
            Self::Canonical => session_keys::Encoding::Canonical,
            Self::Dense => session_keys::Encoding::Dense,
            Self::Compact => session_keys::Encoding::Compact,
        }
    }
}

/// What a call of a program costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// All programs are in the chain's cache (ArbOS 51).
    Cached,
    /// None is: every call pays for the program's start (ArbOS 51).
    Uncached,
    /// None is, under ArbOS 60: what was called before in the block counts as cached.
    Uncached60,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cached, Self::Uncached, Self::Uncached60];
}

/// What a userOp does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// One ERC-20 transfer (`execute`), through the manager.
    Single,
    /// The same, held against [`MORE_RULES`] more rules of `abi`, or policies of Smart Sessions.
    Ruled,
    /// So many transfers under one session (`executeBatch`), through the router.
    Transfers(usize),
    /// Approve, swap, stake with the peers' minimal contracts, under three sessions, through the router.
    Flow,
    /// Approve, swap (Uniswap V3), deposit (ERC-4626), under three sessions, through the router.
    MainJob,
    /// The owner replaces what is granted by sessions for approve, swap and stake: a new root, of any number of sessions; or one
    /// session of Smart Sessions with these actions.
    Grant,
}

/// How many more rules [`Job::Ruled`] has.
pub const MORE_RULES: u8 = 4;

impl Job {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Single,
        Self::Ruled,
        Self::Transfers(1),
        Self::Transfers(2),
        Self::Transfers(4),
        Self::Transfers(8),
        Self::Transfers(16),
        Self::Flow,
        Self::MainJob,
        Self::Grant,
    ];
}

/// The row's key in the snapshot: it never changes its meaning.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.by, self.job)
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner => f.write_str("owner"),
            Self::Ours {
                layout,
                rules,
                encoding,
                height,
                mode,
            } => write!(f, "{layout}, {rules}, {encoding}, 2^{height}, {mode}"),
            Self::Solidity { encoding, height } => write!(f, "Solidity, {encoding}, 2^{height}"),
            Self::NexusOwner => f.write_str("Nexus, owner"),
            Self::SmartSessions => f.write_str("Smart Sessions, Sudo"),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Separate => "separate",
            Self::Module => "module",
        })
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Typed => "typed",
            Self::Bounded => "bounded",
            Self::Generic => "generic",
        })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canonical => "canonical",
            Self::Dense => "dense",
            Self::Compact => "compact",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cached => "cached",
            Self::Uncached => "uncached",
            Self::Uncached60 => "uncached (ArbOS 60)",
        })
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single => f.write_str("1 transfer"),
            Self::Ruled => write!(f, "1 transfer, {MORE_RULES} more rules"),
            Self::Transfers(1) => f.write_str("batch of 1 transfer"),
            Self::Transfers(many) => write!(f, "batch of {many} transfers"),
            Self::Flow => f.write_str("approve, swap, stake"),
            Self::MainJob => f.write_str("approve, Uniswap V3, ERC-4626"),
            Self::Grant => f.write_str("grant"),
        }
    }
}
