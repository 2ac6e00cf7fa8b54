//! The repository's sources.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads a file of the repository.
pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// From the repository's root.
    pub(crate) folder: String,
}

/// All crates of the workspace, by its manifest.
pub(crate) fn crates() -> Vec<Crate> {
    let manifest = read("Cargo.toml");
    let (_, members) = manifest.split_once("members = [").unwrap();
    let (members, _) = members.split_once(']').unwrap();
    let folders = members.split('"').skip(1).step_by(2).map(String::from);
    folders
        .map(|folder| Crate {
            name: name(&folder),
            folder,
        })
        .collect()
}

fn name(folder: &str) -> String {
    let manifest = read(format!("{folder}/Cargo.toml"));
    let (_, name) = manifest.split_once("name = \"").unwrap();
    name.split('"').next().unwrap().into()
}

/// The crates of our programs, by name. Devnode's fixtures and the templates are not ours to release.
pub(crate) fn program_crates() -> Vec<Crate> {
    let mut crates = crates();
    crates.retain(|Crate { folder, .. }| {
        !folder.starts_with("devnode/")
            && !folder.starts_with("templates/")
            && root().join(folder).join("Stylus.toml").exists()
    });
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    crates
}

/// The Rust files of a crate's `src`, by path from the repository's root.
pub(crate) fn rust(folder: &str) -> BTreeMap<String, String> {
    fn collect(folder: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                collect(&path, files);
            } else if path.ends_with(".rs") {
                let text = read(&path);
                files.insert(path, text);
            }
        }
    }
    let mut files = BTreeMap::new();
    collect(&format!("{folder}/src"), &mut files);
    files
}

/// The only file of what is compiled to programs with unsafe code.
const HOST: &str = "session-shell/src/host.rs";

/// Lines of code with `word`: as a whole word, not in a line of comment.
fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let lines = text.lines().zip(1..).filter(|(line, _)| {
        !line.trim_start().starts_with("//")
            && line.split(|char| !is_word(char)).any(|part| part == word)
    });
    lines.map(|(_, number)| number).collect()
}

#[test]
fn unsafe_code_is_found() {
    for code in [
        "unsafe { f() }",
        "    #[unsafe(no_mangle)]",
        "pub unsafe extern \"C\" fn f() {}",
    ] {
        assert_eq!(lines_with(code, "unsafe"), [1], "{code}");
    }
    for code in [
        "// unsafe",
        "    /// is unsafe",
        "#![forbid(unsafe_code)]",
        "let unsafely = 1;",
    ] {
        assert!(lines_with(code, "unsafe").is_empty(), "{code}");
    }
}

#[test]
fn unsafe_code_is_in_one_short_file() {
    let folders = program_crates().into_iter().map(|program| program.folder);
    let libraries = [
        "session-shell",
        "session-core",
        "session-validation",
        "well-known",
    ]
    .map(String::from);
    let mut with_unsafe = Vec::new();
    for folder in folders.chain(libraries) {
        for (path, text) in rust(&folder) {
            if !lines_with(&text, "unsafe").is_empty() {
                with_unsafe.push(path);
            }
        }
    }
    assert_eq!(with_unsafe, [HOST]);
    assert!(read(HOST).lines().count() <= 150);
}

#[test]
fn every_crate_refuses_unsafe_code_elsewhere() {
    let manifest = read("Cargo.toml");
    assert!(manifest.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    for Crate { name, folder } in crates() {
        let manifest = read(format!("{folder}/Cargo.toml"));
        let forbids = manifest.contains("[lints]\nworkspace = true\n")
            || manifest.contains("[lints.rust]\nunsafe_code = \"forbid\"\n");
        let denies = manifest.contains("[lints.rust]\nunsafe_code = \"deny\"\n");
        assert!(forbids || denies, "{name}");
        for (path, text) in rust(&folder) {
            let may_allow = path == HOST || folder.starts_with("devnode/fixtures/");
            for number in lines_with(&text, "unsafe_code") {
                let line = text.lines().nth(number - 1).unwrap();
                let refuses =
                    line.contains("forbid(unsafe_code)") || line.contains("deny(unsafe_code)");
                assert!(refuses || may_allow, "{path}:{number}: {line}");
            }
        }
    }
}
