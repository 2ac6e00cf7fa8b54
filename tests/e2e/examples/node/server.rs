//! The server, and a client that keeps its connection.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use devnode::arbos::{ARB_WASM, ARB_WASM_CACHE, ArbWasm, ArbWasmCache};
use serde_json::{Value, json};
use session_keys::calls::{SessionKeyManager, set_merkle_root};

use crate::Failure;

/// A `devnode` of its own, which ends with this.
pub struct Server {
    child: Child,
    stream: BufReader<TcpStream>,
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Server {
    /// Starts it; also says how long it took from then until `eth_chainId` was answered.
    pub fn start(binary: &Path, options: &[&str]) -> Result<(Self, Duration), Failure> {
        let begin = Instant::now();
        let mut child = Command::new(binary)
            .args(["--port", "0", "--silent"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.split(' ').next())
            .ok_or("the server names no address")?;
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let stream = BufReader::new(stream);
        let mut server = Self { child, stream };
        server.call("eth_chainId", &json!([]))?;
        Ok((server, begin.elapsed()))
    }

    /// Calls a method over HTTP.
    pub fn call(&mut self, method: &str, params: &Value) -> Result<Value, Failure> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let body = body.to_string();
        let length = body.len();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut answer: Value = serde_json::from_slice(&self.body()?)?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}").into()),
            None => Ok(answer["result"].take()),
        }
    }

    /// The body of an answer that names its length.
    fn body(&mut self) -> Result<Vec<u8>, Failure> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err("the server hangs up".into());
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse()?;
                }
                None if line == "\r\n" => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    /// Sends a transaction of an account whose key the server has; returns its receipt.
    fn send(&mut self, transaction: Value) -> Result<Value, Failure> {
        let hash = self.call("eth_sendTransaction", &json!([transaction]))?;
        let receipt = self.call("eth_getTransactionReceipt", &json!([hash]))?;
        match receipt["status"] == "0x1" {
            true => Ok(receipt),
            false => Err(format!("transaction failed: {receipt}").into()),
        }
    }
}

/// A view of a cached program.
pub struct View {
    /// Of `eth_call`.
    pub params: Value,
    /// What it answers.
    pub answer: Value,
}

impl View {
    /// Deploys, activates and caches the manager; an account has a root, which `getSessionKeys` answers.
    pub fn deploy(server: &mut Server) -> Result<Self, Failure> {
        let accounts: Vec<Address> =
            serde_json::from_value(server.call("eth_accounts", &json!([]))?)?;
        let [account, .., owner] = accounts[..] else {
            return Err("the server has no accounts".into());
        };
        let code = devnode_meter::package(&world::program("session-key-manager")?)?;
        let code = Bytes::from(devnode_meter::init_code(&code));
        let gas = U256::from(30_000_000);
        let deployed = server.send(json!({ "from": owner, "data": code, "gas": gas }))?;
        let program: Address = serde_json::from_value(deployed["contractAddress"].clone())?;
        let activate = Bytes::from(ArbWasm::activateProgramCall { program }.abi_encode());
        let value = U256::from(10).pow(U256::from(18));
        server.send(
            json!({ "from": owner, "to": ARB_WASM, "data": activate, "value": value, "gas": gas }),
        )?;
        let cache = Bytes::from(ArbWasmCache::cacheProgramCall { addr: program }.abi_encode());
        server.send(json!({ "from": owner, "to": ARB_WASM_CACHE, "data": cache }))?;
        let root = B256::repeat_byte(0x5e);
        server.send(json!({ "from": account, "to": program, "data": set_merkle_root(root) }))?;
        let view = SessionKeyManager::getSessionKeysCall { account };
        let view = json!({ "to": program, "data": Bytes::from(view.abi_encode()) });
        Ok(Self {
            params: json!([view, "latest"]),
            answer: json!(root),
        })
    }
}
