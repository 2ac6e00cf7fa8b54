//! Calls by rules.

use alloy::{
    primitives::{Bytes, U256},
    sol_types::SolValue,
};
use session_keys::{
    Action,
    session_data::{AbiRule, AbiRules, Condition},
};
use world::to;

use super::{CONTRACT, Case, OTHER, also, check, longer};

#[test]
fn abi() {
    check(
        "abi",
        "IABISVM",
        "ABISV Not Execute Selector",
        |session_key| {
            let grant = |rules: &[(Condition, u64)]| AbiRules {
                session_key,
                contract: CONTRACT,
                selector: [1, 2, 3, 4].into(),
                max_value: U256::from(9),
                rules: rules
                    .iter()
                    .map(|(condition, value)| AbiRule::argument(1, *condition, *value).unwrap())
                    .collect(),
            };
            let call = |number: u64| {
                let arguments = (U256::MAX, U256::from(number)).abi_encode();
                to(CONTRACT, [&[1, 2, 3, 4], &arguments[..]].concat())
            };
            let whole = grant(&[(Condition::Equal, 5), (Condition::AtMost, 5)])
                .encode()
                .unwrap();
            let with = |action: &Action, value: u64| Action {
                value: U256::from(value),
                ..action.clone()
            };
            let mut cases = vec![
                Case(whole.clone(), call(5), None),
                Case(whole.clone(), with(&call(5), 9), None),
                // Trailing bytes are ignored.
                Case(longer(&whole), call(5), None),
                Case(whole.clone(), to(CONTRACT, longer(&call(5).data)), None),
                Case(whole.slice(..131), call(5), Some([""; 2])),
                Case(whole.slice(..61), call(5), Some([""; 2])),
            ];
            let mut wrong_method = call(5).data.to_vec();
            wrong_method[0] = 9;
            let text = "ABISV Selector Forbidden";
            also(
                &mut cases,
                &whole,
                vec![
                    (to(OTHER, call(5).data), "ABISV Destination Forbidden"),
                    (to(CONTRACT, wrong_method), text),
                    (to(CONTRACT, Bytes::new()), ""),
                    (to(CONTRACT, call(5).data.slice(..3)), ""),
                    (with(&call(5), 10), "ABISV Permitted Value Exceeded"),
                    (call(6), "ABISV Arg Rule Violated"),
                    (to(CONTRACT, call(5).data.slice(..67)), ""),
                ],
            );
            for (condition, holds) in [
                (Condition::Equal, [false, true, false]),
                (Condition::AtMost, [true, true, false]),
                (Condition::Less, [true, false, false]),
                (Condition::AtLeast, [false, true, true]),
                (Condition::More, [false, false, true]),
                (Condition::NotEqual, [true, false, true]),
            ] {
                let session = grant(&[(condition, 5)]).encode().unwrap();
                for (number, holds) in (4..).zip(holds) {
                    let text = (!holds).then_some(["ABISV Arg Rule Violated"; 2]);
                    cases.push(Case(session.clone(), call(number), text));
                }
            }
            let mut unknown = whole.to_vec();
            unknown[64] = 6;
            cases.push(Case(
                unknown.into(),
                call(5),
                Some(["ABISV Arg Rule Violated"; 2]),
            ));
            cases
        },
    );
}
