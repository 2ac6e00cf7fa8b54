//! Writes benches/results/node.md and node.json: how fast `devnode` is for those who use it, and its memory.
//!
//! `cargo run --profile host -p e2e --example node`
//!
//! Needs what `scripts/setup`, `scripts/build-contracts` and `scripts/build-programs` make; builds the server itself.

mod client;
mod memory;
mod server;
mod table;

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use client::{Client, Flow};
use server::{Server, View};
use table::{Table, mib, quantile};

/// An error of whatever kind; `Send`, as it may come from another thread.
type Failure = Box<dyn Error + Send + Sync>;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const STARTS: usize = 21;
const CALLS: usize = 5_000;
/// userOps of a round.
const OPS: u32 = 1_000;
const ROUNDS: usize = 5;

/// Of the server: what is on the chain, and the options for it.
const CHAINS: [(&str, &[&str]); 2] = [
    ("", &[]),
    (
        " with EntryPoint v0.6",
        &["--predeploy", "entry-point-v0.6"],
    ),
];

fn main() -> Result<(), Failure> {
    if let [_, mode, kept] = &env::args().collect::<Vec<_>>()[..]
        && mode == memory::MODE
    {
        return memory::run(kept.parse().ok());
    }
    let binary = build_server()?;
    let mut table = Table::new()?;
    cold_start(&mut table, &binary)?;
    view_calls(&mut table, &binary)?;
    bundles(&mut table)?;
    two_chains(&mut table)?;
    resident(&mut table)?;
    table.write(&Path::new(REPOSITORY).join("benches/results"))
}

/// Builds the server beside this example, with the same profile.
fn build_server() -> Result<PathBuf, Failure> {
    let example = env::current_exe()?;
    let folder = example.ancestors().nth(2).filter(|it| it.ends_with("host"));
    let Some((folder, target)) = folder.and_then(|folder| Some((folder, folder.parent()?))) else {
        return Err("run it with --profile host: that is what is measured".into());
    };
    let built = Command::new("cargo")
        .args(["build", "--locked", "--profile", "host", "-p", "devnode"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(REPOSITORY)
        .status()?;
    let binary = folder.join("devnode");
    if !built.success() || !binary.is_file() {
        return Err(format!("the server was not built to {}", binary.display()).into());
    }
    Ok(binary)
}

fn cold_start(table: &mut Table, binary: &Path) -> Result<(), Failure> {
    for (chain, options) in CHAINS {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            times.push(Server::start(binary, options)?.1);
        }
        let what = format!("start{chain} to the first answer over HTTP, median of {STARTS}");
        table.time(&what, quantile(&mut times, 50), "under 300 ms");
        table.time("the slowest of them", quantile(&mut times, 100), "");
    }
    Ok(())
}

fn view_calls(table: &mut Table, binary: &Path) -> Result<(), Failure> {
    for (chain, options) in CHAINS {
        let (mut server, _) = Server::start(binary, options)?;
        let view = View::deploy(&mut server)?;
        let mut times = Vec::new();
        for _ in 0..CALLS {
            let begin = Instant::now();
            let answer = server.call("eth_call", &view.params)?;
            times.push(begin.elapsed());
            if answer != view.answer {
                return Err(format!("getSessionKeys answers {answer}").into());
            }
        }
        let what = format!("`eth_call` of `getSessionKeys`{chain} over HTTP, median of {CALLS}");
        table.time(&what, quantile(&mut times, 50), "under 1 ms");
        table.time("their 99th percentile", quantile(&mut times, 99), "");
    }
    Ok(())
}

/// How long [`OPS`] userOps take: in the median of the rounds.
fn bundles(table: &mut Table) -> Result<(), Failure> {
    for flow in [Flow::ApproveByManager, Flow::ApproveByRouter, Flow::MainJob] {
        let mut client = Client::new(flow)?;
        let mut times = Vec::new();
        let mut signed_before = Vec::new();
        for _ in 0..ROUNDS {
            times.push(client.sign_and_send(OPS)?);
            let bundles = client.bundles(OPS)?;
            let begin = Instant::now();
            client.send(bundles)?;
            signed_before.push(begin.elapsed());
        }
        let target = match flow {
            Flow::MainJob => "reported",
            _ => "at least 300",
        };
        let rate = f64::from(OPS) / quantile(&mut times, 50).as_secs_f64();
        table.rate(&format!("{flow}: handleOps a second"), rate, target);
        let rate = f64::from(OPS) / quantile(&mut signed_before, 50).as_secs_f64();
        table.rate("the same, signed beforehand", rate, "");
    }
    Ok(())
}

/// One chain in each of two threads.
fn two_chains(table: &mut Table) -> Result<(), Failure> {
    let mut clients = [
        Client::new(Flow::ApproveByManager)?,
        Client::new(Flow::ApproveByManager)?,
    ];
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        thread::scope(|scope| {
            let threads = clients.each_mut();
            let threads = threads.map(|client| scope.spawn(|| client.sign_and_send(OPS)));
            threads.into_iter().try_for_each(|thread| {
                let done = thread.join().map_err(|_| "a thread panicked")?;
                done.map(drop)
            })
        })?;
        times.push(begin.elapsed());
    }
    let rate = f64::from(2 * OPS) / quantile(&mut times, 50).as_secs_f64();
    let what = format!(
        "two chains in two threads, {}: together",
        Flow::ApproveByManager
    );
    table.rate(&what, rate, "");
    Ok(())
}

fn resident(table: &mut Table) -> Result<(), Failure> {
    for (kept, what) in [
        ("1024", "the last 1,024 blocks kept"),
        ("all", "all blocks kept"),
    ] {
        let [first, last] = memory::measure(kept)?;
        let (few, many) = (memory::FEW, memory::MANY);
        let target = if kept == "all" { "" } else { "flat" };
        table.row(
            &format!("resident after {few} / {many} handleOps, {what}"),
            &format!("{} / {}", mib(first), mib(last)),
            serde_json::json!([first, last]),
            target,
        );
        let each = last.saturating_sub(first) / u64::from(many - few);
        table.row(
            "of that a transaction",
            &format!("{each} bytes"),
            each.into(),
            "",
        );
    }
    Ok(())
}
