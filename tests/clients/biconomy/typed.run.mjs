// Biconomy's released client, unchanged, through alto, with our own SVMs and every address as a parameter; and what of gas it must offer for
// programs that leave ArbOS' cache after the estimate.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { StorageType, createBatchedSessionRouterModule, createSessionKeyManagerModule, createSmartAccountClient, toSessionParams } from "@biconomy/account";
import { keccak256, maxUint256, parseAbi, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

import { ENTRY_POINTS, withAlto } from "../alto.mjs";
import { ARB_WASM, client, control, failure, isolate, mined, owner as chainOwner, walletOf } from "../common.mjs";
import { approval, deposit, swap } from "../session.mjs";
import { A, B, VALIDATORS, call, read, world } from "../world.mjs";
import { chain, done, newAccount, ownerClient, withDialect } from "./biconomy.mjs";

const secret = generatePrivateKey();
const key = privateKeyToAccount(secret);

const arbWasm = { address: ARB_WASM, abi: parseAbi(["function programInitGas(address program) view returns (uint64 gas, uint64 gasWhenCached)"]) };
const arbWasmCache = {
  address: "0x0000000000000000000000000000000000000072",
  abi: parseAbi([
    "function cacheProgram(address program)",
    "function evictCodehash(bytes32 codehash)",
    "function codehashIsCached(bytes32 codehash) view returns (bool)",
  ]),
};
const codehash = async (program) => keccak256(await client.getCode({ address: program }));

/** ArbOS' cache for the programs that a batch of the three sessions calls, each once: the rules of our SVMs are in them. */
function cacheFor(programs) {
  /** Sends, for each program, what the chain's owner has done to the cache: the transactions' hashes. */
  async function forEachProgram(change) {
    const wallet = walletOf(chainOwner);
    const hashes = [];
    for (const program of programs) hashes.push(await wallet.writeContract({ ...arbWasmCache, ...change(program, await codehash(program)) }));
    return hashes;
  }
  const evict = () => forEachProgram((_, codehash) => ({ functionName: "evictCodehash", args: [codehash] }));
  const cache = () => forEachProgram((program) => ({ functionName: "cacheProgram", args: [program] }));
  return {
    evict,
    /** Puts all programs in the cache, or takes them out. */
    async setCached(cached) {
      for (const hash of await (cached ? cache() : evict())) await mined(hash);
      for (const program of programs) {
        assert.equal(await client.readContract({ ...arbWasmCache, functionName: "codehashIsCached", args: [await codehash(program)] }), cached);
      }
    },
    /** What more the programs cost when none is cached, by the chain's own words. Before ArbOS 60 every call costs it, not only a program's first. */
    async uncachedSurplus() {
      const costs = await Promise.all(programs.map((program) => client.readContract({ ...arbWasm, functionName: "programInitGas", args: [program] })));
      return costs.reduce((sum, [gas, gasWhenCached]) => sum + gas - gasWhenCached, 0n);
    },
  };
}

/** The tests, with these programs. */
function withValidators(validators) {
  const { evict, setCached, uncachedSurplus } = cacheFor(validators.modules);
  const owner = privateKeyToAccount(generatePrivateKey());
  isolate();
  const alto = withAlto();
  const dialect = withDialect(alto);
  let mine;
  let holder;
  let params;

  before(async () => {
    mine = await newAccount(dialect, owner);
    const asOwner = async (act) => done(await act(await ownerClient(mine, owner)));
    await asOwner((smartAccount) => smartAccount.deploy());
    for (const module of validators.modules) await asOwner((smartAccount) => smartAccount.enableModule(module));
    const place = { smartAccountAddress: mine.address, storageType: StorageType.MEMORY_STORAGE };
    const manager = await createSessionKeyManagerModule({ ...place, moduleAddress: validators.manager });
    const router = await createBatchedSessionRouterModule({ ...place, moduleAddress: validators.router, sessionKeyManagerModule: manager });
    const sessions = [
      approval(world.erc20Approval, key.address, world.tokenA, world.swapRouter, A(10)),
      swap(world.dexSwap, key.address, world.swapRouter, world.tokenA, world.tokenB, mine.address, A(10), B(1_980), A(1)),
      deposit(world.erc20Stake, key.address, world.vault, mine.address, B(30_000)),
    ];
    const { data, sessionIDInfo } = await router.createSessionData(
      sessions.map(({ svm, data }) => ({ validUntil: 0, validAfter: 0, sessionValidationModule: svm, sessionPublicKey: key.address, sessionKeyData: data })),
    );
    const allow = { to: world.tokenB, data: call("approve", [world.vault, maxUint256]) };
    await asOwner((smartAccount) => smartAccount.sendTransaction([{ to: validators.manager, data }, allow]));
    assert.equal(await read(validators.manager, "getSessionKeys", [mine.address]), await manager.sessionStorageClient.getMerkleRoot());
    holder = await createSmartAccountClient({ ...mine.config, signer: walletOf(key), activeValidationModule: router });
    params = { batchSessionParams: toSessionParams(secret, sessionIDInfo, chain) };
  });

  const balances = () => Promise.all([world.tokenA, world.vault].map((token) => read(token, "balanceOf", [mine.address])));
  /** approve, swap, deposit */
  const actions = (sold = A(1)) => [
    { to: world.tokenA, data: call("approve", [world.swapRouter, A(1)]) },
    { to: world.swapRouter, data: call("exactInputSingle", [[world.tokenA, world.tokenB, 3_000, mine.address, maxUint256, sold, B(1_980), 0n]]) },
    { to: world.vault, data: call("deposit", [B(1_980), mine.address]) },
  ];
  /** Sends what the client built and sees it done. */
  async function included(operation) {
    const [a, shares] = await balances();
    await done(await holder.sendUserOp(operation, params));
    assert.deepEqual(await balances(), [a - A(1), shares + B(1_980)]);
  }
  /** Gas that the EntryPoint counts for the validation of a signed userOp, whatever its limit. */
  async function validationGas(operation) {
    const fields = ["nonce", "callGasLimit", "verificationGasLimit", "preVerificationGas", "maxFeePerGas", "maxPriorityFeePerGas"];
    const packed = { ...operation, ...Object.fromEntries(fields.map((field) => [field, BigInt(operation[field])])) };
    const error = await failure(client.simulateContract({ ...ENTRY_POINTS["0.6"], functionName: "simulateValidation", args: [packed] }));
    const { errorName, args } = error.walk((cause) => cause.data?.errorName).data;
    assert.equal(errorName, "ValidationResult");
    assert.equal(args[0].sigFailed, false);
    return args[0].preOpGas - packed.preVerificationGas;
  }

  test("approve, swap and stake in one userOp", async () => {
    await included(await holder.buildUserOp(actions(), { params }));
  });

  test("what is over a session's limit is refused, in the SVM's words", async () => {
    const before = await balances();
    assert.match((await failure(holder.sendTransaction(actions(A(11)), { params }))).message, /DEXSV Max Amount Exceeded/);
    assert.deepEqual(await balances(), before);
  });

  for (const cached of [true, false]) {
    test(`a plain estimate suffices: programs ${cached ? "" : "not "}cached`, async () => {
      await setCached(cached);
      await included(await holder.buildUserOp(actions(), { params }));
    });
  }

  test("what the cache is worth is what the chain says it is", async (context) => {
    const operation = await holder.signUserOp(await holder.buildUserOp(actions(), { params }), params);
    await setCached(true);
    const cached = await validationGas(operation);
    await setCached(false);
    const uncached = await validationGas(operation);
    assert.equal(uncached - cached, await uncachedSurplus());
    context.diagnostic(`validation: ${cached} gas cached, ${uncached} not`);
  });

  test("a plain estimate is too little when the programs leave the cache after it", async () => {
    await setCached(true);
    const operation = await holder.buildUserOp(actions(), { params });
    await setCached(false);
    const before = await balances();
    assert.match((await failure(holder.sendUserOp(operation, params))).message, /AA23 reverted \(or OOG\)|AA40 over verificationGasLimit/);
    assert.deepEqual(await balances(), before);
  });

  const budgets = {
    "what the chain says": async () => {
      const operation = await holder.buildUserOp(actions(), { params });
      return { ...operation, verificationGasLimit: toHex(BigInt(operation.verificationGasLimit) + (await uncachedSurplus())) };
    },
    "the client's option": () => holder.buildUserOp(actions(), { params, gasOffset: { verificationGasLimitOffsetPct: 50 } }),
  };
  for (const [means, budgeted] of Object.entries(budgets)) {
    test(`an estimate with more is enough, also when they leave it after the bundler took the userOp: ${means}`, async (context) => {
      await setCached(true);
      const operation = await budgeted();
      context.diagnostic(`verificationGasLimit: ${BigInt(operation.verificationGasLimit)}`);
      let evictions;
      await control.setAutomine(false);
      try {
        evictions = await evict();
        const userOp = await holder.sendUserOp(operation, params);
        while ((await control.getTxpoolStatus()).pending <= evictions.length) await new Promise((resolve) => setTimeout(resolve, 50));
        const before = await balances();
        await control.mine({ blocks: 1 });
        const { receipt } = await done(userOp);
        // in one block, the bundle behind the evictions
        for (const { blockNumber, transactionIndex } of await Promise.all(evictions.map(mined))) {
          assert.equal(blockNumber, BigInt(receipt.blockNumber));
          assert.ok(transactionIndex < Number(receipt.transactionIndex));
        }
        assert.deepEqual(await balances(), [before[0] - A(1), before[1] + B(1_980)]);
      } finally {
        await control.setAutomine(true);
      }
    });
  }
}

for (const [name, validators] of Object.entries(VALIDATORS)) describe(`@biconomy/account: our own SVMs, ${name}`, () => withValidators(validators));
