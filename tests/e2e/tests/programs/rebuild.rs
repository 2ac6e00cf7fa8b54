//! The programs, built again in another folder.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Mutex,
};

use crate::{
    PROGRAMS,
    sources::{crates, read, root},
};

const SCRIPT: &str = "scripts/build-programs";
/// The step that builds native code, which the bytes do not depend on: the script's own run has left it here.
const NATIVE_STEP: &str = "cargo build --quiet --locked --workspace --example create2_address\n";
/// Build scripts and macros, which run on this machine: the same in any folder.
const FOR_THIS_MACHINE: &str = "target/programs/build/release";

/// Copies what git knows or would add to a folder of its own, but for what is there already.
fn copy_sources(to: &Path) {
    let git = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(git.status.success(), "git ls-files fails");
    let paths = String::from_utf8(git.stdout).unwrap();
    for path in paths.split_terminator('\0') {
        let Ok(content) = fs::read(root().join(path)) else {
            continue; // deleted, and git does not know yet
        };
        let copy = to.join(path);
        if fs::read(&copy).ok().as_ref() != Some(&content) {
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::write(&copy, content).unwrap();
        }
    }
}

/// The folder, for one build at a time.
static FOLDER: Mutex<()> = Mutex::new(());

/// A folder with our sources and a script that finds its native program in `target` here.
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
    copy_sources(&folder);
    for name in ["account", "clock", "counter"] {
        let _ = fs::remove_file(folder.join(format!("devnode/fixtures/{name}/Stylus.toml")));
    }
    let script = read(SCRIPT);
    assert_eq!(
        script.matches(NATIVE_STEP).count(),
        1,
        "{SCRIPT} has changed"
    );
    fs::write(folder.join(SCRIPT), script.replace(NATIVE_STEP, "")).unwrap();

    // wasm-opt
    let packages = folder.join("contracts/node_modules");
    if !packages.exists() {
        std::os::unix::fs::symlink(root().join("contracts/node_modules"), packages).unwrap();
    }
    let for_this_machine = folder.join(FOR_THIS_MACHINE);
    if !for_this_machine.exists() {
        fs::create_dir_all(for_this_machine.parent().unwrap()).unwrap();
        let copy = Command::new("cp")
            .arg("-a")
            .args([root().join(FOR_THIS_MACHINE), for_this_machine])
            .status();
        assert!(
            copy.unwrap().success(),
            "{FOR_THIS_MACHINE} can not be copied"
        );
    }
    folder
}

fn build(folder: &Path) -> Output {
    let this = env::current_exe().unwrap();
    let target = this.ancestors().nth(3).unwrap();
    Command::new("bash")
        .arg(SCRIPT)
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Are they those that the tests run with?
fn is_same(folder: &Path, program: &str) -> bool {
    let file = format!("target/programs/{}.wasm", program.replace('-', "_"));
    fs::read(folder.join(file)).unwrap() == world::program(program).unwrap()
}

#[test]
fn another_folder_gives_the_same_bytes() {
    let _alone = FOLDER.lock();
    let folder = folder();
    // Ours must be built, not found.
    let clean = Command::new("cargo")
        .args([
            "clean",
            "--quiet",
            "--release",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args(["--target-dir", "target/programs/build"])
        .args(
            crates()
                .iter()
                .map(|ours| format!("--package={}", ours.name)),
        )
        .current_dir(&folder)
        .status();
    assert!(
        clean.unwrap().success(),
        "the last build can not be removed"
    );

    let build = build(&folder);
    assert!(
        build.status.success(),
        "{}",
        String::from_utf8_lossy(&build.stderr)
    );
    for (program, _) in PROGRAMS {
        assert!(
            is_same(&folder, program),
            "{program} has other bytes: if {SCRIPT} has been run, they depend on the folder"
        );
    }
}

/// What knows an SVM by its address has its rules: with other rules it must have another address.
#[test]
fn an_svm_of_other_bytes_is_refused_at_its_address() {
    const SVM: &str = "erc1155-mint";
    let _alone = FOLDER.lock();
    let folder = folder();
    let rules = folder.join("session-core/src/rules/erc1155_mint.rs");
    let text = fs::read_to_string(&rules).unwrap();
    let changed = text.replace("ERC1155MT Wrong Amount", "ERC1155MT wrong Amount");
    assert_ne!(changed, text);
    fs::write(&rules, changed).unwrap();
    let module = folder.join("target/programs/session_module.wasm");
    let _ = fs::remove_file(&module);

    let build = build(&folder);
    fs::write(&rules, text).unwrap();
    let stderr = String::from_utf8_lossy(&build.stderr);
    assert_eq!(build.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("an SVM's code has changed"), "{stderr}");
    for (program, interface) in PROGRAMS {
        if interface.ends_with("SVM") {
            assert_eq!(is_same(&folder, program), program != SVM, "{program}");
        }
    }
    assert!(!module.exists(), "nothing is built with the stale address");
    let list = "well-known/src/addresses.rs";
    assert_eq!(fs::read_to_string(folder.join(list)).unwrap(), read(list));
}
