//! The table, and what it says of the machine.

use std::{fs, path::Path, process::Command, thread, time::Duration};

use serde::Serialize;
use serde_json::{Value, json};

use crate::Failure;

/// How it is measured.
const HOW: &str = "A start is one of a process: from there to the answer of `eth_chainId`, on a port of its own; the binary
is in the page cache, but for the first perhaps. `eth_call` is of `session-key-manager`, cached on the chain, by one client that keeps its
connection. userOps are signed by the session key with the client library, each under a tree of 2^10 sessions, and sent
in an `eth_sendTransaction` of handleOps of their own to a chain in the same process (`devnode::rpc::Connection`), which
mines it; then the receipt is fetched and must say that the userOp succeeded. One thread unless it says otherwise; all
five programs are cached; 5 rounds of 1,000, and the number is that of the median round. Memory is that of a process
that holds such a chain and such a client.
";

/// Rows, as they will be shown and as numbers.
pub struct Table {
    machine: Machine,
    text: String,
    rows: Vec<Value>,
}

/// Where and when.
#[derive(Serialize)]
struct Machine {
    cores: usize,
    cpu: String,
    /// Processes that ran or waited, in the mean of a minute, as the kernel says it.
    load: String,
    date: String,
}

impl Machine {
    fn new() -> Result<Self, Failure> {
        let cpus = fs::read_to_string("/proc/cpuinfo")?;
        let cpu = cpus
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let load = fs::read_to_string("/proc/loadavg")?;
        let date = Command::new("date").args(["-u", "+%F"]).output()?;
        Ok(Self {
            cores: thread::available_parallelism()?.get(),
            cpu: cpu.map_or("unknown CPU", |(_, name)| name).into(),
            load: load.split(' ').next().unwrap_or_default().into(),
            date: String::from_utf8(date.stdout)?.trim().into(),
        })
    }
}

impl Table {
    /// An empty one. Looks at the machine: its load counts before the measurements add to it.
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            machine: Machine::new()?,
            text: String::new(),
            rows: Vec::new(),
        })
    }

    /// A row: `shown` for the table, `value` for the JSON.
    pub fn row(&mut self, what: &str, shown: &str, value: Value, target: &str) {
        eprintln!("{what}: {shown}");
        self.text += &format!("| {what} | {shown} | {target} |\n");
        self.rows
            .push(json!({ "what": what, "value": value, "target": target }));
    }

    /// A row of a time, in milliseconds.
    pub fn time(&mut self, what: &str, time: Duration, target: &str) {
        let ms = time.as_secs_f64() * 1e3;
        self.row(what, &format!("{ms:.2} ms"), json!(ms), target);
    }

    /// A row of a number a second.
    pub fn rate(&mut self, what: &str, rate: f64, target: &str) {
        self.row(what, &format!("{rate:.0}"), json!(rate), target);
    }

    /// Writes node.md and node.json to a folder, and prints the former.
    pub fn write(self, folder: &Path) -> Result<(), Failure> {
        let Machine {
            cores,
            cpu,
            load,
            date,
        } = &self.machine;
        let rows = &self.text;
        let text = format!(
            "# devnode in numbers\n\n\
             Made by `cargo run --profile host -p e2e --example node`, profile `host`, on {date}; {cores} cores ({cpu}), load\n\
             {load} at the beginning.\n\n{HOW}\n\
             | what | measured | target |\n| --- | ---: | --- |\n{rows}"
        );
        let json = json!({ "machine": self.machine, "rows": self.rows });
        fs::write(folder.join("node.md"), &text)?;
        fs::write(folder.join("node.json"), format!("{json:#}\n"))?;
        print!("{text}");
        Ok(())
    }
}

/// The time that `percent` of them don't exceed.
pub fn quantile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let index = (times.len() * percent / 100).min(times.len() - 1);
    times[index]
}

/// Bytes in MiB.
pub fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
