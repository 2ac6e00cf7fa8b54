// The alto bundler sends userOps for EntryPoint v0.6, of an EVM account and of a Stylus one, safe mode off: on, it sends
// its own JavaScript tracer to debug_traceCall, which the node runs only if built with the feature js-tracer.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { concatHex, encodeFunctionData, getContract, http, isAddressEqual, parseAbi, parseEther, parseGwei, stringToHex, zeroAddress } from "viem";
import { createBundlerClient, entryPoint06Abi, entryPoint06Address, getUserOperationHash } from "viem/account-abstraction";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

import { account, activate, client, control, deployCode, deployToken, devnode, failure, here, isolate, keyOf, mined, owner, packageProgram, thirdParty, token, url, walletOf } from "./common.mjs";

const ENTRY_POINT = entryPoint06Address;
const factoryArtifact = thirdParty("account-abstraction-v06/artifacts/SimpleAccountFactory.json");
const accountArtifact = thirdParty("account-abstraction-v06/artifacts/SimpleAccount.json");
/** Well formed, of nobody: what an estimate needs. */
const DUMMY = "0xfffffffffffffffffffffffffffffff0000000000000000000000000000000007aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1c";
const wallet = walletOf(account(0));

isolate();

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("alto", () => {
  let alto;
  let bundler;
  let factory;
  let usd;
  const folder = mkdtempSync(join(tmpdir(), "alto-"));
  const log = join(folder, "log");

  before(async () => {
    const port = await freePort();
    const output = openSync(log, "w");
    alto = spawn(
      process.execPath,
      [
        join(here, "alto", "node_modules", "@pimlico", "alto", "esm", "cli", "alto.js"),
        ...["--rpc-url", url],
        ...["--port", String(port)],
        ...["--entrypoints", ENTRY_POINT],
        ...["--executor-private-keys", keyOf(8)],
        ...["--utility-private-key", keyOf(9)],
        ...["--utility-wallet-monitor", "false"],
        ...["--refilling-wallets", "false"],
        ...["--deploy-simulations-contract", "true"],
        ...["--safe-mode", process.env.ALTO_SAFE_MODE ?? "false"],
        ...["--chain-type", process.env.ALTO_CHAIN_TYPE ?? "arbitrum"],
        ...["--block-time", "200"],
        ...["--min-bundle-interval", "200", "--max-bundle-interval", "200"],
        ...["--log-level", process.env.ALTO_LOG_LEVEL ?? "info", "--json", "false"],
      ],
      { cwd: folder, stdio: ["ignore", output, output] },
    );
    closeSync(output);
    bundler = createBundlerClient({ chain: devnode, client, transport: http(`http://127.0.0.1:${port}`, { timeout: 60_000, retryCount: 0 }), pollingInterval: 100 });

    const hash = await wallet.deployContract({ abi: factoryArtifact.abi, bytecode: factoryArtifact.bytecode, args: [ENTRY_POINT] });
    factory = getContract({ address: (await mined(hash)).contractAddress, abi: factoryArtifact.abi, client });
    const address = await deployToken(wallet);
    usd = getContract({ address, abi: token.abi, client: { public: client, wallet } });

    const end = Date.now() + 60_000;
    for (;;) {
      assert.equal(alto.exitCode, null, `alto ended: ${readFileSync(log, "utf8").slice(-4_000)}`);
      assert.ok(Date.now() < end, `alto does not answer: ${readFileSync(log, "utf8").slice(-4_000)}`);
      try {
        if ((await bundler.getSupportedEntryPoints()).length === 1) break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  });
  after(async () => {
    if (alto.exitCode === null) {
      const ended = new Promise((resolve) => alto.once("exit", resolve));
      alto.kill("SIGKILL");
      await ended;
    }
    if (process.env.ALTO_LOG_LEVEL) console.error(existsSync(log) && readFileSync(log, "utf8"));
    rmSync(folder, { recursive: true });
  });

  test("knows the chain and the EntryPoint", async () => {
    assert.equal(await bundler.getChainId(), 412346);
    const [supported] = await bundler.getSupportedEntryPoints();
    assert.ok(isAddressEqual(supported, ENTRY_POINT));
  });

  /** A signed userOp. */
  async function userOperation(signer, sender, callData, initCode) {
    const nonce = await client.readContract({ address: ENTRY_POINT, abi: entryPoint06Abi, functionName: "getNonce", args: [sender, 0n] });
    const fees = { maxFeePerGas: parseGwei("1"), maxPriorityFeePerGas: parseGwei("1") };
    const draft = { sender, nonce, initCode, callData, paymasterAndData: "0x", ...fees };
    const gas = await bundler.estimateUserOperationGas({ ...draft, signature: DUMMY, callGasLimit: 0n, verificationGasLimit: 0n, preVerificationGas: 0n, entryPointAddress: ENTRY_POINT });
    for (const field of ["callGasLimit", "verificationGasLimit", "preVerificationGas"]) assert.ok(gas[field] > 0n, field);
    const { callGasLimit, verificationGasLimit, preVerificationGas } = gas;
    const unsigned = { ...draft, callGasLimit, verificationGasLimit, preVerificationGas };
    const hash = getUserOperationHash({ userOperation: { ...unsigned, signature: "0x" }, chainId: 412346, entryPointAddress: ENTRY_POINT, entryPointVersion: "0.6" });
    const onChain = await client.readContract({ address: ENTRY_POINT, abi: entryPoint06Abi, functionName: "getUserOpHash", args: [{ ...unsigned, signature: "0x" }] });
    assert.equal(hash, onChain);
    return { ...unsigned, signature: await signer.signMessage({ message: { raw: hash } }) };
  }
  const send = (operation) => bundler.sendUserOperation({ ...operation, entryPointAddress: ENTRY_POINT });
  const execute = (target, data) => encodeFunctionData({ abi: accountArtifact.abi, functionName: "execute", args: [target, 0n, data] });

  test("creates an account and acts for it, then once more", async () => {
    const signer = privateKeyToAccount(generatePrivateKey());
    const sender = await factory.read.getAddress([signer.address, 0n]);
    await control.setBalance({ address: sender, value: parseEther("1") });
    await mined(await usd.write.mint([sender, 100n]));
    const create = concatHex([factory.address, encodeFunctionData({ abi: factoryArtifact.abi, functionName: "createAccount", args: [signer.address, 0n] })]);
    const transfer = encodeFunctionData({ abi: token.abi, functionName: "transfer", args: [owner.address, 30n] });
    for (const [round, initCode] of [create, "0x"].entries()) {
      const hash = await send(await userOperation(signer, sender, execute(usd.address, transfer), initCode));
      const receipt = await bundler.waitForUserOperationReceipt({ hash, timeout: 60_000 });
      assert.equal(receipt.success, true);
      assert.ok(isAddressEqual(receipt.sender, sender));
      assert.equal(receipt.nonce, BigInt(round));
      assert.equal(await usd.read.balanceOf([sender]), 100n - 30n * BigInt(round + 1));
      assert.ok(receipt.actualGasCost > 0n);
      const { userOperation: stored, transactionHash } = await bundler.getUserOperation({ hash });
      assert.ok(isAddressEqual(stored.sender, sender));
      assert.equal(transactionHash, receipt.receipt.transactionHash);
    }
  });

  test("acts for an account that is a Stylus program", async () => {
    const signer = privateKeyToAccount(generatePrivateKey());
    const sender = await deployCode(wallet, packageProgram("fixture_account"));
    await activate(wallet, sender);
    const abi = parseAbi(["function init(address owner, address entryPoint)"]);
    await mined(await wallet.writeContract({ address: sender, abi, functionName: "init", args: [signer.address, ENTRY_POINT] }));
    await control.setBalance({ address: sender, value: parseEther("1") });
    await mined(await usd.write.mint([sender, 100n]));
    const transfer = encodeFunctionData({ abi: token.abi, functionName: "transfer", args: [owner.address, 30n] });
    const hash = await send(await userOperation(signer, sender, execute(usd.address, transfer), "0x"));
    const receipt = await bundler.waitForUserOperationReceipt({ hash, timeout: 60_000 });
    assert.equal(receipt.success, true);
    assert.equal(await usd.read.balanceOf([sender]), 70n);

    // what will fail is refused at the estimate, with the token's own words, as hex
    const tooMuch = encodeFunctionData({ abi: token.abi, functionName: "transfer", args: [owner.address, 71n] });
    const error = await failure(userOperation(signer, sender, execute(usd.address, tooMuch), "0x"));
    assert.ok(error.message.includes(stringToHex("ERC20: transfer amount exceeds balance").slice(2)), error.message);
  });

  test("refuses a stranger's signature", async () => {
    const signer = privateKeyToAccount(generatePrivateKey());
    await mined(await wallet.writeContract({ address: factory.address, abi: factoryArtifact.abi, functionName: "createAccount", args: [signer.address, 0n] }));
    const sender = await factory.read.getAddress([signer.address, 0n]);
    await control.setBalance({ address: sender, value: parseEther("1") });
    const operation = await userOperation(signer, sender, execute(zeroAddress, "0x"), "0x");
    const stranger = privateKeyToAccount(generatePrivateKey());
    const error = await failure(send({ ...operation, signature: await stranger.signMessage({ message: "nothing" }) }));
    assert.match(error.message, /signature/i);
  });
});
