//! A running `devnode`, and plain clients of it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Longer than anything takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is killed when the test ends.
pub struct Node {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: PathBuf,
    /// All lines of stdout up to the address.
    pub banner: Vec<String>,
    pub address: SocketAddr,
}

/// The command, on a free port if none is named.
pub fn devnode(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devnode"));
    if !args.contains(&"--port") {
        command.args(["--port", "0"]);
    }
    command.args(args);
    command
}

/// A folder of its own that does not exist yet.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("server-{}-{next}", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&path).expect("a folder");
    path
}

/// Runs it to its end, which it must come to by itself: exit status and stderr.
pub fn fails(args: &[&str]) -> (ExitStatus, String) {
    let stderr = folder().join("stderr");
    let mut child = devnode(args)
        .stdout(Stdio::null())
        .stderr(fs::File::create(&stderr).expect("a file"))
        .spawn()
        .expect("it starts");
    let status = end(&mut child);
    (status, fs::read_to_string(stderr).expect("text"))
}

/// Waits for the end of a process.
fn end(child: &mut Child) -> ExitStatus {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    _ = child.kill();
    panic!("it does not stop");
}

impl Node {
    pub fn start(args: &[&str]) -> Self {
        let stderr = folder().join("stderr");
        let mut child = devnode(args)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&stderr).expect("a file"))
            .spawn()
            .expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut banner = Vec::new();
        let address = loop {
            let mut line = String::new();
            let bytes = stdout.read_line(&mut line).expect("text");
            assert!(
                bytes > 0,
                "no address: {}",
                fs::read_to_string(&stderr).unwrap()
            );
            let address = line.strip_prefix("listening on http://").map(|rest| {
                let (address, _) = rest.split_once(' ').expect("two addresses");
                address.parse().expect("an address")
            });
            banner.push(line);
            if let Some(address) = address {
                break address;
            }
        };
        Self {
            child,
            stdout,
            stderr,
            banner,
            address,
        }
    }

    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).expect("text")
    }

    /// What else it prints to stdout until it ends.
    pub fn rest(&mut self) -> String {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).expect("text");
        text
    }

    /// Sends a signal and waits for the end.
    pub fn stop(&mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args([signal, &pid]).status();
        assert!(kill.expect("kill").success());
        end(&mut self.child)
    }

    /// An HTTP request: status, head and body of the answer.
    pub fn http(&self, head: &str, body: &[u8]) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let host = self.address;
        let length = body.len();
        let head = format!(
            "{head}\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        _ = stream.write_all(body); // the answer to what is too large comes before its end
        let mut answer = Vec::new();
        _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        let status = head[9..12].parse().expect("a status");
        (status, head.to_ascii_lowercase(), body.into())
    }

    /// A POST of JSON, or of what should be JSON.
    pub fn post(&self, body: impl AsRef<[u8]>) -> Value {
        let (_, _, answer) = self.http("POST / HTTP/1.1", body.as_ref());
        serde_json::from_str(&answer).expect("JSON")
    }

    /// The result of a method.
    pub fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.post(request(method, params));
        assert_eq!(answer["error"], Value::Null, "{method}");
        answer["result"].clone()
    }

    /// The receipt of a transaction that succeeds.
    pub fn send(&self, transaction: Value) -> Value {
        let hash = self.call("eth_sendTransaction", json!([transaction]));
        let receipt = self.call("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(receipt["status"], "0x1");
        receipt
    }

    pub fn ws(&self) -> Ws {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let url = format!("ws://{}", self.address);
        let (socket, _) = tungstenite::client(url, stream).expect("a WebSocket");
        Ws(socket)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub fn request(method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// A WebSocket client.
pub struct Ws(pub WebSocket<TcpStream>);

impl Ws {
    pub fn send(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).expect("sent");
    }

    pub fn next(&mut self) -> Value {
        match self.0.read().expect("a message") {
            Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("{other:?}"),
        }
    }

    /// The result of a method.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.send(request(method, params));
        let answer = self.next();
        assert_eq!(answer["error"], Value::Null, "{method}");
        answer["result"].clone()
    }

    /// Is there nothing to read for a moment?
    pub fn is_quiet(&mut self) -> bool {
        let moment = Duration::from_millis(200);
        self.0
            .get_ref()
            .set_read_timeout(Some(moment))
            .expect("set");
        let read = self.0.read();
        self.0
            .get_ref()
            .set_read_timeout(Some(PATIENCE))
            .expect("set");
        matches!(read, Err(tungstenite::Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}
