// viem: public, wallet and test clients, over HTTP and WebSocket.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import {
  BaseError,
  ContractFunctionRevertedError,
  concatHex,
  createPublicClient,
  createWalletClient,
  encodeAbiParameters,
  encodeDeployData,
  encodeFunctionData,
  getContract,
  getContractAddress,
  hexToBigInt,
  http,
  isAddressEqual,
  keccak256,
  pad,
  parseAbiItem,
  parseEther,
  parseEventLogs,
  parseGwei,
  recoverMessageAddress,
  toHex,
  webSocket,
} from "viem";

import { account, client, control, deployToken, devnode, failure, isolate, mined, owner, token, url, walletOf, wsUrl } from "./common.mjs";

const alice = account(0);
const bob = account(1);
const wallet = walletOf(alice);
const CREATE2_FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const transferEvent = parseAbiItem("event Transfer(address indexed from, address indexed to, uint256 value)");
/** Where OpenZeppelin's ERC-20 keeps a balance: the mapping is at slot 0. */
const balanceSlot = (holder) => keccak256(encodeAbiParameters([{ type: "address" }, { type: "uint256" }], [holder, 0n]));

isolate();
let address;
let usd;
before(async () => {
  address = await deployToken(wallet);
  usd = getContract({ address, abi: token.abi, client: { public: client, wallet } });
});

describe("chain", () => {
  test("identity", async () => {
    assert.equal(await client.getChainId(), 412346);
    const version = await client.request({ method: "web3_clientVersion" });
    assert.match(version, /\S/);
    assert.equal(await client.request({ method: "net_version" }), "412346");
    assert.equal(await client.request({ method: "eth_syncing" }), false);
    const accounts = await wallet.getAddresses();
    assert.deepEqual(accounts, [alice.address]);
    const unlocked = await createWalletClient({ chain: devnode, transport: http(url) }).getAddresses();
    assert.equal(unlocked.length, 11);
    assert.equal(unlocked[0], alice.address);
    assert.equal(unlocked[10], owner.address);
  });

  test("blocks by number, hash and tag, with and without transactions", async () => {
    const hash = await wallet.sendTransaction({ to: bob.address, value: 1n });
    const receipt = await mined(hash);
    const full = await client.getBlock({ blockNumber: receipt.blockNumber, includeTransactions: true });
    assert.equal(full.hash, receipt.blockHash);
    assert.equal(full.transactions.length, 1);
    assert.equal(full.transactions[0].hash, hash);
    assert.equal(full.gasUsed, receipt.gasUsed);
    const brief = await client.getBlock({ blockHash: receipt.blockHash });
    assert.deepEqual(brief.transactions, [hash]);
    assert.equal(brief.number, receipt.blockNumber);
    const parent = await client.getBlock({ blockNumber: receipt.blockNumber - 1n });
    assert.equal(full.parentHash, parent.hash);
    assert.ok(full.timestamp >= parent.timestamp);
    assert.equal((await client.getBlock({ blockTag: "latest" })).hash, receipt.blockHash);
    assert.equal((await client.getBlock({ blockTag: "earliest" })).number, 0n);
    for (const blockTag of ["safe", "finalized"]) {
      assert.ok((await client.getBlock({ blockTag })).number <= receipt.blockNumber);
    }
    assert.equal((await client.getBlock({ blockTag: "pending" })).parentHash, receipt.blockHash);
    assert.equal(await client.getBlockTransactionCount({ blockNumber: receipt.blockNumber }), 1);
    const missing = await failure(client.getBlock({ blockNumber: 10n ** 9n }));
    assert.equal(missing.name, "BlockNotFoundError");
  });

  test("transactions and receipts", async () => {
    const hash = await wallet.sendTransaction({ to: bob.address, value: 7n, data: "0x1234" });
    const receipt = await mined(hash);
    const transaction = await client.getTransaction({ hash });
    assert.equal(transaction.type, "eip1559");
    assert.equal(transaction.value, 7n);
    assert.equal(transaction.input, "0x1234");
    assert.equal(transaction.chainId, 412346);
    assert.ok(isAddressEqual(transaction.from, alice.address));
    assert.deepEqual(await client.getTransaction({ blockHash: receipt.blockHash, index: 0 }), transaction);
    assert.deepEqual(await client.getTransaction({ blockNumber: receipt.blockNumber, index: 0 }), transaction);
    assert.equal(receipt.contractAddress, null);
    assert.equal(receipt.cumulativeGasUsed, receipt.gasUsed);
    const { baseFeePerGas } = await client.getBlock({ blockNumber: receipt.blockNumber });
    assert.equal(receipt.effectiveGasPrice, baseFeePerGas);
    assert.equal(await client.getTransactionConfirmations({ hash }), 1n);
    const missing = await failure(client.getTransaction({ hash: pad("0x01") }));
    assert.equal(missing.name, "TransactionNotFoundError");
    assert.equal((await failure(client.getTransactionReceipt({ hash: pad("0x01") }))).name, "TransactionReceiptNotFoundError");
  });

  test("old state is still there", async () => {
    const { blockNumber } = await mined(await wallet.sendTransaction({ to: pad("0xabcd", { size: 20 }), value: 5n }));
    const at = (blockNumber) => client.getBalance({ address: pad("0xabcd", { size: 20 }), blockNumber });
    assert.equal((await at(blockNumber)) - (await at(blockNumber - 1n)), 5n);
  });

  test("there are no proofs, and the node says so", async () => {
    const error = await failure(client.getProof({ address, storageKeys: [] }));
    assert.equal(error.name, "MethodNotSupportedRpcError");
    assert.match(error.details, /no state root/);
  });
});

describe("contracts", () => {
  test("deploys a contract", async () => {
    const nonce = await client.getTransactionCount({ address: alice.address });
    const args = ["Euro", "EUR", 18];
    const hash = await wallet.deployContract({ abi: token.abi, bytecode: token.bytecode, args });
    const receipt = await mined(hash);
    assert.ok(isAddressEqual(receipt.contractAddress, getContractAddress({ from: alice.address, nonce: BigInt(nonce) })));
    assert.equal(receipt.to, null);
    const code = await client.getCode({ address: receipt.contractAddress });
    assert.equal(code.length, token.deployedBytecode.length);
    const read = (functionName) => client.readContract({ address: receipt.contractAddress, abi: token.abi, functionName });
    assert.deepEqual(await Promise.all(["name", "symbol", "decimals"].map(read)), args);
  });

  test("deploys by the CREATE2 factory", async () => {
    const bytecode = encodeDeployData({ abi: token.abi, bytecode: token.bytecode, args: ["Two", "TWO", 2] });
    const salt = keccak256(toHex(await client.getBlockNumber()));
    const expected = getContractAddress({ opcode: "CREATE2", from: CREATE2_FACTORY, salt, bytecode });
    assert.equal(await client.getCode({ address: expected }), undefined);
    await mined(await wallet.sendTransaction({ to: CREATE2_FACTORY, data: concatHex([salt, bytecode]) }));
    assert.equal(await client.readContract({ address: expected, abi: token.abi, functionName: "symbol" }), "TWO");
  });

  test("writes, reads, and finds the events", async () => {
    const to = account(5).address;
    const minted = await mined(await usd.write.mint([alice.address, 1_000n]));
    const sent = await mined(await usd.write.transfer([to, 250n]));
    assert.equal(await usd.read.balanceOf([to]), 250n);
    assert.equal(await usd.read.balanceOf([to], { blockNumber: minted.blockNumber }), 0n);
    const [log] = parseEventLogs({ abi: token.abi, logs: sent.logs, eventName: "Transfer" });
    assert.deepEqual(log.args, { from: alice.address, to, value: 250n });
    const range = { fromBlock: minted.blockNumber, toBlock: sent.blockNumber };
    const logs = await client.getLogs({ address, event: transferEvent, ...range });
    assert.deepEqual(logs.map(({ args }) => args.value), [1_000n, 250n]);
    const some = await usd.getEvents.Transfer({ to }, range);
    assert.equal(some.length, 1);
    assert.equal(some[0].transactionHash, sent.transactionHash);
    assert.equal(some[0].logIndex, 0);
    assert.deepEqual(await client.getLogs({ address, event: transferEvent, args: { to: owner.address }, ...range }), []);
    assert.equal((await client.getLogs({ address, blockHash: sent.blockHash })).length, 1);
  });

  test("decodes the reason of a revert", async () => {
    const args = [bob.address, 10n ** 30n];
    const calls = [
      () => usd.simulate.transfer(args, { account: alice }),
      () => usd.estimateGas.transfer(args, { account: alice }),
      () => usd.write.transfer(args),
    ];
    for (const call of calls) {
      const error = await failure(call());
      assert.ok(error instanceof BaseError, String(error));
      const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
      assert.equal(revert?.reason, "ERC20: transfer amount exceeds balance");
    }
  });

  test("a transaction that reverts is mined, and its receipt says so", async () => {
    const data = encodeFunctionData({ abi: token.abi, functionName: "transfer", args: [bob.address, 10n ** 30n] });
    const hash = await wallet.sendTransaction({ to: address, data, gas: 100_000n });
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "reverted");
    assert.deepEqual(receipt.logs, []);
    assert.ok(receipt.gasUsed < 100_000n);
  });

  test("batches requests in one body, failures among them", async () => {
    const bodies = [];
    const batching = createPublicClient({
      chain: devnode,
      transport: http(url, {
        batch: { wait: 20 },
        retryCount: 0,
        onFetchRequest: async (_, init) => void bodies.push(JSON.parse(init.body)),
      }),
    });
    const [chain, balance, name, unknown] = await Promise.all([
      batching.getChainId(),
      batching.getBalance({ address: owner.address }),
      batching.readContract({ address, abi: token.abi, functionName: "name" }),
      failure(batching.request({ method: "eth_foo" })),
    ]);
    assert.equal(bodies.length, 1);
    assert.equal(bodies[0].length, 4);
    assert.equal(chain, 412346);
    assert.ok(balance > 0n);
    assert.equal(name, "US Dollar");
    assert.equal(unknown.name, "MethodNotFoundRpcError");
    assert.equal(unknown.code, -32601);
  });

  test("calls with overrides of state", async () => {
    const nowhere = pad("0xbeef", { size: 20 });
    const read = (extra) => client.readContract({ address: nowhere, abi: token.abi, functionName: "balanceOf", args: [bob.address], ...extra });
    const slot = { slot: balanceSlot(bob.address), value: toHex(77n, { size: 32 }) };
    assert.equal(await read({ stateOverride: [{ address: nowhere, code: token.deployedBytecode, stateDiff: [slot] }] }), 77n);
    assert.equal(await read({ stateOverride: [{ address: nowhere, code: token.deployedBytecode, state: [slot] }] }), 77n);
    const empty = await failure(read({}));
    assert.ok(empty.walk((cause) => cause.name === "ContractFunctionZeroDataError"), String(empty));
    // money that is only there for the call
    const poor = pad("0xdead", { size: 20 });
    const call = { account: poor, to: bob.address, value: parseEther("5") };
    assert.deepEqual(await client.call({ ...call, stateOverride: [{ address: poor, balance: parseEther("6") }] }), { data: undefined });
    assert.match((await failure(client.call(call))).message, /exceeds the balance|insufficient funds/);
  });

  test("calls with overrides of the block", async () => {
    // creation code whose "code" is the word of TIMESTAMP
    const { data } = await client.call({ data: "0x4260005260206000f3", blockOverrides: { time: 12_345_678_901n } });
    assert.equal(hexToBigInt(data), 12_345_678_901n);
  });

  test("an access list", async () => {
    const data = encodeFunctionData({ abi: token.abi, functionName: "balanceOf", args: [bob.address] });
    const { accessList, gasUsed } = await client.createAccessList({ account: alice, to: address, data });
    assert.equal(accessList.length, 1);
    assert.ok(isAddressEqual(accessList[0].address, address));
    assert.deepEqual(accessList[0].storageKeys, [balanceSlot(bob.address)]);
    assert.ok(gasUsed > 21_000n);
  });
});

describe("gas and fees", () => {
  test("an estimate is enough, and not far off", async () => {
    const args = [account(6).address, 5n];
    await mined(await usd.write.mint([alice.address, 5n]));
    const gas = await usd.estimateGas.transfer(args, { account: alice });
    const receipt = await mined(await usd.write.transfer(args, { gas }));
    assert.ok(receipt.gasUsed <= gas && gas < (receipt.gasUsed * 13n) / 10n, `${gas} for ${receipt.gasUsed}`);
    assert.equal(await client.estimateGas({ account: alice, to: bob.address, value: 1n }), 21_000n);
  });

  test("prices", async () => {
    const { baseFeePerGas } = await client.getBlock();
    assert.ok(baseFeePerGas > 0n);
    assert.equal(await client.getGasPrice(), baseFeePerGas);
    assert.equal(await client.estimateMaxPriorityFeePerGas(), 0n);
    const fees = await client.estimateFeesPerGas();
    assert.ok(fees.maxFeePerGas >= baseFeePerGas);
    assert.equal(fees.maxPriorityFeePerGas, 0n);
  });

  test("the fee history", async () => {
    await control.mine({ blocks: 5 });
    const newest = await client.getBlockNumber();
    const history = await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [10, 50] });
    assert.equal(history.oldestBlock, newest - 3n);
    assert.equal(history.baseFeePerGas.length, 5);
    assert.equal(history.gasUsedRatio.length, 4);
    assert.deepEqual(history.reward, Array(4).fill([0n, 0n]));
    const { baseFeePerGas } = await client.getBlock({ blockNumber: newest });
    assert.equal(history.baseFeePerGas[3], baseFeePerGas);
  });
});

describe("wallets", () => {
  test("every kind of transaction", async () => {
    const to = bob.address;
    const kinds = {
      legacy: { type: "legacy", gasPrice: parseGwei("1") },
      eip2930: { type: "eip2930", gasPrice: parseGwei("1"), accessList: [{ address, storageKeys: [pad("0x00")] }] },
      eip1559: { type: "eip1559", maxFeePerGas: parseGwei("1"), maxPriorityFeePerGas: 1n },
    };
    for (const [type, fields] of Object.entries(kinds)) {
      const hash = await wallet.sendTransaction({ to, value: 1n, ...fields });
      assert.equal((await mined(hash)).type, type);
      assert.equal((await client.getTransaction({ hash })).type, type);
    }
  });

  test("an EIP-7702 delegation, and its end", async () => {
    const delegator = account(7);
    const delegating = walletOf(delegator);
    for (const target of [address, "0x0000000000000000000000000000000000000000"]) {
      const authorization = await delegating.signAuthorization({ contractAddress: target, executor: "self" });
      const hash = await delegating.sendTransaction({ to: delegator.address, authorizationList: [authorization], gas: 200_000n });
      const receipt = await client.waitForTransactionReceipt({ hash });
      assert.equal(receipt.type, "eip7702");
      const code = await client.getCode({ address: delegator.address });
      assert.equal(code, target === address ? concatHex(["0xef0100", address]) : undefined);
    }
  });

  test("the node signs for its accounts", async () => {
    const remote = createWalletClient({ account: alice.address, chain: devnode, transport: http(url) });
    const hash = await remote.sendTransaction({ to: bob.address, value: 3n });
    const receipt = await mined(hash);
    assert.ok(isAddressEqual(receipt.from, alice.address));
    const signature = await remote.signMessage({ message: "hello" });
    assert.equal(await recoverMessageAddress({ message: "hello", signature }), alice.address);
    assert.equal(signature, await alice.signMessage({ message: "hello" }));
  });

  test("mistakes have names", async () => {
    const name = async (fields) => {
      const error = await failure(wallet.sendTransaction({ to: bob.address, gas: 100_000n, maxFeePerGas: parseGwei("1"), maxPriorityFeePerGas: 0n, ...fields }));
      return error.walk((cause) => /^(Nonce|Insufficient|Fee|Intrinsic)/.test(cause.name ?? ""))?.name ?? String(error);
    };
    assert.equal(await name({ nonce: 0 }), "NonceTooLowError");
    assert.equal(await name({ value: 10n ** 30n }), "InsufficientFundsError");
    assert.equal(await name({ maxFeePerGas: 1n }), "FeeCapTooLowError");
    assert.equal(await name({ gas: 1_000n }), "IntrinsicGasTooLowError");
  });
});

describe("watching", () => {
  /** Mines transfers until the watcher has seen what it waits for. */
  async function seen(watch, enough) {
    const got = [];
    const errors = [];
    const stop = watch((item) => got.push(item), (error) => errors.push(error));
    try {
      // a subscription or filter is not there at once
      const end = Date.now() + 20_000;
      while (!enough(got)) {
        assert.ok(Date.now() < end, "nothing seen in 20 s");
        assert.deepEqual(errors, []);
        await mined(await usd.write.mint([bob.address, 42n]));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    } finally {
      stop();
    }
    assert.deepEqual(errors, []);
    return got;
  }

  /** Runs with a client over a WebSocket and closes it. */
  async function overWebSocket(run) {
    const socket = createPublicClient({ chain: devnode, transport: webSocket(wsUrl, { reconnect: false }), cacheTime: 0 });
    try {
      return await run(socket);
    } finally {
      (await socket.transport.getRpcClient()).close();
    }
  }

  const minted = (logs) => {
    assert.ok(logs.length > 0);
    for (const log of logs) {
      assert.ok(isAddressEqual(log.address, address));
      assert.ok(isAddressEqual(log.args.to, bob.address));
      assert.equal(log.args.value, 42n);
      assert.equal(log.removed, false);
    }
  };

  test("polls events by a filter", async () => {
    const watch = (onLog, onError) => usd.watchEvent.Transfer({ to: bob.address }, { poll: true, pollingInterval: 50, onLogs: (logs) => logs.forEach(onLog), onError });
    minted(await seen(watch, (got) => got.length >= 2));
  });

  test("filters by hand", async () => {
    const filter = await client.createContractEventFilter({ address, abi: token.abi, eventName: "Transfer", args: { to: bob.address } });
    const blocks = await client.createBlockFilter();
    const receipt = await mined(await usd.write.mint([bob.address, 42n]));
    const logs = await client.getFilterChanges({ filter });
    minted(logs);
    assert.equal(logs.length, 1);
    assert.deepEqual(await client.getFilterChanges({ filter }), []);
    minted(await client.getFilterLogs({ filter }));
    assert.deepEqual(await client.getFilterChanges({ filter: blocks }), [receipt.blockHash]);
    assert.equal(await client.uninstallFilter({ filter }), true);
    assert.equal(await client.uninstallFilter({ filter }), false);
    assert.match((await failure(client.getFilterChanges({ filter }))).message, /filter not found/);
  });

  test("subscribes to events by WebSocket", () =>
    overWebSocket(async (socket) => {
      const watch = (onLog, onError) =>
        socket.watchContractEvent({ address, abi: token.abi, eventName: "Transfer", onLogs: (logs) => logs.forEach(onLog), onError });
      minted(await seen(watch, (got) => got.length >= 2));
    }));

  test("subscribes to blocks by WebSocket", () =>
    overWebSocket(async (socket) => {
      const watch = (onBlock, onError) => socket.watchBlocks({ onBlock, onError });
      const blocks = await seen(watch, (got) => got.length >= 3);
      for (const [index, block] of blocks.entries()) {
        const stored = await socket.getBlock({ blockNumber: block.number });
        assert.equal(block.hash, stored.hash);
        assert.equal(block.baseFeePerGas, stored.baseFeePerGas);
        if (index > 0) assert.equal(block.number, blocks[index - 1].number + 1n);
      }
    }));

  test("subscribes to pending transactions by WebSocket", () =>
    overWebSocket(async (socket) => {
      const watch = (onHash, onError) => socket.watchPendingTransactions({ onTransactions: (hashes) => hashes.forEach(onHash), onError });
      const [hash] = await seen(watch, (got) => got.length >= 1);
      assert.ok(isAddressEqual((await client.getTransaction({ hash })).to, address));
    }));

  test("a WebSocket answers what HTTP answers", () =>
    overWebSocket(async (socket) => {
      assert.equal(await socket.getChainId(), 412346);
      assert.equal(await socket.readContract({ address, abi: token.abi, functionName: "symbol" }), "USD");
      const error = await failure(socket.simulateContract({ account: alice, address, abi: token.abi, functionName: "transfer", args: [bob.address, 10n ** 30n] }));
      assert.equal(error.walk((cause) => cause instanceof ContractFunctionRevertedError)?.reason, "ERC20: transfer amount exceeds balance");
    }));
});

describe("test methods", () => {
  test("balance, nonce, code, storage", async () => {
    const some = pad("0x5150", { size: 20 });
    await control.setBalance({ address: some, value: parseEther("3") });
    assert.equal(await client.getBalance({ address: some }), parseEther("3"));
    await control.setNonce({ address: some, nonce: 9 });
    assert.equal(await client.getTransactionCount({ address: some }), 9);
    await control.setCode({ address: some, bytecode: token.deployedBytecode });
    assert.equal(await client.getCode({ address: some }), token.deployedBytecode);
    await control.setStorageAt({ address: some, index: balanceSlot(bob.address), value: toHex(9n, { size: 32 }) });
    assert.equal(await client.getStorageAt({ address: some, slot: balanceSlot(bob.address) }), toHex(9n, { size: 32 }));
    assert.equal(await client.readContract({ address: some, abi: token.abi, functionName: "balanceOf", args: [bob.address] }), 9n);
  });

  test("impersonates", async () => {
    const whale = pad("0x7777", { size: 20 });
    await control.setBalance({ address: whale, value: parseEther("1") });
    await mined(await usd.write.mint([whale, 100n]));
    const impostor = createWalletClient({ account: whale, chain: devnode, transport: http(url) });
    const transfer = { address, abi: token.abi, functionName: "transfer", args: [account(8).address, 60n] };
    await failure(impostor.writeContract(transfer));
    await control.impersonateAccount({ address: whale });
    const receipt = await mined(await impostor.writeContract(transfer));
    assert.equal(receipt.from, whale);
    assert.equal(await usd.read.balanceOf([whale]), 40n);
    await control.stopImpersonatingAccount({ address: whale });
    await failure(impostor.writeContract(transfer));
  });

  test("snapshot and revert", async () => {
    const holder = account(9).address;
    const block = await client.getBlockNumber();
    const id = await control.snapshot();
    const hash = await usd.write.mint([holder, 1n]);
    await mined(hash);
    assert.equal(await usd.read.balanceOf([holder]), 1n);
    await control.revert({ id });
    assert.equal(await usd.read.balanceOf([holder]), 0n);
    assert.equal(await client.getBlockNumber(), block);
    assert.equal((await failure(client.getTransactionReceipt({ hash }))).name, "TransactionReceiptNotFoundError");
  });

  test("time and blocks", async () => {
    const before = await client.getBlock();
    await control.increaseTime({ seconds: 1_000 });
    await control.mine({ blocks: 1 });
    const later = await client.getBlock();
    assert.equal(later.number, before.number + 1n);
    assert.ok(later.timestamp >= before.timestamp + 1_000n);
    const timestamp = later.timestamp + 500n;
    await control.setNextBlockTimestamp({ timestamp });
    await control.mine({ blocks: 1 });
    assert.equal((await client.getBlock()).timestamp, timestamp);
    await control.mine({ blocks: 3, interval: 10 });
    const last = await client.getBlock();
    assert.equal(last.number, before.number + 5n);
    assert.ok(last.timestamp >= timestamp + 20n);
  });

  test("time goes on from where setNextBlockTimestamp put it", async () => {
    const timestamp = (await client.getBlock()).timestamp + 5_000n;
    await control.setNextBlockTimestamp({ timestamp });
    await control.mine({ blocks: 1 });
    await control.increaseTime({ seconds: 100 });
    await control.mine({ blocks: 1 });
    assert.ok((await client.getBlock()).timestamp >= timestamp + 100n);
  });

  test("pending transactions wait until a block is mined", async () => {
    const holder = account(4).address;
    assert.equal(await control.getAutomine(), true);
    await control.setAutomine(false);
    try {
      const nonce = await client.getTransactionCount({ address: alice.address });
      const before = await usd.read.balanceOf([holder]);
      const kept = await usd.write.mint([holder, 2n]);
      const dropped = await usd.write.mint([holder, 3n], { nonce: nonce + 1 });
      assert.equal(await client.getTransactionCount({ address: alice.address, blockTag: "pending" }), nonce + 2);
      assert.equal((await client.getTransaction({ hash: kept })).blockNumber, null);
      assert.equal(await usd.read.balanceOf([holder]), before);
      assert.equal((await client.getBlock({ blockTag: "pending" })).transactions.length, 2);
      const { pending } = await control.getTxpoolStatus();
      assert.equal(pending, 2);
      await control.dropTransaction({ hash: dropped });
      await control.mine({ blocks: 1 });
      const receipt = await mined(kept);
      assert.deepEqual((await client.getBlock({ blockHash: receipt.blockHash })).transactions, [kept]);
      assert.equal(await usd.read.balanceOf([holder]), before + 2n);
    } finally {
      await control.setAutomine(true);
    }
  });
});
