//! Session key data from types and values in JSON.

use alloy::{
    primitives::{Address, Bytes, FixedBytes, I256, U256, address},
    sol_types::SolValue as _,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use session_keys::{
    AbiDataError, RequestError, SessionError, SessionRequest, abi_data, session_data::Erc1155Mint,
};

const KEY: Address = address!("8e09744b738e9fec4a4df7ab5621f1857f6fa175");

fn encode(types: &[&str], values: Value) -> Result<Bytes, AbiDataError> {
    let types: Vec<_> = types.iter().map(ToString::to_string).collect();
    abi_data(&types, values.as_array().unwrap())
}

/// A request with this session key data: fields of its JSON.
fn request(data: Value) -> SessionRequest {
    let mut request = json!({
        "validUntil": 0, "validAfter": 0, "sessionValidationModule": KEY.to_string(),
    });
    let fields = request.as_object_mut().unwrap();
    fields.extend(data.as_object().unwrap().clone());
    serde_json::from_value(request).unwrap()
}

#[test]
fn it_is_what_the_typed_encoder_gives() {
    let [nft, recipient] = [1, 2].map(Address::repeat_byte);
    let mint = Erc1155Mint {
        session_key: KEY,
        nft,
        recipient,
        token_id: U256::from(7),
    };
    let types = ["address", "address", "address", "uint256"];
    for id in [json!(7), json!("7"), json!("0x7"), json!("0x07")] {
        let values = json!([KEY, nft, recipient, id]);
        assert_eq!(encode(&types, values.clone()), Ok(mint.encode()));
        let request = request(json!({ "sessionKeyDataInAbi": [types, values] }));
        let session = request.session().unwrap();
        assert_eq!(session.session_key_data, mint.encode());
        let json = serde_json::to_string(&request).unwrap();
        let again: SessionRequest = serde_json::from_str(&json).unwrap();
        assert_eq!(again, request);
    }
}

proptest! {
    #[test]
    fn every_kind_of_value_is_encoded_as_solidity_does(
        number: [u8; 32], small: u16, signed: i64, flag: bool, bytes: Vec<u8>, text: String, list: Vec<u32>,
    ) {
        let number = U256::from_be_bytes(number);
        let selector = FixedBytes::<4>::from(small.to_be_bytes().repeat(2).as_slice().first_chunk().unwrap());
        let types = ["uint256", "uint16", "int64", "bool", "bytes4", "bytes", "string", "uint32[]", "(address,bytes)[2]"];
        let pair = (KEY, Bytes::from(bytes.clone()));
        let item = json!([KEY, pair.1]);
        let values = json!([
            number.to_string(), small, signed.to_string(), flag, selector, pair.1, text, list, [item, item],
        ]);
        let expected = (
            number, small, signed, flag, selector, pair.1.clone(), text, list, [pair.clone(), pair],
        );
        prop_assert_eq!(encode(&types, values).unwrap(), Bytes::from(expected.abi_encode_params()));
    }
}

#[test]
fn the_ends_of_integers() {
    let word = |number: I256| Ok(Bytes::from(number.abi_encode()));
    for (kind, value, expected) in [
        ("int8", json!(-128), Some(-128)),
        ("int8", json!("-0x80"), Some(-128)),
        ("int8", json!(127), Some(127)),
        ("int8", json!(128), None),
        ("int8", json!(-129), None),
        ("uint8", json!(255), Some(255)),
        ("uint8", json!("0x100"), None),
        ("uint8", json!(-1), None),
        ("uint8", json!("-1"), None),
        (
            "uint256",
            json!(9_007_199_254_740_991_u64),
            Some(9_007_199_254_740_991_i64),
        ),
        // 2^53 and 2^53 + 1 are the same number to JavaScript
        ("uint256", json!(9_007_199_254_740_992_u64), None),
        (
            "uint256",
            json!("9007199254740992"),
            Some(9_007_199_254_740_992_i64),
        ),
        ("int256", json!(-9_007_199_254_740_992_i64), None),
    ] {
        match (encode(&[kind], json!([value])), expected) {
            (encoded, Some(expected)) => {
                assert_eq!(
                    encoded,
                    word(I256::try_from(expected).unwrap()),
                    "{kind} {value}"
                );
            }
            (encoded, None) => {
                let text = encoded.unwrap_err().to_string();
                let begin = format!("sessionKeyDataInAbi[1][0]: expected {kind}: a number");
                assert!(text.starts_with(&begin), "{text}");
                assert!(text.ends_with(&format!("got {value}")), "{text}");
            }
        }
    }
    let most = U256::MAX;
    assert_eq!(
        encode(&["uint"], json!([most.to_string()])),
        Ok(most.abi_encode().into())
    );
    let [above, below] = ["1", "-"].map(|sign| format!("{sign}{most}"));
    assert!(encode(&["uint256"], json!([above])).is_err());
    assert!(encode(&["int256"], json!([below])).is_err());
}

#[test]
fn nothing_is_padded_cut_or_guessed() {
    let short = &KEY.to_string()[..41];
    let wrong_checksum = KEY.to_string().replace('F', "f");
    for (kind, value) in [
        ("address", json!(short)),
        ("address", json!(wrong_checksum)),
        ("address", json!(&KEY.to_string().to_lowercase()[2..])),
        ("address", json!(null)),
        ("address", json!(1)),
        ("uint256", json!("")),
        ("uint256", json!("0x")),
        ("uint256", json!("1 ether")),
        ("uint256", json!("1e18")),
        ("uint256", json!("1_000")),
        ("uint256", json!(" 1")),
        ("uint256", json!("+1")),
        ("uint256", json!(1.5)),
        ("uint256", json!(true)),
        ("uint256", json!({ "hex": "0x01" })),
        ("bool", json!("true")),
        ("bool", json!(1)),
        ("bytes4", json!("0x010203")),
        ("bytes4", json!("0x0102030405")),
        ("bytes4", json!("01020304")),
        ("bytes", json!("0x1")),
        ("bytes", json!("00")),
        ("bytes", json!("0xgg")),
        ("string", json!(1)),
        ("uint8[]", json!(1)),
        ("uint8[2]", json!([1])),
        ("uint8[2]", json!([1, 2, 3])),
        ("(uint8,bool)", json!([1])),
        ("(uint8,bool)", json!({ "a": 1, "b": true })),
    ] {
        let error = encode(&[kind], json!([value])).unwrap_err();
        let AbiDataError::Value { path, got, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((path.as_str(), got), ("[0]", &value.to_string()), "{error}");
    }
    let inside = encode(
        &["bool", "(uint8,bool[])[]"],
        json!([true, [[1, []], [2, [true, 3]]]]),
    );
    let text = inside.unwrap_err().to_string();
    assert_eq!(
        text,
        "sessionKeyDataInAbi[1][1][1][1][1]: expected true or false, got 3"
    );
}

#[test]
fn types_that_are_none() {
    let deep = "[]".repeat(1_000_000);
    for kind in [
        "",
        "adress",
        "address key",
        "uint7",
        "uint264",
        "bytes33",
        "uint256[",
        "mapping(uint256=>bool)",
        &format!("uint8{deep}"),
        &"(".repeat(1_000_000),
    ] {
        let error = encode(&["bool", kind], json!([true, []])).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("sessionKeyDataInAbi[0][1]: expected an ABI type"),
            "{text}"
        );
        assert!(text.len() < 300, "{text}");
    }
    let error = encode(&["bool", "bool"], json!([true])).unwrap_err();
    assert_eq!(
        error,
        AbiDataError::Count {
            types: 2,
            values: 1
        }
    );
}

#[test]
fn a_request_is_one_session_or_an_error() {
    let abi = json!([["address"], [KEY]]);
    let data = KEY.abi_encode();
    let hex = json!(Bytes::from(data));
    let given = request(json!({ "sessionKeyData": hex }));
    let typed = request(json!({ "sessionKeyDataInAbi": abi }));
    assert_eq!(given.session().unwrap(), typed.session().unwrap());

    let both = request(json!({ "sessionKeyData": hex, "sessionKeyDataInAbi": abi }));
    assert_eq!(both.session(), Err(RequestError::Data { got: "both" }));
    assert_eq!(
        request(json!({})).session(),
        Err(RequestError::Data { got: "neither" })
    );

    let windowed = |valid_until, valid_after| SessionRequest {
        valid_until,
        valid_after,
        ..typed.clone()
    };
    let backwards = windowed(9, 10).session();
    let window = RequestError::Window {
        valid_until_secs: 9,
        valid_after_secs: 10,
    };
    assert_eq!(backwards, Err(window));
    windowed(10, 10).session().unwrap();
    windowed(0, 10).session().unwrap();
    let blocks = windowed(1 << 47, 0).session();
    assert!(matches!(
        blocks,
        Err(RequestError::Session(
            SessionError::BlockNumberWindow { .. }
        ))
    ));
    let node = request(json!({ "sessionKeyData": format!("0x{}", "11".repeat(32)) })).session();
    assert_eq!(
        node,
        Err(RequestError::Session(SessionError::AmbiguousNode))
    );

    // a field left out or misspelt is not taken for its default
    for json in [
        json!({ "validAfter": 0, "sessionValidationModule": KEY, "sessionKeyData": "0x" }),
        json!({ "validUntil": 0, "validAfter": 0, "sessionValidationModule": KEY, "sessionKeyDataInABI": abi }),
        json!({ "validUntil": -1, "validAfter": 0, "sessionValidationModule": KEY, "sessionKeyData": "0x" }),
    ] {
        assert!(serde_json::from_value::<SessionRequest>(json).is_err());
    }
}
