// The main job through the alto bundler: an owner creates an account and grants three sessions, the session key approves, swaps
// and deposits in one userOp. Wallet, tree and signatures are JavaScript's; the programs are ours, the rest is from npm.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { maxUint256, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

import { DUMMY, ENTRY_POINTS, withAlto } from "./alto.mjs";
import { account, client, control, failure, isolate, mined, walletOf } from "./common.mjs";
import { approval, batchField, deposit, enableModule, executeBatch, setMerkleRoot, swap, treeOf, wrap } from "./session.mjs";
import { A, B, VALIDATORS, abi, call, read, world } from "./world.mjs";

const owner = privateKeyToAccount(generatePrivateKey());
const key = privateKeyToAccount(generatePrivateKey());
const stranger = privateKeyToAccount(generatePrivateKey());

/** The tests, with these programs. */
function withValidators(validators) {
  isolate();
  const alto = withAlto();
  let sender;
  let sessions;
  let tree;

  /** approve, swap, deposit */
  const actions = (sold = A(10)) => [
    { to: world.tokenA, data: call("approve", [world.swapRouter, A(10)]) },
    { to: world.swapRouter, data: call("exactInputSingle", [[world.tokenA, world.tokenB, 3_000, sender, maxUint256, sold, B(19_900), 0n]]) },
    { to: world.vault, data: call("deposit", [B(19_900), sender]) },
  ];

  /** The account's balances of A, B and shares, what the DEX may take, and the next nonce. */
  async function holdings() {
    const nonce = { ...ENTRY_POINTS["0.6"], functionName: "getNonce", args: [sender, 0n] };
    const balances = [world.tokenA, world.tokenB, world.vault].map((token) => read(token, "balanceOf", [sender]));
    return Promise.all([...balances, read(world.tokenA, "allowance", [sender, world.swapRouter]), client.readContract(nonce)]);
  }

  /** The session key's field for the three actions. */
  const field = (signature) => batchField(validators, tree, sessions, signature);
  const sign = async (signer, operation) => signer.signMessage({ message: { raw: await alto.hash("0.6", operation) } });
  const estimated = (list) => alto.estimated("0.6", { sender, callData: executeBatch(list) }, field(DUMMY));

  before(async () => {
    const setup = [world.ecdsaModule, call("initForSmartAccount", [owner.address]), 0n];
    sender = await read(world.accountFactory, "getAddressForCounterFactualAccount", setup);
    await control.setBalance({ address: sender, value: parseEther("1") });
    const deployer = walletOf(account(0));
    await mined(await deployer.writeContract({ address: world.tokenA, abi, functionName: "mint", args: [sender, A(100)] }));
    // as Biconomy's is: what an account writes elsewhere while it is created is allowed for that (STO-022)
    await mined(await deployer.writeContract({ address: world.accountFactory, abi, functionName: "addStake", args: [ENTRY_POINTS["0.6"].address, 86_400], value: parseEther("1") }));

    sessions = [
      approval(world.erc20Approval, key.address, world.tokenA, world.swapRouter, A(10)),
      swap(world.dexSwap, key.address, world.swapRouter, world.tokenA, world.tokenB, sender, A(10), B(1_980), A(1)),
      deposit(world.erc20Stake, key.address, world.vault, sender, B(30_000)),
    ];
    tree = treeOf(sessions);
    const callData = executeBatch([
      ...validators.modules.map((module) => ({ to: sender, data: enableModule(module) })),
      { to: world.tokenB, data: call("approve", [world.vault, maxUint256]) },
      { to: validators.manager, data: setMerkleRoot(tree.getHexRoot()) },
    ]);
    const create = { factory: world.accountFactory, factoryData: call("deployCounterFactualAccount", setup) };
    const operation = await alto.estimated("0.6", { sender, callData, ...create }, wrap(world.ecdsaModule, DUMMY));
    await alto.included("0.6", { ...operation, signature: wrap(world.ecdsaModule, await sign(owner, operation)) });
  });

  test("a session key's userOp approves, swaps and deposits", async () => {
    const [a, b, shares, allowance, nonce] = await holdings();
    assert.deepEqual([a, b, shares, allowance, nonce], [A(100), 0n, 0n, 0n, 1n]);
    const operation = await estimated(actions());
    await alto.included("0.6", { ...operation, signature: field(await sign(key, operation)) });
    const after = await holdings();
    assert.equal(after[0], A(90));
    // what the swap brought beyond the least: 10 A at 2,000 B, less 0.3 %, less what the trade moves the price
    assert.ok(after[1] > 0n && after[1] < B(50), String(after[1]));
    assert.equal(after[2], B(19_900));
    assert.deepEqual(after.slice(3), [0n, 2n]);
  });

  test("what is over a session's limit is refused, in the SVM's words", async () => {
    const before = await holdings();
    const operation = await estimated(actions());
    const error = await failure(estimated(actions(A(10) + 1n)));
    assert.match(error.message, /DEXSV Max Amount Exceeded/);
    const tooMuch = { ...operation, callData: executeBatch(actions(A(10) + 1n)) };
    const refused = await failure(sign(key, tooMuch).then((signature) => alto.send("0.6", { ...tooMuch, signature: field(signature) })));
    assert.match(refused.message, /DEXSV Max Amount Exceeded/);
    assert.deepEqual(await holdings(), before);
  });

  test("a stranger's key is refused", async () => {
    const before = await holdings();
    const operation = await estimated(actions());
    const refused = await failure(sign(stranger, operation).then((signature) => alto.send("0.6", { ...operation, signature: field(signature) })));
    assert.match(refused.message, /signature/i);
    assert.deepEqual(await holdings(), before);
    // nothing else was wrong with it
    await alto.included("0.6", { ...operation, signature: field(await sign(key, operation)) });
  });
}

for (const [name, validators] of Object.entries(VALIDATORS)) describe(`alto: session keys, ${name}`, () => withValidators(validators));
