//! The programs, built again in another folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    PROGRAMS,
    sources::{crates, read, root},
};

const SCRIPT: &str = "scripts/build-programs";
/// The step that builds native code, which the bytes do not depend on.
const NATIVE_STEP: &str = "[ \"$mode\" = --clippy ] || check_addresses\n";
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

#[test]
fn another_folder_gives_the_same_bytes() {
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

    let build = Command::new("bash")
        .arg(SCRIPT)
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        build.status.success(),
        "{}",
        String::from_utf8_lossy(&build.stderr)
    );
    for (program, _) in PROGRAMS {
        let file = format!("target/programs/{}.wasm", program.replace('-', "_"));
        let again = fs::read(folder.join(&file)).unwrap();
        let is_same = again == world::program(program).unwrap();
        assert!(
            is_same,
            "{file} has other bytes: if {SCRIPT} has been run, they depend on the folder"
        );
    }
}
