//! contracts/interfaces beside the programs.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolValue,
};
use serde_json::Value;
use world::artefact;

use crate::{
    PROGRAMS,
    calls::{End, address, calldata, calls, job, more_calls, run},
    module::Module,
    sources::{read, rust},
};

/// A function of an interface, by solc.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) selector: [u8; 4],
    /// Types of what it returns.
    pub(crate) returns: Vec<String>,
    mutability: String,
}

/// The functions of an interface, by signature.
pub(crate) fn functions(interface: &str) -> BTreeMap<String, Function> {
    let artefact = artefact(interface).unwrap();
    let of_abi: BTreeMap<_, _> = items(&artefact.abi, "function")
        .map(|item| (signature(item), item))
        .collect();
    assert!(of_abi.keys().eq(artefact.method_identifiers.keys()));
    let identifiers = artefact.method_identifiers.into_iter();
    identifiers
        .map(|(signature, selector)| {
            let item = of_abi[&signature];
            let returns = list(item, "outputs").iter().map(type_of).collect();
            let mutability = text(item, "stateMutability").into();
            let selector = hex::decode_to_array(selector).unwrap();
            (
                signature,
                Function {
                    selector,
                    returns,
                    mutability,
                },
            )
        })
        .collect()
}

fn items<'a>(abi: &'a Value, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    abi.as_array()
        .unwrap()
        .iter()
        .filter(move |item| item["type"] == kind)
}

fn list<'a>(item: &'a Value, field: &str) -> &'a [Value] {
    item[field].as_array().unwrap()
}

fn text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap()
}

fn signature(item: &Value) -> String {
    let types: Vec<_> = list(item, "inputs").iter().map(type_of).collect();
    format!("{}({})", text(item, "name"), types.join(","))
}

fn type_of(parameter: &Value) -> String {
    let name = text(parameter, "type");
    let Some(array) = name.strip_prefix("tuple") else {
        return name.into();
    };
    let types: Vec<_> = list(parameter, "components").iter().map(type_of).collect();
    format!("({}){array}", types.join(","))
}

/// Is it an encoding of these types, as solc makes it?
pub(crate) fn fits(types: &[String], answer: &[u8]) -> bool {
    let types: Vec<_> = types.iter().map(String::as_str).collect();
    match (types.as_slice(), answer.len()) {
        ([], len) => len == 0,
        (["string"], _) => {
            String::abi_decode_validate(answer).is_ok_and(|text| text.abi_encode() == answer)
        }
        ([word], 32) => match *word {
            "bytes32" | "uint256" => true,
            "bytes4" => answer[4..] == [0; 28],
            "address" => answer[..12] == [0; 12],
            "bool" => answer[..31] == [0; 31] && answer[31] <= 1,
            other => panic!("{other} is not known here"),
        },
        _ => false,
    }
}

#[test]
fn an_interface_has_the_functions_of_the_programs_dispatch_table() {
    for (program, interface) in PROGRAMS {
        let functions = functions(interface);
        let table = Module::of(program).interface;
        let signatures: BTreeSet<_> = table.iter().cloned().collect();
        assert_eq!(signatures.len(), table.len(), "{program}");
        assert_eq!(signatures, functions.keys().cloned().collect(), "{program}");
        for (signature, function) in functions {
            assert_eq!(keccak256(&signature)[..4], function.selector, "{signature}");
            assert_ne!(function.mutability, "payable", "{signature}");
        }
    }
}

#[test]
fn every_function_answers_as_its_interface_says() {
    let job = job();
    e2e::traces_only!(job.world.chain);
    for (program, interface) in PROGRAMS {
        let (functions, calls) = (functions(interface), calls(&job, program));
        assert!(
            functions.keys().eq(calls.keys()),
            "{program}: a function without a call in calls.rs, or a call without a function"
        );
        for (signature, call) in calls.into_iter().chain(more_calls(&job, program)) {
            let function = &functions[signature];
            if let End::Answer(answer) = &call.end {
                assert!(fits(&function.returns, answer), "{signature}");
            }
            let calldata = calldata(function, &call.arguments);
            let (end, _) = run(&job.world, address(&job, program), U256::ZERO, calldata);
            assert_eq!(end, call.end, "{program}: {signature}");
        }
    }
}

/// Values of an event's parameters, by name.
fn value(name: &str, account: Address, root: B256, data: &[u8]) -> Parameter {
    match name {
        "account" => Parameter::Word(account.into_word()),
        "root" => Parameter::Word(root),
        "data" => Parameter::Bytes(data.to_vec()),
        _ => panic!("{name} is not known here"),
    }
}

enum Parameter {
    Word(B256),
    Bytes(Vec<u8>),
}

/// Topics and data of a log, as the interface has the event.
fn log(event: &Value, value: impl Fn(&str) -> Parameter) -> (Vec<B256>, Bytes) {
    let mut topics = vec![keccak256(signature(event))];
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    let (indexed, rest): (Vec<_>, Vec<_>) = list(event, "inputs")
        .iter()
        .partition(|input| input["indexed"] == true);
    for input in indexed {
        match value(text(input, "name")) {
            Parameter::Word(word) => topics.push(word),
            Parameter::Bytes(_) => panic!("bytes are not indexed here"),
        }
    }
    for input in &rest {
        match value(text(input, "name")) {
            Parameter::Word(word) => head.extend(word),
            Parameter::Bytes(bytes) => {
                head.extend(U256::from(rest.len() * 32 + tail.len()).to_be_bytes::<32>());
                tail.extend(&bytes.abi_encode()[32..]);
            }
        }
    }
    (topics, [head, tail].concat().into())
}

#[test]
fn logs_are_the_interfaces_events() {
    for (program, interface) in [
        ("session-key-manager", "ISessionKeyManager"),
        ("session-module", "ISessionModule"),
    ] {
        logs_are_events(program, interface);
    }
}

fn logs_are_events(program: &str, interface: &str) {
    let mut job = job();
    let abi = artefact(interface).unwrap().abi;
    let events: BTreeMap<_, _> = items(&abi, "event")
        .map(|event| (text(event, "name"), event))
        .collect();
    assert_eq!(
        events.keys().copied().collect::<Vec<_>>(),
        ["MerkleRootUpdated", "SessionsPublished"]
    );

    let functions = functions(interface);
    let sender = job.world.trader;
    let manager = address(&job, program);
    let (first, second, published) = (B256::repeat_byte(1), B256::repeat_byte(2), vec![3; 45]);
    let expect = |name, root| log(events[name], |field| value(field, sender, root, &published));
    let calls = [
        (
            "setMerkleRoot(bytes32)",
            first.abi_encode(),
            vec![expect("MerkleRootUpdated", first)],
        ),
        (
            "setMerkleRootIf(bytes32,bytes32,bytes)",
            (first, second, Bytes::from(published.clone())).abi_encode_params(),
            vec![
                expect("MerkleRootUpdated", second),
                expect("SessionsPublished", second),
            ],
        ),
    ];
    for (signature, arguments, expected) in calls {
        let input = Bytes::from(calldata(&functions[signature], &arguments));
        let request = TransactionRequest::default()
            .from(sender)
            .to(manager)
            .input(input.into());
        let receipt = job.world.chain.execute(request).unwrap();
        assert!(receipt.status(), "{signature}");
        let logs = receipt.logs().iter().map(|log| {
            assert_eq!(log.address(), manager);
            (log.topics().to_vec(), log.data().data.clone())
        });
        assert_eq!(logs.collect::<Vec<_>>(), expected, "{signature}");
    }
}

#[test]
fn only_what_has_roots_has_events_and_no_program_has_custom_errors() {
    for (program, interface) in PROGRAMS {
        let abi = artefact(interface).unwrap().abi;
        let logs = Module::of(program)
            .imports
            .iter()
            .any(|(_, name)| name == "emit_log");
        assert_eq!(logs, items(&abi, "event").next().is_some(), "{program}");
        assert!(items(&abi, "error").next().is_none(), "{program}");
    }
}

/// Our SVMs but for `bounded`.
const WITH_RULES: [&str; 6] = [
    "IABISVM",
    "IDexSwapSVM",
    "IERC1155MintSVM",
    "IERC20ApprovalSVM",
    "IERC20StakeSVM",
    "IERC20TransferSVM",
];

/// The texts of `Error(string)` that an interface's documentation has in quotes.
pub(crate) fn texts(interface: &str) -> BTreeSet<String> {
    let source = read(format!("contracts/interfaces/{interface}.sol"));
    let comments: Vec<_> = source
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("///"))
        .map(str::trim)
        .collect();
    let mut texts: BTreeSet<_> = comments
        .join(" ")
        .split('"')
        .skip(1)
        .step_by(2)
        .map(String::from)
        .collect();
    // `bounded` looks at no signature: the SVM inside does.
    if source.contains(" is ISessionValidationModule ") && interface != "IBoundedSVM" {
        texts.extend(self::texts("ISessionValidationModule"));
    }
    // They have the rules of our SVMs.
    if [
        "IBatchedSessionRouter",
        "ISessionKeyManager",
        "ISessionModule",
    ]
    .contains(&interface)
    {
        for svm in WITH_RULES {
            texts.extend(self::texts(svm));
        }
    }
    texts
}

const SIGNATURE: &str = "session-core/src/signature.rs";
const PROOF: &str = "session-core/src/proof.rs";
const ROOT: &str = "session-validation/src/root.rs";
const ROUTER: &str = "batched-session-router/src/";
const SINGLE: &str = "session-validation/src/single.rs";
const BATCH: [&str; 2] = [
    "session-core/src/execution.rs",
    "session-validation/src/batch.rs",
];
/// Of `bounded`, too.
const RULES: &str = "session-core/src/rules/";

/// In what files a program's texts are: paths, or how they begin.
fn files_of(program: &str) -> Vec<String> {
    let [lengths, batch] = BATCH;
    let rules = |name: &str| format!("{RULES}{name}.rs");
    let files: &[&str] = match program {
        "batched-session-router" => &[lengths, batch, ROUTER, RULES, SIGNATURE],
        "session-key-manager" => &[PROOF, ROOT, RULES, SIGNATURE, SINGLE],
        "session-module" => &[lengths, batch, PROOF, ROOT, RULES, SIGNATURE, SINGLE],
        "bounded" => &[&rules("bounded"), "svms/bounded/src/"],
        svm => &[&rules(&svm.replace('-', "_")), SIGNATURE],
    };
    files.iter().map(ToString::to_string).collect()
}

/// Texts in these files that a program has no way to.
const NEVER: [(&str, &str); 2] = [
    // One action.
    ("bounded", "BND Reused Leaf"),
    ("session-key-manager", "BND Reused Leaf"),
];

/// All texts that any program may revert with, by file.
fn texts_in_sources() -> BTreeMap<String, BTreeSet<String>> {
    let folders = [
        "session-core",
        "session-shell",
        "session-validation",
        "session-key-manager",
        "session-module",
        "batched-session-router",
        "svms/bounded",
    ];
    let files = folders.iter().flat_map(|folder| rust(folder));
    let texts = |source: String| -> BTreeSet<String> {
        let texts = source.split("reject!(\"").skip(1);
        let texts = texts.filter_map(|rest| rest.split('"').next());
        texts.map(String::from).collect()
    };
    let files = files.map(|(path, source)| (path, texts(source)));
    files.filter(|(_, texts)| !texts.is_empty()).collect()
}

#[test]
fn an_interface_names_the_texts_of_the_program() {
    let sources = texts_in_sources();
    let mut unused: BTreeSet<_> = sources.keys().collect();
    for (program, interface) in PROGRAMS {
        let files = files_of(program);
        let is_of_program = |path: &str| files.iter().any(|file| path.starts_with(file));
        let of_program = sources.iter().filter(|(path, _)| is_of_program(path));
        let mut due: BTreeSet<_> = of_program.flat_map(|(_, texts)| texts.clone()).collect();
        for (_, text) in NEVER.iter().filter(|(other, _)| *other == program) {
            assert!(due.remove(*text), "{program}: {text}");
        }
        assert_eq!(texts(interface), due, "{program}");
        unused.retain(|path| !is_of_program(path));
    }
    assert!(unused.is_empty(), "texts of no program: {unused:?}");
}
