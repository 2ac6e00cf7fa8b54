//! Requests, batches and answers of JSON-RPC 2.0.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{ErrorObject, Rpc};

/// Most requests in a batch, as in geth.
const BATCH_LIMIT: usize = 1_000;
/// Once the answers of a batch have this many bytes, the rest of it is refused, as in geth.
const ANSWERS_LIMIT: usize = 25_000_000;

/// An answer: a result or an error.
#[derive(Debug, Serialize)]
struct Response {
    jsonrpc: &'static str,
    id: Value,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Result(Value),
    Error(ErrorObject),
}

impl Response {
    fn new(id: Value, result: Result<Value, ErrorObject>) -> Self {
        Self {
            jsonrpc: "2.0",
            id,
            outcome: match result {
                Ok(result) => Outcome::Result(result),
                Err(error) => Outcome::Error(error),
            },
        }
    }
}

/// Answers what a client sent; `None` if that were notifications only.
pub(super) fn answer(rpc: &mut Rpc, body: &[u8]) -> Option<Vec<u8>> {
    // serde_json stops at 128 levels of nesting, so neither this nor dropping the value recurses far
    match serde_json::from_slice(body) {
        Err(error) => write(&Response::new(Value::Null, Err(ErrorObject::parse(&error)))),
        Ok(Value::Array(requests)) => match requests.len() {
            0 => write(&refusal(Value::Null, "empty batch")),
            1..=BATCH_LIMIT => batch(rpc, requests),
            _ => write(&refusal(Value::Null, "batch too large")),
        },
        Ok(request) => write(&single(request, |method, params| rpc.call(method, params))?),
    }
}

/// Answers request by request.
fn batch(rpc: &mut Rpc, requests: Vec<Value>) -> Option<Vec<u8>> {
    let mut answers = Vec::new();
    for request in requests {
        let full = answers.len() > ANSWERS_LIMIT;
        let answer = single(request, |method, params| match full {
            true => Err(ErrorObject::too_large()),
            false => rpc.call(method, params),
        });
        if let Some(answer) = answer {
            answers.push(if answers.is_empty() { b'[' } else { b',' });
            answers.extend(write(&answer)?);
        }
    }
    (!answers.is_empty()).then(|| {
        answers.push(b']');
        answers
    })
}

/// Answers a request with what `call` says; `None` if it is a notification.
fn single(
    request: Value,
    call: impl FnOnce(&str, Value) -> Result<Value, ErrorObject>,
) -> Option<Response> {
    let Value::Object(mut request) = request else {
        return Some(refusal(Value::Null, "not an object"));
    };
    let id = match request.remove("id") {
        None => None,
        Some(id @ (Value::Null | Value::Number(_) | Value::String(_))) => Some(id),
        Some(_) => {
            let why = "id is neither a number nor a string";
            return Some(refusal(Value::Null, why));
        }
    };
    let (method, params) = match parts(request) {
        Ok(parts) => parts,
        Err(why) => return Some(refusal(id.unwrap_or(Value::Null), why)),
    };
    let result = call(&method, params);
    Some(Response::new(id?, result))
}

/// Method and parameters.
fn parts(mut request: Map<String, Value>) -> Result<(String, Value), &'static str> {
    if request
        .remove("jsonrpc")
        .is_none_or(|version| version != "2.0")
    {
        return Err("jsonrpc is not \"2.0\"");
    }
    let Some(Value::String(method)) = request.remove("method") else {
        return Err("method is not a string");
    };
    match request.remove("params").unwrap_or_default() {
        params @ (Value::Null | Value::Array(_) | Value::Object(_)) => Ok((method, params)),
        _ => Err("params is neither an array nor an object"),
    }
}

fn refusal(id: Value, why: &'static str) -> Response {
    Response::new(id, Err(ErrorObject::invalid_request(why)))
}

fn write(answer: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(answer).ok() // strings, numbers and maps with string keys: nothing can fail
}
