//! What is encoded.

use differential::calldata::{Choices, Node};
use session_core::execution;

use crate::WORD;

pub fn any_word(choices: &mut Choices<'_>) -> Node {
    Node::number(choices, WORD)
}

pub fn any_address(choices: &mut Choices<'_>) -> Node {
    Node::number(choices, 20)
}

pub fn any_secs(choices: &mut Choices<'_>) -> Node {
    Node::number(choices, 6)
}

/// The first five fields of a session, and the bytes that follow them.
pub fn session_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![
        any_secs(choices),
        any_secs(choices),
        any_address(choices),
        Node::bytes(choices),
        Node::array(choices, 4, any_word),
        Node::bytes(choices),
    ]
}

pub fn any_session(choices: &mut Choices<'_>) -> Node {
    Node::Tuple(session_fields(choices))
}

pub fn router_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![
        any_address(choices),
        Node::array(choices, 4, any_session),
        Node::bytes(choices),
    ]
}

pub fn execute_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![
        any_address(choices),
        any_word(choices),
        Node::bytes(choices),
    ]
}

pub fn batch_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    // Rarely they are empty, or differ in length.
    let len = choices.pick(&[1, 2, 3, 4, 1, 2, 3, 0]);
    let to = if choices.one_in(16) {
        choices.below(5)
    } else {
        len
    };
    vec![
        Node::array_of(choices, to, any_address),
        Node::array_of(choices, len, any_word),
        Node::array_of(choices, len, Node::bytes),
    ]
}

pub fn user_op_with(choices: &mut Choices<'_>, call_data: Node, signature: Node) -> Node {
    let mut fields = vec![
        any_address(choices),
        any_word(choices),
        Node::bytes(choices),
        call_data,
    ];
    fields.extend((0..5).map(|_| any_word(choices)));
    fields.extend([Node::bytes(choices), signature]);
    Node::Tuple(fields)
}

pub fn user_op_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let (call_data, signature) = (Node::bytes(choices), Node::bytes(choices));
    vec![
        user_op_with(choices, call_data, signature),
        any_word(choices),
    ]
}

pub fn signed_user_op(
    choices: &mut Choices<'_>,
    call_data: Node,
    module_signature: Node,
) -> Vec<Node> {
    let signature = Node::Encoded(Vec::new(), vec![module_signature, any_address(choices)]);
    vec![
        user_op_with(choices, call_data, signature),
        any_word(choices),
    ]
}

pub fn module_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let (call_data, signature) = (Node::bytes(choices), Node::bytes(choices));
    signed_user_op(choices, call_data, signature)
}

pub fn manager_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let (call_data, signature) = (Node::bytes(choices), session_fields(choices));
    signed_user_op(choices, call_data, Node::Encoded(Vec::new(), signature))
}

pub fn batch_user_op_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let call_data = Node::Encoded(execution::EXECUTE_BATCH.to_vec(), batch_fields(choices));
    let signature = router_fields(choices);
    signed_user_op(choices, call_data, Node::Encoded(Vec::new(), signature))
}

pub fn session_key_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let mut fields = session_fields(choices);
    fields.pop();
    fields.insert(0, any_address(choices));
    fields
}

pub fn session_keys_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![any_address(choices), Node::array(choices, 5, any_session)]
}

pub fn svm_user_op_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let mut fields = user_op_fields(choices);
    fields.extend([Node::bytes(choices), Node::bytes(choices)]);
    fields
}

pub fn svm_params_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let mut fields = execute_fields(choices);
    fields.extend([Node::bytes(choices), Node::bytes(choices)]);
    fields
}
