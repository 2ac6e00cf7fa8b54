// cargo-stylus checks, deploys, activates and caches our programs: scripts/test-cargo-stylus. It is given the WASM of
// scripts/build-programs, which has the same bytes everywhere; what it builds itself in a program's folder has not.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";

import { formatEther, getAddress, isAddressEqual, keccak256, parseAbi, parseEventLogs, toFunctionSelector as selectorOf } from "viem";

import { account, arbWasm, client, control, failure, here, isolate, keyOf, mined, url, walletOf } from "./common.mjs";

const root = join(here, "..", "..");
const tool = join(root, "target", "tools", "bin", "cargo-stylus");
// in a program's folder, `check` would build that program too
const cwd = join(root, "client");
const key = ["--private-key", keyOf(1)];
const wallet = walletOf(account(1));
const program = (name) => ["--wasm-file", join(root, "target", "programs", `${name}.wasm`)];

const CACHE_MANAGER = "0x2F8Bd4EaB69764c105aDd7dE7CB0402557a44E6f";
const ARB_WASM_CACHE = "0x0000000000000000000000000000000000000072";
const arbWasmCache = parseAbi(["function codehashIsCached(bytes32 codehash) view returns (bool)"]);
const svm = parseAbi(["function EXECUTE_SELECTOR() view returns (bytes4)"]);

/** Runs it as `cargo stylus ...` does: exit status and all that it says. */
function run(...args) {
  const { status, stdout, stderr, error } = spawnSync(tool, ["stylus", ...args, "--endpoint", url], { cwd, encoding: "utf8", timeout: 120_000 });
  assert.ifError(error);
  return { status, said: stripVTControlCharacters(stdout + stderr) };
}

/** What it says when all goes well. */
function stylus(...args) {
  const { status, said } = run(...args);
  assert.equal(status, 0, `${args[0]}: ${said}`);
  return said;
}

/** What it says when it fails. */
function complaint(...args) {
  const { status, said } = run(...args);
  assert.equal(status, 1, `${args[0]}: ${said}`);
  return said;
}

/** The first group of a pattern that must be there. */
function found(said, pattern) {
  assert.match(said, pattern);
  return pattern.exec(said)[1];
}

const executeSelector = (address) => client.readContract({ address, abi: svm, functionName: "EXECUTE_SELECTOR" });
const isCached = (codehash) => client.readContract({ address: ARB_WASM_CACHE, abi: arbWasmCache, functionName: "codehashIsCached", args: [codehash] });

isolate();

describe("cargo stylus", () => {
  const approval = program("erc20_approval");
  const stake = program("erc20_stake");
  let size;
  let fee;
  let address;
  let waiting;

  test("check says how large a program is and what its activation costs", () => {
    const said = stylus("check", ...approval);
    size = Number(found(said, /contract size: .*\((\d+) bytes\)/));
    fee = Number(found(said, /wasm data fee: .*\(originally (0\.\d+) ETH/));
    assert.ok(fee > 0);
  });

  test("deploy deploys and activates it", async () => {
    const said = stylus("deploy", "--no-verify", ...approval, ...key);
    address = getAddress(found(said, /deployed code at address: (0x\w{40})/));
    const code = await client.getCode({ address });
    assert.equal(code.slice(0, 10), "0xeff00000");
    assert.equal(code.length / 2 - 1, size);
    const { logs } = await mined(`0x${found(said, /successfully activated contract 0x\w{40} with tx "(\w{64})"/)}`);
    const [{ args }] = parseEventLogs({ abi: arbWasm, logs });
    assert.ok(isAddressEqual(args.program, address));
    assert.equal(args.codehash, keccak256(code));
    // told with six digits
    assert.ok(Math.abs(Number(formatEther(args.dataFee)) - fee) < 2e-6, `${formatEther(args.dataFee)}, told ${fee}`);
    assert.equal(await executeSelector(address), "0xb61d27f6");
  });

  test("check and deploy know that its code is active", async () => {
    assert.doesNotMatch(stylus("check", ...approval), /data fee/);
    const said = stylus("deploy", "--no-verify", ...approval, ...key);
    assert.match(said, /wasm already activated!/);
    const second = getAddress(found(said, /deployed code at address: (0x\w{40})/));
    assert.notEqual(second, address);
    assert.equal(await executeSelector(second), "0xb61d27f6");
  });

  test("deploy --no-activate leaves that to activate", async () => {
    const said = stylus("deploy", "--no-verify", "--no-activate", ...stake, ...key);
    assert.match(said, /You must activate the stylus contract/);
    waiting = getAddress(found(said, /deployed code at address: (0x\w{40})/));
    await failure(executeSelector(waiting));
    assert.match(complaint("cache", "bid", waiting, "0", ...key), /not yet activated/);

    const gas = Number(found(stylus("activate", "--estimate-gas", "--address", waiting, ...key), /activation tx gas: (\d+)/));
    const { gasUsed } = await mined(`0x${found(stylus("activate", "--address", waiting, ...key), /with tx "(\w{64})"/)}`);
    assert.ok(gasUsed <= gas && gasUsed > 1_659_168n, `${gasUsed} of ${gas}`);
    assert.equal(await executeSelector(waiting), "0xb61d27f6");
    assert.match(complaint("activate", "--address", waiting, ...key), new RegExp(`code 3: execution reverted.*${selectorOf("ProgramUpToDate()")}`));
  });

  test("cache bids for a place in the cache", async () => {
    const codehash = keccak256(await client.getCode({ address }));
    const status = stylus("cache", "status", "--address", address);
    assert.match(status, new RegExp(`Cache manager address: ${CACHE_MANAGER}`, "i"));
    assert.match(status, /Cache manager status: "active"/);
    assert.match(status, /Queue size: 0 B/);
    assert.match(status, /"is not yet cached"/);
    assert.match(stylus("cache", "suggest-bid", address), /: 0 wei/);
    assert.equal(await isCached(codehash), false);
    const hash = found(stylus("cache", "bid", address, "5", ...key), /cache bid tx with hash: (0x\w{64})/);
    const receipt = await mined(hash);
    assert.ok(isAddressEqual(receipt.to, CACHE_MANAGER));
    assert.equal(await client.getBalance({ address: CACHE_MANAGER }), 5n);
    assert.equal(await isCached(codehash), true);
    const after = stylus("cache", "status", "--address", address);
    assert.match(after, /"is cached"/);
    assert.doesNotMatch(after, /Queue size: 0 B/);
    assert.match(complaint("cache", "bid", address, "5", ...key), /already cached/);
    assert.match(stylus("cache", "status", "--address", waiting), /"is not yet cached"/);
  });

  test("codehash-keepalive is too soon, and later lacks the fee, which the tool does not send", async () => {
    const codehash = keccak256(await client.getCode({ address }));
    const keepalive = () => complaint("codehash-keepalive", "--codehash", codehash, ...key);
    assert.match(keepalive(), new RegExp(selectorOf("ProgramKeepaliveTooSoon(uint64)")));
    await control.increaseTime({ seconds: 32 * 86_400 });
    await control.mine({ blocks: 1 });
    assert.match(keepalive(), new RegExp(selectorOf("ProgramInsufficientValue(uint256,uint256)")));
  });

  test("trace and simulate want Nitro's own tracer", async () => {
    const transactionHash = await wallet.sendTransaction({ to: address, data: selectorOf("EXECUTE_SELECTOR()") });
    for (const native of [[], ["--use-native-tracer"]]) {
      assert.match(complaint("trace", "--tx", transactionHash, ...native), /-32004: not a tracer of this node/);
      assert.match(complaint("simulate", "--to", address, ...native), /-32004: not a tracer of this node/);
    }
  });
});

describe("cargo stylus says why a module is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "cargo-stylus-"));
  after(() => rmSync(folder, { recursive: true }));

  const ENTRY = '(memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0))';
  const refused = {
    "an import that the chain has not": [`(import "vm_hooks" "read_arg" (func (param i32))) ${ENTRY}`, /unknown import vm_hooks\.read_arg/],
    "arithmetic on floats": [`${ENTRY} (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))`, /F64Mul/],
    "no entry point": ['(memory (export "memory") 1 1)', /user_entrypoint/],
    "memory that can grow unpaid, as without #[entrypoint]": [ENTRY.replace("1 1", "1"), /missing an entrypoint/],
  };
  for (const [name, [text, why]] of Object.entries(refused)) {
    test(name, () => {
      const file = join(folder, "module.wasm");
      const assemble = spawnSync(join(here, "node_modules", ".bin", "wasm-as"), ["-", "-o", file], { input: `(module ${text})`, encoding: "utf8" });
      assert.equal(assemble.status, 0, assemble.stderr);
      assert.match(complaint("check", "--wasm-file", file), why);
      assert.match(complaint("deploy", "--no-verify", "--wasm-file", file, ...key), why);
    });
  }
});
