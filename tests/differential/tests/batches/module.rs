//! The session module at the manager's address, and manager and router on another chain where all else is the same: the
//! same calldata, the same answers. The selector of callData, as solc reads it, says whose answer is due.
//!
//! 5,000 calls; `PROPTEST_CASES` counts the long run, which has two for each.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt::Write as _,
    io::{Write as _, stderr},
};

use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U192},
    sol_types::SolCall,
};
use devnode::ExecutionResult;
use differential::traps::Traps;
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, TestRunner},
};
use session_core::rules::erc1155_mint::MINT_TO;
use session_keys::{
    Session,
    session_data::{
        AbiRule, AbiRules, Bounds, Condition, Erc20Transfer, Erc1155Mint, Lane, PaymasterRule,
    },
};
use world::{A, MainJob, abi::Token};

use crate::{
    ACCEPTED, ANSWERS, EMPTY, MAX_GAS, NOT_SIGNED, describe, is_signed,
    oracle::{Answer, Decoders::*, EXECUTE_BATCH, Oracle, text},
    request::{Entry, Input, LANE, MAX_FEE_WEI, input},
    rules::Svm,
    scene::{Grant, Leaf, One, Scene},
    shown,
};

const CALLS: u32 = 5_000;

/// Texts that only these sessions bring about.
const TEXTS: [&str; 14] = [
    "ABISV Arg Rule Violated",
    "ABISV Destination Forbidden",
    "ABISV Selector Forbidden",
    "ERC20SV Wrong Recipient",
    "ERC20SV Max Amount Exceeded",
    "ERC20SV Invalid Method",
    "ERC1155MT Wrong Recipient",
    "ERC1155MT Invalid Method",
    "BND Reused Leaf",
    "BND Wrong Lane",
    "BND Max Uses",
    "BND Wrong Paymaster",
    "BND Max Fee",
    "BND Max Gas",
];

/// How the module may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Listed {
    /// It is no router for another manager, whatever that one says.
    OtherManager,
    /// A typed session may call the router: on the module's chain that is a contract like any other.
    RouterAsTarget,
}

impl Listed {
    const fn name(self) -> &'static str {
        match self {
            Self::OtherManager => "another manager is named: SR Invalid SKM",
            Self::RouterAsTarget => {
                "a typed session calls the router, which is none of the module's"
            }
        }
    }
}

#[test]
fn the_session_module_answers_as_manager_and_router() {
    let (separate, module) = (Scene::with(more_leaves), module());
    assert_eq!(separate.root, module.root);
    assert_eq!(separate.job.programs, module.job.programs);
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    config.cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config.cases.saturating_mul(2),
        None => CALLS,
    };
    let calls = config.cases;
    let table = RefCell::new(Table::default());
    let traps = Traps::watch();
    TestRunner::new(config)
        .run(&vec(any::<u32>(), 0..400), |numbers| {
            let input = input(&separate, &numbers);
            let program = due_of(&separate, &input);
            let to = match program {
                Entry::Router => separate.job.programs.router,
                _ => separate.job.programs.manager,
            };
            let (due, _) = answer(&separate, to, &input);
            let (ours, gas) = answer(&module, module.job.programs.manager, &input);
            assert_eq!(traps.count(), 0, "a trap: {}", describe(&input));
            let listed = listed(&separate, program, &input, &ours, &due);
            assert!(
                ours == due || listed.is_some(),
                "{}, but due is {}: {}",
                shown(&ours),
                shown(&due),
                describe(&input)
            );
            // Somebody who is asked may burn what it gets.
            if gas > MAX_GAS {
                let oracle = Oracle::new(&separate);
                crate::due(&oracle, &input).ok();
                assert!(oracle.has_burnt(), "{gas} gas: {}", describe(&input));
            }
            let mut table = table.borrow_mut();
            table.count(program, &ours, listed);
            table.other_decoder += u32::from(program != input.entry);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let table = table.into_inner();
    stderr()
        .write_all(table.to_string(calls).as_bytes())
        .unwrap();
    if calls >= CALLS {
        table.check(calls);
    }
}

/// The same scene, where the code of the session module is at the manager's address.
fn module() -> Scene {
    let mut scene = Scene::with(more_leaves);
    let world = &mut scene.job.world;
    let deployed = world.deploy_program("session-module").unwrap();
    let code = world.chain.code(deployed).unwrap();
    let manager = scene.job.programs.manager;
    world
        .embedded_mut()
        .unwrap()
        .set_code(manager, code)
        .unwrap();
    scene
}

/// Which of the separate programs is to say what is due.
fn due_of(scene: &Scene, input: &Input) -> Entry {
    if matches!(input.entry, Entry::Keys | Entry::Key) {
        return input.entry;
    }
    let call_data = arguments(input).and_then(|arguments| {
        let oracle = Oracle::new(scene);
        oracle.call_data(arguments).ok()
    });
    match call_data {
        Some(call_data)
            if EXECUTE_BATCH
                .iter()
                .any(|batch| call_data.starts_with(batch)) =>
        {
            Entry::Router
        }
        _ => Entry::Manager,
    }
}

fn arguments(input: &Input) -> Option<&[u8]> {
    let arguments = input.calldata.strip_prefix(&input.entry.selector()[..]);
    arguments.filter(|_| input.value == 0)
}

/// What a program answers, and the gas that it takes.
fn answer(scene: &Scene, to: Address, input: &Input) -> (Answer, u64) {
    let (result, gas) = scene.call(to, &input.calldata, input.value);
    let answer = match result {
        ExecutionResult::Success { output, .. } => Ok(B256::from_slice(&output.into_data())),
        ExecutionResult::Revert { output, .. } => Err(output),
        ExecutionResult::Halt { reason, .. } => panic!("{reason:?}: {}", describe(input)),
    };
    (answer, gas)
}

/// Is it a difference that is meant? Whether the answers differ or not, the module's is the one of that case.
fn listed(
    scene: &Scene,
    program: Entry,
    input: &Input,
    ours: &Answer,
    due: &Answer,
) -> Option<Listed> {
    if program != Entry::Router {
        return None;
    }
    let oracle = Oracle::new(scene);
    let arguments = arguments(input)?;
    let signature = oracle.module_signature(arguments).ok()?;
    let signature = oracle
        .decode_bytes::<routerSignatureCall>(&signature)
        .ok()?;
    let programs = &scene.job.programs;
    // Decoded before that, as the router does.
    oracle.sender_and_hash(arguments).ok()?;
    if signature._0 != programs.manager {
        assert_eq!(*ours, Err(text("SR Invalid SKM")), "{}", describe(input));
        return Some(Listed::OtherManager);
    }
    let call_data = oracle.call_data(arguments).ok()?;
    let batch = oracle
        .decode_bytes::<decodedBatchCall>(&call_data[4..])
        .ok()?;
    let is_target = batch._0.contains(&programs.router);
    let is_forbidden = *due == Err(text("SR Forbidden Target"));
    (is_target && is_forbidden && ours != due).then_some(Listed::RouterAsTarget)
}

/// Sessions of all our SVMs, bounded or not, and some of them twice in the tree.
fn more_leaves(job: &mut MainJob, leaves: &mut Vec<Leaf>) {
    let [abi, mint, transfer] = ["abi", "erc1155-mint", "erc20-transfer"]
        .map(|program| job.world.deploy_program(program).unwrap());
    for (svm, data, call) in [abi_rules(job), one_mint(job), one_transfer(job)]
        .into_iter()
        .zip([abi, mint, transfer])
        .map(|((data, call), svm)| (svm, data, call))
    {
        leaves.push(Leaf {
            valid_until_secs: 0,
            valid_after_secs: 0,
            svm,
            data: data.to_vec(),
            proof: Vec::new(),
            grant: Grant::One(call),
        });
    }
    let plain = leaves.clone();
    let is_good = |leaf: &&Leaf| !matches!(leaf.grant, Grant::Malformed(_) | Grant::Forbidden(_));
    for (leaf, bounds) in plain.iter().filter(is_good).zip(bounds().iter().cycle()) {
        leaves.push(bound(leaf, bounds));
    }
    // Programs that are no SVMs, the module itself among them.
    let other = plain.last().unwrap();
    for svm in [job.programs.manager, job.programs.router, job.account] {
        let none = Leaf {
            svm,
            grant: Grant::Odd,
            ..other.clone()
        };
        leaves.push(bound(&none, &bounds()[0]));
    }
    // A second time, with another proof.
    let twice = leaves.iter().filter(is_good).step_by(3).cloned();
    leaves.extend(twice.collect::<Vec<_>>());
}

/// Each holds for some userOps and not for others, but for the first.
fn bounds() -> [Bounds; 7] {
    let none = Bounds {
        lane: None,
        paymaster: PaymasterRule::Any,
        max_op_cost_wei: 0,
        max_fee_per_gas_wei: 0,
        max_gas: 0,
        serves_several_actions: false,
    };
    let several = Bounds {
        serves_several_actions: true,
        ..none
    };
    let lane = Lane {
        key: U192::from(LANE),
        max_uses: 4,
    };
    let half_of_all_gas = 1 << 31;
    [
        none,
        several,
        Bounds {
            lane: Some(lane),
            ..several
        },
        Bounds {
            paymaster: PaymasterRule::Nobody,
            ..several
        },
        Bounds {
            max_fee_per_gas_wei: MAX_FEE_WEI.into(),
            ..several
        },
        Bounds {
            max_gas: half_of_all_gas,
            ..several
        },
        Bounds {
            max_op_cost_wei: u128::from(MAX_FEE_WEI * half_of_all_gas),
            ..several
        },
    ]
}

fn bound(leaf: &Leaf, bounds: &Bounds) -> Leaf {
    let session = Session {
        svm: leaf.svm,
        session_key_data: Bytes::copy_from_slice(&leaf.data),
        ..Session::default()
    };
    let wrapped = bounds.wrap(&session).unwrap();
    Leaf {
        svm: wrapped.svm,
        data: wrapped.session_key_data.to_vec(),
        ..leaf.clone()
    }
}

fn transfer(to: Address) -> Vec<u8> {
    let amount = A;
    Token::transferCall { to, amount }.abi_encode()
}

fn abi_rules(job: &MainJob) -> (Bytes, One) {
    let (to, contract) = (job.world.trader, job.world.token_b);
    let grant = AbiRules {
        session_key: job.key.address(),
        contract,
        selector: Token::transferCall::SELECTOR.into(),
        max_value: U256::ZERO,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, to).unwrap(),
            AbiRule::argument(1, Condition::AtMost, A).unwrap(),
        ],
    };
    let data = transfer(to);
    (grant.encode().unwrap(), One { to: contract, data })
}

fn one_mint(job: &MainJob) -> (Bytes, One) {
    let (recipient, token_id) = (job.account, U256::from(7));
    let grant = Erc1155Mint {
        session_key: job.key.address(),
        nft: job.world.token_b,
        recipient,
        token_id,
    };
    let words = [recipient.into_word(), token_id.into(), U256::ONE.into()];
    let data = [&MINT_TO[..], words.concat().as_slice()].concat();
    let to = grant.nft;
    (grant.encode(), One { to, data })
}

fn one_transfer(job: &MainJob) -> (Bytes, One) {
    let (recipient, to) = (job.world.trader, job.world.token_b);
    let grant = Erc20Transfer {
        session_key: job.key.address(),
        token: to,
        recipient,
        max_amount: A,
    };
    let data = transfer(recipient);
    (grant.encode(), One { to, data })
}

/// How often which answer came, of a batch or not.
#[derive(Default)]
struct Table {
    answers: BTreeMap<(Entry, String), u32>,
    listed: BTreeMap<Listed, u32>,
    /// Calls with what is encoded for one program, and a selector of the other.
    other_decoder: u32,
}

impl Table {
    fn count(&mut self, program: Entry, answer: &Answer, listed: Option<Listed>) {
        if let Some(listed) = listed {
            *self.listed.entry(listed).or_default() += 1;
        }
        let label = match answer {
            Ok(word) if is_signed(program, *word) => ACCEPTED.into(),
            Ok(_) => NOT_SIGNED.into(),
            Err(_) => shown(answer),
        };
        *self.answers.entry((program, label)).or_default() += 1;
    }

    fn of(&self, label: &str) -> u32 {
        let answers = self.answers.iter();
        let of_label = answers.filter(|((_, other), _)| other == label);
        of_label.map(|(_, count)| count).sum()
    }

    fn to_string(&self, calls: u32) -> String {
        let mut text = String::from("\n| as | answer | calls |\n| --- | --- | ---: |\n");
        for ((program, label), count) in &self.answers {
            writeln!(text, "| {} | {label} | {count} |", program.name()).unwrap();
        }
        for (listed, count) in &self.listed {
            writeln!(text, "| listed | {} | {count} |", listed.name()).unwrap();
        }
        let percent = 100 * u64::from(self.of(ACCEPTED)) / u64::from(calls.max(1));
        let other = self.other_decoder;
        writeln!(
            text,
            "{calls} calls, {percent} % accepted, {other} read by the other decoder"
        )
        .unwrap();
        text
    }

    /// Were there enough of each?
    fn check(&self, calls: u32) {
        let accepted = self.of(ACCEPTED);
        assert!(accepted >= calls / 4, "{accepted} of {calls} accepted");
        let texts = ANSWERS.into_iter().chain(TEXTS).map(String::from);
        // Some of these are rare.
        let svms = Svm::ALL.into_iter().flat_map(Svm::texts);
        let svms = svms.filter(|_| calls > 4 * CALLS);
        // The module reads a userOp of another selector as the manager does.
        let all = texts
            .chain(svms)
            .filter(|text| text != "SR Invalid Selector");
        let missing: Vec<_> = all.filter(|answer| self.of(answer) == 0).collect();
        assert!(missing.is_empty(), "never seen: {missing:?}");
        assert_eq!(self.of("SR Invalid Selector"), 0);
        assert!(self.of(EMPTY) <= calls / 3);
        assert!(self.other_decoder > 0);
        let manager = self.listed.get(&Listed::OtherManager).copied();
        assert!((1..calls / 20).contains(&manager.unwrap_or_default()));
        let router = self.listed.get(&Listed::RouterAsTarget).copied();
        assert!(router.unwrap_or_default() <= calls / 50);
    }
}
