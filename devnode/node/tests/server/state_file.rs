//! The state file: what is refused, and that it is never lost.

use std::fs;

use alloy::primitives::{B256, keccak256};
use devnode::{Devnode, DumpError, NodeConfig};
use serde_json::{Value, json};

use crate::{
    common::LATEST,
    process::{Node, fails, folder},
    state::{chain, config, reload, saved},
};

#[test]
fn another_chain_is_refused() {
    let dump = Devnode::default().dump();
    let chain_id = NodeConfig {
        chain_id: 1,
        ..config()
    };
    let arbos = NodeConfig {
        arbos_version: 60,
        ..config()
    };
    for other in [chain_id, arbos] {
        let refused = Devnode::restore(other, dump.clone());
        assert!(matches!(refused, Err(DumpError::Other { .. })));
    }
}

#[test]
fn a_damaged_file_is_refused_wherever_the_damage_is() {
    let (node, ..) = chain();
    let path = saved(&node);
    let file = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = reload(&path).expect_err("damaged");
        assert_eq!(fs::read(&path).unwrap(), bytes);
        error
    };
    for at in (0..file.len() - 1).step_by(file.len() / 300) {
        let mut flipped = file.clone();
        flipped[at] ^= 1;
        refused(&flipped);
        refused(&file[..at]);
    }
    let body = 1 + file.iter().position(|byte| *byte == b'\n').unwrap();
    let mut flipped = file.clone();
    flipped[body + 100] ^= 1;
    assert!(matches!(refused(&flipped), DumpError::Damaged(_)));
    assert!(matches!(refused(&file[..body]), DumpError::Damaged(_)));
    assert!(matches!(refused(b""), DumpError::Foreign));
    assert!(matches!(
        refused(b"{\"accounts\":{}}\n"),
        DumpError::Foreign
    ));
    assert!(matches!(refused(&[0xff; 5000]), DumpError::Foreign));
    let other = b"{\"format\":\"other state\",\"version\":1}\n";
    assert!(matches!(refused(other), DumpError::Foreign));
    let newer = b"{\"format\":\"devnode state\",\"version\":2,\"new\":true}\n";
    assert!(matches!(
        refused(newer),
        DumpError::Version { have: 2, want: 1 }
    ));
    fs::write(&path, &file).unwrap();
    assert!(reload(&path).is_ok());
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let (node, program, _) = chain();
    let path = saved(&node);
    let file = fs::read_to_string(&path).unwrap();
    let (head, body) = file.split_once('\n').unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut head: Value = serde_json::from_str(head).unwrap();
        let mut body: Value = serde_json::from_str(body).unwrap();
        change(&mut body);
        let body = body.to_string();
        head["keccak256"] = json!(keccak256(&body));
        fs::write(&path, format!("{head}\n{body}\n")).unwrap();
        reload(&path)
    };
    assert!(refused(&|_| {}).is_ok());
    let hash = node.code_hash(program, LATEST).unwrap().to_string();
    let changes: [&dyn Fn(&mut Value); 6] = [
        &|body| body["code"][&hash] = json!("0x00"),
        &|body| drop(body["code"].as_object_mut().unwrap().remove(&hash)),
        &|body| body["code"][&hash] = json!("0xef01"),
        &|body| body["head"]["header"]["number"] = json!("0xffffffffffffffff"),
        &|body| drop(body["blockHashes"].as_array_mut().unwrap().pop()),
        &|body| body["blockHashes"][0] = json!(B256::ZERO),
    ];
    for (index, change) in changes.iter().enumerate() {
        let error = refused(change).expect_err("a contradiction");
        assert!(
            matches!(error, DumpError::Contradiction(_)),
            "{index}: {error}"
        );
    }
    let unknown = refused(&|body| body["more"] = json!(1));
    assert!(matches!(unknown, Err(DumpError::Damaged(_))));
}

#[test]
fn a_failed_save_leaves_what_was_there() {
    let folder = folder();
    let taken = folder.join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("inside"), "x").unwrap();
    let dump = Devnode::default().dump();
    assert!(matches!(dump.write(&taken), Err(DumpError::Io(_))));
    assert!(matches!(
        dump.write(&folder.join("no/such/folder")),
        Err(DumpError::Io(_))
    ));
    let left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["taken"]);
}

#[cfg(unix)]
#[test]
fn a_save_goes_where_a_link_points() {
    let folder = folder();
    let (file, link) = (folder.join("file"), folder.join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    Devnode::default().dump().write(&link).unwrap();
    assert!(link.is_symlink());
    assert!(reload(&file).is_ok());
}

#[test]
fn the_binary_refuses_a_bad_file_and_keeps_it() {
    let path = folder().join("state");
    let args = ["--state", path.to_str().unwrap()];
    for bad in ["", "not a state file", "{\"accounts\":{}}"] {
        fs::write(&path, bad).unwrap();
        let (status, text) = fails(&args);
        assert_eq!(status.code(), Some(1));
        assert!(text.contains("not a state file of devnode"), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    }
    assert!(
        Node::start(&["--state", folder().join("new").to_str().unwrap()])
            .stop("-INT")
            .success()
    );
    let missing = folder().join("no/such/state");
    let (status, text) = fails(&["--state", missing.to_str().unwrap()]);
    assert_eq!(status.code(), Some(1));
    assert!(text.contains("No such file"), "{text}");
    let other = folder().join("other");
    Devnode::default().dump().write(&other).unwrap();
    let (_, text) = fails(&["--chain-id", "1", "--state", other.to_str().unwrap()]);
    assert!(text.contains("its chain id is 412346, not 1"), "{text}");
}
