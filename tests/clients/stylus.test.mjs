// A Stylus program, deployed and activated with viem as cargo-stylus would, then used through viem.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { ContractFunctionRevertedError, getContract, isAddressEqual, keccak256, maxUint256, pad, parseEther, parseEventLogs, toHex } from "viem";

import { ARB_WASM, account, activate, arbWasm, client, counterAbi, counterCode, deployCounter, failure, isolate, mined, walletOf } from "./common.mjs";

isolate();
const alice = account(2);
const wallet = walletOf(alice);
const wasm = { address: ARB_WASM, abi: arbWasm };
/** The contract's own error. */
const reverted = (error) => error.walk((cause) => cause instanceof ContractFunctionRevertedError);

describe("a Stylus program", () => {
  let address;
  let counter;
  before(async () => {
    address = await deployCounter(wallet);
    counter = getContract({ address, abi: counterAbi, client: { public: client, wallet } });
  });

  test("does not run before it is activated", async () => {
    assert.equal(reverted(await failure(client.readContract({ ...wasm, functionName: "programVersion", args: [address] })))?.data?.errorName, "ProgramNotActivated");
    await failure(counter.read.number());
  });

  test("what activation costs can be asked first, as cargo stylus check does", async () => {
    const rich = pad("0xc0ffee", { size: 20 });
    const fresh = pad("0xfeed", { size: 20 });
    const check = (value) =>
      client.simulateContract({
        ...wasm,
        functionName: "activateProgram",
        args: [fresh],
        account: rich,
        value,
        stateOverride: [
          { address: rich, balance: maxUint256 },
          { address: fresh, code: counterCode() },
        ],
      });
    const [version, fee] = (await check(parseEther("1"))).result;
    assert.ok(version >= 1);
    assert.ok(fee > 0n && fee < parseEther("0.01"), `${fee}`);
    const short = reverted(await failure(check(fee / 2n)));
    assert.equal(short?.data?.errorName, "ProgramInsufficientValue");
    assert.deepEqual(short.data.args[0], fee / 2n);
  });

  test("activates", async () => {
    const balance = await client.getBalance({ address: alice.address });
    const receipt = await activate(wallet, address);
    const [log] = parseEventLogs({ abi: arbWasm, logs: receipt.logs });
    assert.equal(log.eventName, "ProgramActivated");
    assert.ok(isAddressEqual(log.address, ARB_WASM));
    assert.ok(isAddressEqual(log.args.program, address));
    assert.equal(log.args.codehash, keccak256(await client.getCode({ address })));
    // what was sent beyond the fee came back
    const paid = balance - (await client.getBalance({ address: alice.address }));
    assert.equal(paid, log.args.dataFee + receipt.gasUsed * receipt.effectiveGasPrice);
    assert.equal(await client.readContract({ ...wasm, functionName: "programVersion", args: [address] }), log.args.version);
    assert.equal(await client.readContract({ ...wasm, functionName: "codehashVersion", args: [log.args.codehash] }), log.args.version);
    const left = await client.readContract({ ...wasm, functionName: "programTimeLeft", args: [address] });
    assert.ok(left > 360n * 86_400n && left <= 365n * 86_400n, `${left}`);
    const again = await failure(client.simulateContract({ ...wasm, functionName: "activateProgram", args: [address], account: alice, value: parseEther("1") }));
    assert.equal(reverted(again)?.data?.errorName, "ProgramUpToDate");
  });

  test("writes, reads, and logs", async () => {
    const gas = await counter.estimateGas.setNumber([41n], { account: alice });
    const first = await mined(await counter.write.setNumber([41n], { gas }));
    assert.ok(first.gasUsed <= gas);
    assert.equal(await counter.read.number(), 41n);
    const second = await mined(await counter.write.increment());
    const [log] = parseEventLogs({ abi: counterAbi, logs: second.logs });
    assert.deepEqual(log.args, { by: alice.address, previous: 41n, current: 42n });
    const events = await counter.getEvents.Changed({ by: alice.address }, { fromBlock: first.blockNumber });
    assert.deepEqual(events.map(({ args }) => args.current), [41n, 42n]);
    assert.equal(await client.getStorageAt({ address, slot: pad("0x00") }), toHex(42n, { size: 32 }));
    assert.equal(await counter.read.number({ blockNumber: first.blockNumber }), 41n);
  });

  test("its errors are decoded", async () => {
    await mined(await counter.write.setNumber([maxUint256]));
    const calls = [
      () => counter.simulate.increment({ account: alice }),
      () => counter.estimateGas.increment({ account: alice }),
      () => counter.write.increment(),
    ];
    for (const call of calls) {
      const error = reverted(await failure(call()));
      assert.equal(error?.data?.errorName, "Overflow");
      assert.deepEqual(error.data.args, [maxUint256, 1n]);
    }
  });

  test("runs on overridden state", async () => {
    const stateOverride = [{ address, stateDiff: [{ slot: pad("0x00"), value: toHex(7n, { size: 32 }) }] }];
    assert.equal(await counter.read.number({ stateOverride }), 7n);
    // an active program's code works at any address
    const other = pad("0xabba", { size: 20 });
    const code = await client.getCode({ address });
    const read = { address: other, abi: counterAbi, functionName: "number" };
    assert.equal(await client.readContract({ ...read, stateOverride: [{ ...stateOverride[0], address: other, code }] }), 7n);
  });

  test("calls another program", async () => {
    // the same code, so it is active at once
    const second = await deployCounter(wallet);
    assert.notEqual(second, address);
    await mined(await counter.write.setNumber([5n]));
    const receipt = await mined(await counter.write.bumpOther([second]));
    assert.equal(await client.readContract({ address: second, abi: counterAbi, functionName: "number" }), 1n);
    const [log] = parseEventLogs({ abi: counterAbi, logs: receipt.logs });
    assert.ok(isAddressEqual(log.address, second));
    assert.deepEqual(log.args, { by: address, previous: 0n, current: 1n });
    await mined(await counter.write.addFrom([second]));
    assert.equal(await counter.read.number(), 6n);

    const trace = await client.request({ method: "debug_traceTransaction", params: [receipt.transactionHash, { tracer: "callTracer" }] });
    assert.ok(isAddressEqual(trace.to, address));
    assert.equal(trace.type, "CALL");
    assert.deepEqual(trace.calls.map(({ type, from, to }) => [type, from, to]), [["CALL", address.toLowerCase(), second.toLowerCase()]]);
    assert.equal(BigInt(trace.gasUsed), receipt.gasUsed);
    const prestate = await client.request({ method: "debug_traceTransaction", params: [receipt.transactionHash, { tracer: "prestateTracer" }] });
    assert.ok(second.toLowerCase() in prestate && address.toLowerCase() in prestate);
  });
});
