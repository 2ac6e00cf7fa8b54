//! The session module at the manager's address, and manager and router on another chain where all else is the same: the
//! same calldata, the same answers. The selector of callData, as solc reads it, says whose answer is due. Every batch that
//! has a compact form is sent in that too.
//!
//! 5,000 calls; `PROPTEST_CASES` counts the long run, which has two for each.

mod compact;
mod leaves;
mod table;

use std::{
    cell::RefCell,
    io::{Write as _, stderr},
};

use differential::{
    cases::{self, CALLS},
    traps::Traps,
};

use self::{
    compact::Sides,
    leaves::more_leaves,
    table::{Listed, Table},
};
use crate::{
    MAX_GAS, NUMBERS, answer, describe,
    oracle::{Answer, Decoders::*, EXECUTE_BATCH, Oracle, text},
    request::{
        Entry, Input,
        compact::{StandIns, compact},
        input,
    },
    scene::Scene,
    shown,
};

#[test]
fn the_session_module_answers_as_manager_and_router() {
    let (separate, module) = (Scene::with(more_leaves), module());
    assert_eq!(separate.root, module.root);
    assert_eq!(separate.job.programs, module.job.programs);
    let stand_ins = StandIns::new(&separate);
    let calls = cases::calls();
    let table = RefCell::new(Table::default());
    let traps = Traps::watch();
    cases::run("session-module", calls, NUMBERS, |numbers| {
        let input = input(&separate, numbers);
        let program = due_of(&separate, &input);
        let (due, _) = answer(
            &separate,
            program.program(&separate),
            &input.calldata,
            input.value,
        );
        let at_module = module.job.programs.manager;
        let (ours, gas) = answer(&module, at_module, &input.calldata, input.value);
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
        match compact(&separate, &stand_ins, numbers) {
            Ok(compact) => {
                let (separate, module) = (&separate, &module);
                let (answer, listed) = Sides {
                    separate,
                    module,
                    compact: &compact,
                }
                .compare();
                table.count_compact(&compact, &answer, listed);
            }
            Err(no_form) => table.count_no_form(no_form),
        }
        assert_eq!(traps.count(), 0, "a trap: {}", describe(&input));
    });
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
    // Decoded before that, as the router does.
    oracle.sender_and_hash(arguments).ok()?;
    if signature._0 != scene.job.programs.manager {
        assert_eq!(*ours, Err(text("SR Invalid SKM")), "{}", describe(input));
        return Some(Listed::OtherManager);
    }
    let call_data = oracle.call_data(arguments).ok()?;
    let is_listed = ours != due && is_router_target(scene, &call_data, due);
    is_listed.then_some(Listed::RouterAsTarget)
}

/// Is the router's answer that it may not be called?
fn is_router_target(scene: &Scene, call_data: &[u8], due: &Answer) -> bool {
    let batch = Oracle::new(scene).decode_bytes::<decodedBatchCall>(&call_data[4..]);
    let router = scene.job.programs.router;
    *due == Err(text("SR Forbidden Target")) && batch.is_ok_and(|batch| batch._0.contains(&router))
}
