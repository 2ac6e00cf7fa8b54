//! Memory of a process that holds a chain, and the client beside it.

use std::{env, fs, process::Command};

use crate::{
    Failure,
    client::{Client, Flow},
};

/// The argument that makes this example measure its memory.
pub const MODE: &str = "memory";
/// Transactions before the first look.
pub const FEW: u32 = 1_000;
/// And before the second.
pub const MANY: u32 = 10_000;

/// Resident bytes after [`FEW`] and after [`MANY`] handleOps, in a process of its own: what others have freed
/// does not count. `kept` is the number of blocks that are kept, or "all".
pub fn measure(kept: &str) -> Result<[u64; 2], Failure> {
    let output = Command::new(env::current_exe()?)
        .args([MODE, kept])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// That process: prints the two numbers. `kept`: see [`devnode::NodeConfig::kept_blocks`].
pub fn run(kept: Option<u64>) -> Result<(), Failure> {
    let mut client = Client::keeping(Flow::ApproveByManager, kept)?;
    let mut after = |ops| {
        client.sign_and_send(ops)?;
        resident_bytes()
    };
    let sizes = [after(FEW)?, after(MANY - FEW)?];
    println!("{sizes:?}");
    Ok(())
}

/// Bytes of memory that this process has in RAM.
fn resident_bytes() -> Result<u64, Failure> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = pages.split(' ').nth(1).ok_or("no number")?.parse()?;
    Ok(pages * 4_096)
}
