// Foundry's cast.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { encodeDeployData, isAddressEqual, maxUint256 } from "viem";

import { ARB_WASM, OWNER_KEY, account, counterCode, deployToken, here, initCode, isolate, keyOf, owner, token, url, walletOf } from "./common.mjs";

const alice = account(3);
const key = keyOf(3);
const bob = account(1);
/** cast reads its configuration from the folder and the home that it runs in. */
const home = mkdtempSync(join(tmpdir(), "cast-"));
after(() => rmSync(home, { recursive: true }));

function run(args) {
  const result = spawnSync(join(here, "node_modules", ".bin", "cast"), args, {
    cwd: home,
    encoding: "utf8",
    env: { HOME: home, PATH: process.env.PATH, ETH_RPC_URL: url, NO_COLOR: "1", NO_PROXY: "*" },
    timeout: 60_000,
  });
  assert.equal(result.error, undefined);
  return result;
}
/** What a command prints, without the newline. */
function cast(...args) {
  const { status, stdout, stderr } = run(args);
  assert.equal(status, 0, `cast ${args.join(" ").slice(0, 200)}\n${stdout}${stderr}`);
  return stdout.trim();
}
const json = (...args) => JSON.parse(cast(...args, "--json"));
/** What a command that must fail complains of. */
function complaint(...args) {
  const { status, stdout, stderr } = run(args);
  assert.notEqual(status, 0, `cast ${args.join(" ").slice(0, 200)} succeeded: ${stdout}`);
  return stderr;
}
/** The first word of a number that cast annotates: `1000000 [1e6]`. */
const number = (text) => BigInt(text.split(" ")[0]);
/** Sends what must succeed. */
function send(...args) {
  const receipt = json("send", "--private-key", key, ...args);
  assert.equal(receipt.status, "0x1");
  return receipt;
}

isolate();
let address;
before(async () => {
  address = await deployToken(walletOf(alice));
});

describe("cast", () => {
  test("chain, client, gas price", () => {
    assert.equal(cast("chain-id"), "412346");
    assert.match(cast("client"), /\S/);
    assert.match(cast("block-number"), /^\d+$/);
    assert.ok(number(cast("gas-price")) > 0n);
    assert.equal(cast("base-fee"), cast("gas-price"));
    assert.equal(cast("rpc", "eth_chainId"), '"0x64aba"');
  });

  test("send value, balance, nonce", () => {
    const before = number(cast("balance", bob.address));
    const nonce = number(cast("nonce", alice.address));
    const receipt = send(bob.address, "--value", "1.5ether");
    assert.ok(isAddressEqual(receipt.from, alice.address));
    assert.equal(number(cast("balance", bob.address)) - before, 1_500_000_000_000_000_000n);
    assert.equal(number(cast("nonce", alice.address)), nonce + 1n);
    const older = cast("balance", bob.address, "--block", String(BigInt(receipt.blockNumber) - 1n));
    assert.equal(number(older), before);
    assert.match(cast("balance", "--ether", owner.address), /^\d+\.\d+$/);
  });

  test("send of an unlocked account, of Nitro's key, and without a wait", () => {
    const unlocked = json("send", "--unlocked", "--from", alice.address, bob.address, "--value", "1");
    assert.equal(unlocked.status, "0x1");
    const nitro = json("send", "--private-key", OWNER_KEY, bob.address, "--value", "1");
    assert.ok(isAddressEqual(nitro.from, owner.address));
    const legacy = json("send", "--private-key", key, "--legacy", bob.address, "--value", "1");
    assert.equal(legacy.type, "0x0");
    const hash = cast("send", "--async", "--private-key", key, bob.address, "--value", "1");
    assert.equal(json("receipt", hash).status, "0x1");
  });

  test("block, transaction, receipt", () => {
    const sent = send(address, "mint(address,uint256)", bob.address, "5");
    const block = json("block", String(BigInt(sent.blockNumber)));
    assert.equal(block.hash, sent.blockHash);
    assert.deepEqual(block.transactions, [sent.transactionHash]);
    assert.equal(json("block", sent.blockHash, "--full").transactions[0].hash, sent.transactionHash);
    assert.equal(cast("block", "latest", "--field", "hash"), sent.blockHash);
    for (const tag of ["earliest", "pending", "safe", "finalized"]) json("block", tag);
    const transaction = json("tx", sent.transactionHash);
    assert.ok(isAddressEqual(transaction.to, address));
    assert.equal(transaction.type, "0x2");
    const receipt = json("receipt", sent.transactionHash);
    assert.equal(receipt.gasUsed, sent.gasUsed);
    assert.equal(receipt.logs.length, 1);
    assert.equal(cast("receipt", sent.transactionHash, "status"), "true");
    assert.match(cast("age", "latest"), /20\d\d/);
    const found = cast("find-block", cast("block", "latest", "--field", "timestamp"));
    assert.equal(cast("block", found, "--field", "timestamp"), cast("block", "latest", "--field", "timestamp"));
  });

  test("send --create", () => {
    const code = encodeDeployData({ abi: token.abi, bytecode: token.bytecode, args: ["Cast", "CST", 9] });
    const { contractAddress } = send("--create", code);
    assert.equal(cast("call", contractAddress, "symbol()(string)"), '"CST"');
    assert.equal(cast("call", contractAddress, "decimals()(uint8)"), "9");
    assert.equal(cast("code", contractAddress).length, token.deployedBytecode.length);
    // what cast asks eth_getProof for
    assert.match(complaint("codehash", contractAddress), /-32004.*no state root/);
  });

  test("send, call, logs, storage", () => {
    const before = number(cast("call", address, "balanceOf(address)(uint256)", bob.address));
    const minted = send(address, "mint(address,uint256)", alice.address, "100");
    const sent = send(address, "transfer(address,uint256)", bob.address, "30");
    assert.equal(number(cast("call", address, "balanceOf(address)(uint256)", bob.address)) - before, 30n);
    const old = cast("call", address, "balanceOf(address)(uint256)", bob.address, "--block", String(BigInt(minted.blockNumber)));
    assert.equal(number(old), before);
    const range = ["--from-block", String(BigInt(minted.blockNumber)), "--to-block", "latest", "--address", address];
    const signature = "Transfer(address indexed,address indexed,uint256)";
    assert.equal(json("logs", ...range, signature).length, 2);
    const [log] = json("logs", ...range, signature, alice.address, bob.address);
    assert.equal(log.transactionHash, sent.transactionHash);
    assert.equal(BigInt(log.data), 30n);
    const slot = cast("index", "address", bob.address, "0");
    assert.equal(BigInt(cast("storage", address, slot)), before + 30n);
  });

  test("estimate", () => {
    assert.equal(cast("estimate", "--from", alice.address, bob.address, "--value", "1"), "21000");
    const args = [address, "mint(address,uint256)", bob.address, "1"];
    const gas = BigInt(cast("estimate", "--from", alice.address, ...args));
    const receipt = send("--gas-limit", String(gas), ...args);
    assert.ok(BigInt(receipt.gasUsed) <= gas);
    const list = cast("access-list", "--from", alice.address, ...args);
    assert.match(list, new RegExp(address, "i"));
  });

  test("says why a call reverts", () => {
    const args = [address, "transfer(address,uint256)", bob.address, String(10n ** 30n)];
    const reason = /execution reverted: ERC20: transfer amount exceeds balance/;
    assert.match(complaint("call", "--from", alice.address, ...args), reason);
    assert.match(complaint("estimate", "--from", alice.address, ...args), reason);
    assert.match(complaint("send", "--private-key", key, ...args), reason);
    const failed = json("send", "--private-key", key, "--gas-limit", "100000", ...args);
    assert.equal(failed.status, "0x0");
    assert.match(cast("receipt", failed.transactionHash), /status\s+0 \(failed\)/);
  });

  test("call with overrides", () => {
    const nowhere = "0x000000000000000000000000000000000000bEEF";
    const slot = cast("index", "address", bob.address, "0");
    const value = `0x${(77).toString(16).padStart(64, "0")}`;
    const overrides = ["--override-code", `${nowhere}:${token.deployedBytecode}`, "--override-state-diff", `${nowhere}:${slot}:${value}`];
    assert.equal(cast("call", nowhere, "balanceOf(address)(uint256)", bob.address, ...overrides), "77");
    assert.equal(cast("call", "--block.time", "12345", "--create", "0x4260005260206000f3"), value.slice(0, -4) + "3039");
  });

  test("run of an EVM transaction gives its trace", () => {
    const sent = send(address, "mint(address,uint256)", bob.address, "5");
    const trace = cast("run", "--quick", sent.transactionHash);
    assert.match(trace, new RegExp(`${address}::`, "i"));
    assert.match(trace, /emit/);
    assert.match(trace, new RegExp(`Gas used: ${BigInt(sent.gasUsed)}\\b`));
  });

  test("call --trace", () => {
    const trace = cast("call", "--trace", address, "balanceOf(address)(uint256)", bob.address);
    assert.match(trace, /staticcall|balanceOf/i);
  });

  test("test methods", () => {
    const some = "0x0000000000000000000000000000000000005151";
    cast("rpc", "anvil_setBalance", some, "0x3039");
    assert.equal(cast("balance", some), "12345");
    const block = number(cast("block-number"));
    cast("rpc", "anvil_mine", "0x2");
    assert.equal(number(cast("block-number")), block + 2n);
    assert.match(complaint("rpc", "eth_foo"), /-32601.*eth_foo/s);
  });
});

describe("cast and a Stylus program", () => {
  let counter;
  before(async () => {
    counter = json("send", "--private-key", key, "--create", initCode(counterCode())).contractAddress;
    send(ARB_WASM, "activateProgram(address)", counter, "--value", "1ether");
  });

  test("is active", () => {
    assert.equal(cast("code", counter).slice(0, 10), "0xeff00000");
    assert.equal(cast("call", ARB_WASM, "programVersion(address)(uint16)", counter), cast("call", ARB_WASM, "stylusVersion()(uint16)"));
  });

  test("send, call, estimate, logs", () => {
    const args = [counter, "setNumber(uint256)", "41"];
    const gas = cast("estimate", "--from", alice.address, ...args);
    const first = send("--gas-limit", gas, ...args);
    send(counter, "increment()");
    assert.equal(cast("call", counter, "number()(uint256)"), "42");
    assert.equal(BigInt(cast("storage", counter, "0")), 42n);
    const logs = json("logs", "--from-block", String(BigInt(first.blockNumber)), "--address", counter, "Changed(address indexed,uint256,uint256)", alice.address);
    assert.equal(logs.length, 2);
    assert.equal(BigInt(`0x${logs[1].data.slice(66)}`), 42n);
  });

  test("its error is in what cast says", () => {
    send(counter, "setNumber(uint256)", String(maxUint256));
    assert.match(complaint("call", counter, "increment()"), /execution reverted/);
    assert.match(complaint("send", "--private-key", key, counter, "increment()"), new RegExp(cast("sig", "Overflow(uint256,uint256)")));
  });

  test("its trace by debug_traceTransaction", () => {
    send(counter, "setNumber(uint256)", "1");
    const sent = send(counter, "increment()");
    const trace = JSON.parse(cast("rpc", "debug_traceTransaction", sent.transactionHash, '{"tracer":"callTracer","tracerConfig":{"withLog":true}}'));
    assert.ok(isAddressEqual(trace.to, counter));
    assert.equal(trace.gasUsed, sent.gasUsed);
    assert.equal(trace.logs.length, 1);
    assert.equal(trace.error, undefined);
    const steps = JSON.parse(cast("rpc", "debug_traceTransaction", sent.transactionHash));
    const ops = steps.structLogs.map(({ op }) => op);
    for (const op of ["SLOAD", "SSTORE", "LOG2", "CALLER"]) assert.ok(ops.includes(op), `${op} in ${ops}`);
  });

  test("run replays in cast's own EVM, which knows no Stylus, on any chain", () => {
    const sent = send(counter, "increment()");
    const { stdout } = run(["run", "--quick", sent.transactionHash]);
    assert.match(stdout, new RegExp(counter, "i"));
    assert.match(stdout, /OpcodeNotFound/);
  });
});
