//! Sizes, and their snapshot in benches/results/programs.json. `UPDATE_SNAPSHOTS=1` writes it.

use std::{collections::BTreeMap, env, fs};

use serde::{Deserialize, Serialize};

use crate::{
    PROGRAMS,
    module::Module,
    sources::{read, root},
};

const SNAPSHOT: &str = "benches/results/programs.json";
/// Most bytes as deployed. Manager and router hold the rules of all SVMs, the session module is both.
const fn max_code_bytes(program: &str) -> usize {
    match program.as_bytes() {
        b"session-module" => 12_288,
        b"session-key-manager" | b"batched-session-router" => 9_472,
        _ => 8_192,
    }
}

const MAX_DATA_SECTION_BYTES: usize = 1_024;

/// What a program weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Size {
    /// As deployed: compressed, with prefix.
    code_bytes: usize,
    data_section_bytes: usize,
    functions: u32,
}

impl Size {
    fn of(program: &str) -> Self {
        let code = devnode_meter::package(&world::program(program).unwrap()).unwrap();
        let module = Module::of(program);
        Self {
            code_bytes: code.len(),
            data_section_bytes: module.data_section_bytes,
            functions: module.functions,
        }
    }

    /// Is no number more than 0.5 % above that of the snapshot?
    fn is_within(&self, snapshot: &Self) -> bool {
        let is_within = |now: usize, then: usize| now * 200 <= then * 201;
        is_within(self.code_bytes, snapshot.code_bytes)
            && is_within(self.data_section_bytes, snapshot.data_section_bytes)
            && is_within(self.functions as usize, snapshot.functions as usize)
    }
}

#[test]
fn programs_keep_within_their_limits() {
    for (program, _) in PROGRAMS {
        let size = Size::of(program);
        assert!(
            size.code_bytes <= max_code_bytes(program),
            "{program}: {size:?}"
        );
        assert!(
            size.data_section_bytes <= MAX_DATA_SECTION_BYTES,
            "{program}: {size:?}"
        );
    }
}

#[test]
fn programs_do_not_grow_unnoticed() {
    let sizes = PROGRAMS.map(|(program, _)| (String::from(program), Size::of(program)));
    let sizes = BTreeMap::from(sizes);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let json = serde_json::to_string_pretty(&sizes).unwrap();
        fs::write(root().join(SNAPSHOT), json + "\n").unwrap();
    }
    let snapshot: BTreeMap<String, Size> = serde_json::from_str(&read(SNAPSHOT)).unwrap();
    assert!(
        sizes.keys().eq(snapshot.keys()),
        "{SNAPSHOT} has other programs"
    );
    for (program, size) in &sizes {
        let then = &snapshot[program];
        assert!(
            size.is_within(then),
            "{program} has grown: {size:?}, not {then:?}. If that is meant: UPDATE_SNAPSHOTS=1"
        );
    }
}

#[test]
fn growth_of_any_number_is_seen() {
    let then = Size {
        code_bytes: 4_000,
        data_section_bytes: 400,
        functions: 40,
    };
    assert!(then.is_within(&then));
    assert!(
        Size {
            code_bytes: 4_020,
            ..then
        }
        .is_within(&then)
    );
    assert!(
        !Size {
            code_bytes: 4_021,
            ..then
        }
        .is_within(&then)
    );
    assert!(
        !Size {
            data_section_bytes: 403,
            ..then
        }
        .is_within(&then)
    );
    assert!(
        !Size {
            functions: 41,
            ..then
        }
        .is_within(&then)
    );
}
