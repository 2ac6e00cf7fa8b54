// The alto bundler for the tests: starts it for both EntryPoints, and makes the userOps that it is sent.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";

import { concatHex, http, isAddressEqual, parseGwei } from "viem";
import {
  createBundlerClient,
  entryPoint06Abi,
  entryPoint06Address,
  entryPoint07Abi,
  entryPoint07Address,
  getUserOperationHash,
  toPackedUserOperation,
} from "viem/account-abstraction";

import { client, control, devnode, here, keyOf, url } from "./common.mjs";

export const ENTRY_POINTS = {
  "0.6": { address: entryPoint06Address, abi: entryPoint06Abi },
  "0.7": { address: entryPoint07Address, abi: entryPoint07Abi },
};
/** Well formed, of nobody: what an estimate needs. */
export const DUMMY = "0xfffffffffffffffffffffffffffffff0000000000000000000000000000000007aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1c";
/** Whether alto looks at what validations do: it needs a node that runs its tracer, see scripts/test-clients. */
export const SAFE = process.env.ALTO_SAFE_MODE === "true";

/** How far back alto looks for logs. A chain that was loaded has none of the blocks before. */
const BLOCKS = 100;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Runs alto while the tests of a `describe` run (Node runs a suite's hooks one after the other, a file's at once). `corrected`: with
 * the changes of alto.correct.mjs.
 */
export function withAlto({ corrected = SAFE } = {}) {
  const alto = {};
  let child;
  const folder = mkdtempSync(join(tmpdir(), "alto-"));
  const log = join(folder, "log");
  const said = () => readFileSync(log, "utf8").slice(-4_000);

  before(async () => {
    await control.mine({ blocks: BLOCKS });
    const port = await freePort();
    const output = openSync(log, "w");
    child = spawn(
      process.execPath,
      [
        ...(corrected ? ["--import", join(here, "alto.correct.mjs")] : []),
        join(here, "alto", "node_modules", "@pimlico", "alto", "esm", "cli", "alto.js"),
        ...["--rpc-url", url],
        ...["--port", String(port)],
        ...["--entrypoints", Object.values(ENTRY_POINTS).map(({ address }) => address).join(",")],
        ...["--executor-private-keys", keyOf(8)],
        ...["--utility-private-key", keyOf(9)],
        ...["--utility-wallet-monitor", "false"],
        ...["--refilling-wallets", "false"],
        ...["--deploy-simulations-contract", "true"],
        ...["--safe-mode", String(SAFE)],
        ...["--chain-type", "arbitrum"],
        ...["--block-time", "200"],
        ...["--max-block-range", String(BLOCKS)],
        ...["--min-bundle-interval", "200", "--max-bundle-interval", "200"],
        ...["--log-level", process.env.ALTO_LOG_LEVEL ?? "info", "--json", "false"],
      ],
      { cwd: folder, stdio: ["ignore", output, output] },
    );
    closeSync(output);
    const transport = http(`http://127.0.0.1:${port}`, { timeout: 60_000, retryCount: 0 });
    alto.bundler = createBundlerClient({ chain: devnode, client, transport, pollingInterval: 100 });
    const end = Date.now() + 60_000;
    for (;;) {
      assert.equal(child.exitCode, null, `alto ended: ${said()}`);
      assert.ok(Date.now() < end, `alto does not answer: ${said()}`);
      try {
        if ((await alto.bundler.getSupportedEntryPoints()).length === 2) break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  });
  after(async () => {
    if (child?.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    if (process.env.ALTO_LOG_LEVEL) console.error(readFileSync(log, "utf8"));
    rmSync(folder, { recursive: true });
  });

  /** A draft { sender, callData, factory?, factoryData?, nonce? } with nonce, fees, and alto's gas limits for a dummy signature. */
  alto.estimated = async (version, draft, dummy = DUMMY) => {
    const { address, abi } = ENTRY_POINTS[version];
    const { factory, factoryData, ...rest } = draft;
    const nonce = await client.readContract({ address, abi, functionName: "getNonce", args: [draft.sender, 0n] });
    const create = version === "0.6" ? { initCode: factory ? concatHex([factory, factoryData]) : "0x", paymasterAndData: "0x" } : factory && { factory, factoryData };
    const operation = { nonce, maxFeePerGas: parseGwei("1"), maxPriorityFeePerGas: parseGwei("1"), ...create, ...rest };
    const zero = { callGasLimit: 0n, verificationGasLimit: 0n, preVerificationGas: 0n };
    const gas = await alto.bundler.estimateUserOperationGas({ ...operation, ...zero, signature: dummy, entryPointAddress: address });
    for (const field of Object.keys(zero)) {
      assert.ok(gas[field] > 0n, field);
      operation[field] = gas[field];
    }
    return operation;
  };
  /** The hash that is signed; the EntryPoint agrees. */
  alto.hash = async (version, operation) => {
    const { address, abi } = ENTRY_POINTS[version];
    const userOperation = { ...operation, signature: "0x" };
    const hash = getUserOperationHash({ userOperation, chainId: devnode.id, entryPointAddress: address, entryPointVersion: version });
    const args = [version === "0.6" ? userOperation : toPackedUserOperation(userOperation)];
    assert.equal(hash, await client.readContract({ address, abi, functionName: "getUserOpHash", args }));
    return hash;
  };
  /** Sends a userOp: its hash. */
  alto.send = (version, operation) => alto.bundler.sendUserOperation({ ...operation, entryPointAddress: ENTRY_POINTS[version].address });
  /** Sends a userOp and waits until it is in a block: the receipt of one that did what it was to do. */
  alto.included = async (version, operation) => {
    const receipt = await alto.bundler.waitForUserOperationReceipt({ hash: await alto.send(version, operation), timeout: 60_000 });
    assert.equal(receipt.success, true);
    assert.ok(isAddressEqual(receipt.sender, operation.sender));
    assert.equal(receipt.nonce, operation.nonce);
    assert.ok(receipt.actualGasCost > 0n);
    return receipt;
  };
  return alto;
}
