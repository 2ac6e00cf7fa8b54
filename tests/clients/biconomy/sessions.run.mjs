// Biconomy's released client, unchanged, through alto, with our programs where it expects Biconomy's: it creates an account, grants
// sessions, acts by them, is refused, revokes.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import {
  DEFAULT_BATCHED_SESSION_ROUTER_MODULE as ROUTER,
  DEFAULT_ERC20_MODULE,
  DEFAULT_SESSION_KEY_MANAGER_MODULE as MANAGER,
  PolicyHelpers,
  RuleHelpers,
  SessionMemoryStorage,
  createABISessionDatum,
  createBatchSession,
  createERC20SessionDatum,
  createERC20SessionValidationModule,
  createSession,
  createSessionKeyEOA,
  createSessionKeyManagerModule,
  createSessionSmartAccountClient,
  getBatchSessionTxParams,
  getSingleSessionTxParams,
} from "@biconomy/account";
import { maxUint256 } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

import { withAlto } from "../alto.mjs";
import { client, failure, isolate } from "../common.mjs";
import { A, B, call, read, world } from "../world.mjs";
import { chain, done, newAccount, ownerClient, replaceBiconomy, withDialect } from "./biconomy.mjs";

const owner = privateKeyToAccount(generatePrivateKey());
const friend = privateKeyToAccount(generatePrivateKey()).address;
const rule = (index, condition, referenceValue) => ({ offset: RuleHelpers.OffsetByIndex(index), condition: RuleHelpers.Condition(condition), referenceValue });
/** What a session of the ABI SVM allows, at any time, with no ether. */
const policy = (contractAddress, functionSelector, ...rules) => ({ interval: PolicyHelpers.Indefinitely, contractAddress, functionSelector, rules, valueLimit: 0n });

describe("@biconomy/account: sessions", () => {
  isolate();
  const alto = withAlto();
  const dialect = withDialect(alto);
  let mine;
  /** The first session, then all four: { sessionStorageClient, sessionIDInfo }. */
  let single;
  let batch;

  before(async () => {
    await replaceBiconomy();
    mine = await newAccount(dialect, owner);
  });

  const root = () => read(MANAGER, "getSessionKeys", [mine.address]);
  const balances = (...tokens) => Promise.all(tokens.map((token) => read(token, "balanceOf", [mine.address])));
  /** Executes transactions as the owner. */
  const asOwner = async (...transactions) => done(await (await ownerClient(mine, owner)).sendTransaction(transactions));

  const transfer = (amount) => ({ to: world.tokenA, data: call("transfer", [friend, amount]) });
  const approve = (amount) => ({ to: world.tokenA, data: call("approve", [world.swapRouter, amount]) });
  const swap = (sold) => ({
    to: world.swapRouter,
    data: call("exactInputSingle", [[world.tokenA, world.tokenB, 3_000, mine.address, maxUint256, sold, B(19_900), 0n]]),
  });
  const deposit = (receiver = mine.address) => ({ to: world.vault, data: call("deposit", [B(19_900), receiver]) });

  /** Sends by the first session of a store. */
  async function bySingle(session, transaction) {
    const holder = await createSessionSmartAccountClient(mine.config, session, "STANDARD");
    return holder.sendTransaction(transaction, await getSingleSessionTxParams(session, chain, 0));
  }

  /** Sends a batch by the sessions of these numbers. */
  async function byBatch(session, transactions, indexes) {
    const holder = await createSessionSmartAccountClient(mine.config, session, "BATCHED");
    const store = session.sessionStorageClient;
    return holder.sendTransaction(transactions, await getBatchSessionTxParams(transactions, indexes, store, chain));
  }

  test("createSession: account, module and root in one userOp", async () => {
    assert.equal(await client.getCode({ address: mine.address }), undefined);
    const most = rule(1, "LASS_THAN_OR_EQUAL", A(5)); // sic
    const granted = await createSession(await ownerClient(mine, owner), [policy(world.tokenA, "transfer(address,uint256)", rule(0, "EQUAL", friend), most)], null);
    await done(granted);
    single = granted.session;
    assert.equal(await read(mine.address, "isModuleEnabled", [MANAGER]), true);
    assert.equal(await read(mine.address, "isModuleEnabled", [ROUTER]), false);
    assert.equal(await root(), await single.sessionStorageClient.getMerkleRoot());
  });

  test("one action by a session", async () => {
    const sent = await bySingle(single, transfer(A(5)));
    const { receipt } = await done(sent);
    assert.deepEqual(await balances(world.tokenA), [A(95)]);
    assert.equal(await read(world.tokenA, "balanceOf", [friend]), A(5));
    assert.equal((await sent.waitForTxHash()).transactionHash, receipt.transactionHash);
  });

  test("more than the session allows is refused, in the SVM's words", async () => {
    assert.match((await failure(bySingle(single, transfer(A(5) + 1n)))).message, /ABISV Arg Rule Violated/);
    assert.match((await failure(bySingle(single, approve(1n)))).message, /ABISV Selector Forbidden/);
    // so it is if the estimate saw something else
    const holder = await createSessionSmartAccountClient(mine.config, single, "STANDARD");
    const { params } = await getSingleSessionTxParams(single, chain, 0);
    const operation = await holder.buildUserOp([transfer(A(5))], { params });
    operation.callData = operation.callData.replace(A(5).toString(16), (A(5) + 1n).toString(16));
    assert.match((await failure(holder.sendUserOp(operation, params))).message, /ABISV Arg Rule Violated/);
    assert.deepEqual(await balances(world.tokenA), [A(95)]);
  });

  test("createBatchSession: the router, and three more sessions", async () => {
    await asOwner({ to: world.tokenB, data: call("approve", [world.vault, maxUint256]) });
    const smartAccount = await ownerClient(mine, owner);
    const { sessionKeyAddress, sessionStorageClient } = await createSessionKeyEOA(smartAccount, chain);
    const erc20 = await createERC20SessionValidationModule({ moduleAddress: DEFAULT_ERC20_MODULE, version: "V1_0_0" });
    const terms = { sessionKey: sessionKeyAddress, token: world.tokenA, recipient: world.swapRouter, maxAmount: A(10) };
    const bought = policy(
      world.swapRouter,
      "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
      rule(0, "EQUAL", world.tokenA),
      rule(1, "EQUAL", world.tokenB),
      rule(3, "EQUAL", mine.address),
      rule(5, "LASS_THAN_OR_EQUAL", A(10)),
      rule(6, "GREATER_THAN_OR_EQUAL", B(19_800)),
    );
    const staked = policy(world.vault, "deposit(uint256,address)", rule(0, "LESS_THAN", B(30_000)), rule(1, "EQUAL", mine.address));
    const granted = await createBatchSession(smartAccount, sessionStorageClient, [
      createERC20SessionDatum({ interval: PolicyHelpers.Indefinitely, sessionKeyAddress, sessionKeyData: await erc20.getSessionKeyData(terms) }),
      ...[bought, staked].map((limits) => createABISessionDatum({ ...limits, sessionKeyAddress })),
    ]);
    await done(granted);
    batch = granted.session;
    assert.equal(batch.sessionIDInfo.length, 3);
    assert.equal(await read(mine.address, "isModuleEnabled", [ROUTER]), true);
    assert.equal(await root(), await sessionStorageClient.getMerkleRoot());
    // the first is in the new tree, and still good
    await done(await bySingle(single, transfer(A(1))));
    assert.deepEqual(await balances(world.tokenA), [A(94)]);
  });

  test("approve, swap and stake in one userOp", async () => {
    assert.deepEqual(await balances(world.tokenA, world.tokenB, world.vault), [A(94), 0n, 0n]);
    await done(await byBatch(batch, [approve(A(10)), swap(A(10)), deposit()], [1, 2, 3]));
    const [a, b, shares] = await balances(world.tokenA, world.tokenB, world.vault);
    assert.equal(a, A(84));
    // what the swap brought beyond the least
    assert.ok(b > 0n && b < B(50), String(b));
    assert.equal(shares, B(19_900));
    assert.equal(await read(world.tokenA, "allowance", [mine.address, world.swapRouter]), 0n);
  });

  test("a batch with one action too many is refused", async () => {
    const before = await balances(world.tokenA, world.tokenB, world.vault);
    const refused = async (transactions, indexes, words) => assert.match((await failure(byBatch(batch, transactions, indexes))).message, words);
    await refused([approve(A(10) + 1n), swap(A(10)), deposit()], [1, 2, 3], /ERC20SV Max Amount Exceeded/);
    await refused([approve(A(10)), swap(A(10) + 1n), deposit()], [1, 2, 3], /ABISV Arg Rule Violated/);
    await refused([approve(A(10)), swap(A(10)), deposit(friend)], [1, 2, 3], /ABISV Arg Rule Violated/);
    await refused([approve(A(10)), swap(A(10)), transfer(1n)], [1, 2, 3], /ABISV Destination Forbidden/);
    // a session of another key
    await refused([approve(A(10)), transfer(1n)], [1, 0], /signature/i);
    assert.deepEqual(await balances(world.tokenA, world.tokenB, world.vault), before);
  });

  test("revocation: a root without the session", async () => {
    const [revoked, ...kept] = await batch.sessionStorageClient.getAllSessionData();
    // the client's own `revokeSessions` gives a root of which the revoked session is still a part: whoever kept its proof goes on
    const forgetful = await createSessionKeyManagerModule({ smartAccountAddress: mine.address, sessionStorageClient: batch.sessionStorageClient });
    const still = await forgetful.revokeSessions([revoked.sessionID]);
    await asOwner({ to: MANAGER, data: call("setMerkleRoot", [still]) });
    assert.equal(await root(), still);
    const holder = await createSessionSmartAccountClient(mine.config, single, "STANDARD");
    holder.setActiveValidationModule(forgetful);
    await done(await holder.sendTransaction(transfer(A(1)), await getSingleSessionTxParams(single, chain, 0)));
    assert.deepEqual(await balances(world.tokenA), [A(83)]);

    // what revokes is a tree of the others, in a store of its own
    const survivors = { sessionStorageClient: new SessionMemoryStorage(friend) };
    for (const address of new Set(kept.map(({ sessionPublicKey }) => sessionPublicKey))) {
      const { pvKey, pbKey } = batch.sessionStorageClient.getSignerStore()[address];
      await survivors.sessionStorageClient.addSigner({ pvKey, pbKey }, chain);
    }
    const manager = await createSessionKeyManagerModule({ smartAccountAddress: mine.address, ...survivors });
    const { data, sessionIDInfo } = await manager.createSessionData(kept.map(({ sessionID, status, ...leaf }) => leaf));
    await asOwner({ to: MANAGER, data });
    assert.equal(await root(), await survivors.sessionStorageClient.getMerkleRoot());
    // with either proof
    assert.match((await failure(bySingle(single, transfer(A(1))))).message, /SessionNotApproved/);
    const again = failure(holder.sendTransaction(transfer(A(1)), await getSingleSessionTxParams(single, chain, 0)));
    assert.match((await again).message, /SessionNotApproved/);
    assert.deepEqual(await balances(world.tokenA), [A(83)]);
    await done(await byBatch({ ...survivors, sessionIDInfo }, [approve(A(10)), swap(A(10)), deposit()], [0, 1, 2]));
    assert.deepEqual(await balances(world.tokenA), [A(73)]);
  });
});
