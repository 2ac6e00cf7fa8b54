//! A refusal leaves nothing behind, and neither does a validation.

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use devnode::Receipt;
use world::abi::Token;

use crate::scene::{Answer, Kind, Scene, aa23, question, text};

/// Mints a token for the trader, and then answers.
fn mints(scene: &Scene, answer: Answer) -> Answer {
    let call = Token::mintCall {
        to: scene.job.world.trader,
        amount: U256::ONE,
    };
    Answer {
        to: scene.job.world.token_a,
        call: call.abi_encode().into(),
        ..answer
    }
}

fn loot(scene: &Scene) -> U256 {
    let world = &scene.job.world;
    world.balance_of(world.token_a, world.trader).unwrap()
}

fn transact(scene: &mut Scene, to: Address, data: Bytes) -> Receipt {
    let request = TransactionRequest::default()
        .from(scene.job.world.trader)
        .to(to)
        .gas_limit(10_000_000)
        .input(data.into());
    scene.job.world.chain.execute(request).unwrap()
}

fn what_an_svm_wrote_before_it_reverted_is_undone_and_its_text_is_told(mut scene: Scene) {
    let token = scene.job.world.token_a;
    let why = "is minted in the validation";
    scene.job.world.excused.insert(token, why);
    let no = mints(&scene, crate::scene::reverts(text("not today")));
    let yes = mints(&scene, scene.key_word());
    let (writes, refuses) = (
        scene.hostile(yes.clone(), no.clone()),
        scene.hostile(no, yes),
    );
    let [writes, refuses] = scene.grant([writes, refuses]);
    let action = scene.harmless();
    let single = scene.single(&action, &writes);
    assert_eq!(scene.refused(&single), aa23("not today"));
    let actions = vec![action.clone(); 2];
    let batch = scene.batch(&actions, &[writes.clone(), refuses]);
    assert_eq!(scene.refused(&batch), aa23("not today"));
    assert_eq!(loot(&scene), U256::ZERO);
    // It does write, where nobody refuses.
    let batch = scene.batch(&actions, &[writes.clone(), writes]);
    scene.executed(&batch);
    assert_eq!(loot(&scene), U256::from(2));
}

/// Not through the EntryPoint: the frames of the programs themselves.
fn a_program_that_reverts_undoes_what_its_callees_wrote(mut scene: Scene) {
    let yes = mints(&scene, scene.key_word());
    // 2 is no bool.
    let no_bool = mints(&scene, crate::scene::word(2));
    let writes = scene.hostile(yes, no_bool);
    let [writes] = scene.grant([writes]);
    let forbidden = world::to(scene.account, []);
    let batch = scene.batch(
        std::slice::from_ref(&forbidden),
        std::slice::from_ref(&writes),
    );
    let single = scene.single(&scene.harmless(), &writes);
    let programs = scene.job.programs;
    for (program, op) in [(programs.router, batch), (programs.manager, single)] {
        let before = scene.state();
        let data = question(&op, scene.job.world.hash(&op));
        let receipt = transact(&mut scene, program, data);
        assert!(!receipt.status());
        assert!(receipt.logs().is_empty());
        assert_eq!(scene.state(), before);
        assert_eq!(loot(&scene), U256::ZERO);
    }
}

fn a_validation_writes_nothing_whatever_it_answers(mut scene: Scene) {
    let sessions = scene.grant(scene.typed());
    let actions = scene.job.actions();
    let programs = scene.job.programs;
    let hash = |scene: &Scene, op: &_| scene.job.world.hash(op);
    let batch = scene.batch(&actions, &sessions);
    let single = scene.single(&actions[0], &sessions[0]);
    scene.signer = crate::scene::key(0x77);
    let batch_of_other = scene.batch(&actions, &sessions);
    let single_of_other = scene.single(&actions[0], &sessions[0]);
    let [one, all] = scene.approvals(&sessions);
    let questions = [
        (programs.router, question(&batch, hash(&scene, &batch))),
        (
            programs.router,
            question(&batch_of_other, hash(&scene, &batch_of_other)),
        ),
        (programs.manager, question(&single, hash(&scene, &single))),
        (
            programs.manager,
            question(&single_of_other, hash(&scene, &single_of_other)),
        ),
        (programs.manager, all),
        (programs.manager, one),
    ];
    for (program, data) in questions {
        let before = scene.state();
        let receipt = transact(&mut scene, program, data);
        assert!(receipt.status());
        assert!(receipt.logs().is_empty());
        assert_eq!(scene.state(), before);
    }
}

/// One that halts: it has no reason to give.
fn an_svm_that_burns_its_gas_is_an_empty_revert(mut scene: Scene) {
    e2e::embedded_only!("code of our choice at an address");
    let endless = Answer {
        kind: Kind::Relay,
        to: Address::ZERO,
        call: Bytes::new(),
        data: Bytes::new(),
    };
    let mut session = scene.hostile(endless.clone(), endless);
    // PUSH0 JUMP on a JUMPDEST: for ever.
    let svm = session.sessionValidationModule;
    scene
        .job
        .world
        .embedded_mut()
        .unwrap()
        .set_code(svm, Bytes::from_static(&[0x5b, 0x5f, 0x56]))
        .unwrap();
    session.sessionKeyData = vec![1; 20].into();
    let [session] = scene.grant([session]);
    let op = scene.single(&scene.harmless(), &session);
    assert_eq!(scene.refused(&op), crate::scene::AA23);
    let op = scene.batch(&[scene.harmless()], &[session]);
    assert_eq!(scene.refused(&op), crate::scene::AA23);
}

in_both_layouts! {
    what_an_svm_wrote_before_it_reverted_is_undone_and_its_text_is_told,
    a_program_that_reverts_undoes_what_its_callees_wrote,
    a_validation_writes_nothing_whatever_it_answers,
    an_svm_that_burns_its_gas_is_an_empty_revert,
}
