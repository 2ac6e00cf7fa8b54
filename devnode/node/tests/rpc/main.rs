//! The JSON-RPC methods, as clients call them: through alloy's provider in process, and with
//! requests by hand.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod blocks;
mod calls;
mod controls;
mod debug;
mod errors;
mod examples;
mod filters;
mod fuzz;
mod node;
mod provider;
mod subscriptions;

use devnode::{
    Devnode,
    rpc::{ErrorObject, Rpc},
};
use serde_json::Value;

fn rpc() -> Rpc {
    Rpc::new(Devnode::default())
}

/// A chain that mines when it is told to.
fn manual() -> Rpc {
    Rpc::new(common::manual())
}

/// What a method answers.
fn ask(rpc: &mut Rpc, method: &str, params: Value) -> Value {
    rpc.call(method, params)
        .unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// Why a method refuses.
fn refused(rpc: &mut Rpc, method: &str, params: Value) -> ErrorObject {
    match rpc.call(method, params) {
        Err(error) => error,
        Ok(answer) => panic!("{method}: {answer}"),
    }
}

/// The answer to a message.
fn send(rpc: &mut Rpc, body: &[u8]) -> Option<Value> {
    let answer = rpc.handle(body)?;
    Some(serde_json::from_slice(&answer).expect("JSON"))
}
