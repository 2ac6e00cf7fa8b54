// Biconomy's released client: a bundler that speaks to it, our programs where it expects Biconomy's, its accounts in our world.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { after, before } from "node:test";

import {
  DEFAULT_ABI_SVM_MODULE,
  DEFAULT_BATCHED_SESSION_ROUTER_MODULE,
  DEFAULT_ERC20_MODULE,
  DEFAULT_SESSION_KEY_MANAGER_MODULE,
  createBundler,
  createECDSAOwnershipValidationModule,
  createSmartAccountClient,
  getCustomChain,
} from "@biconomy/account";
import { parseEther } from "viem";
import { entryPoint06Address } from "viem/account-abstraction";

import { ARB_WASM, account, arbWasm, client, control, devnode, mined, url, walletOf } from "../common.mjs";
import { A, abi, call, read, world } from "../world.mjs";

/** The chain as the client knows it: it looks chains up by their number. */
export const chain = getCustomChain(devnode.name, devnode.id, url);

// When a bundler refuses, the client first fetches a list of well-known errors from the web, and adds to the text what it finds there.
// Here the list is empty, so that the tests need no web.
const web = globalThis.fetch;
globalThis.fetch = (resource, options) => (String(resource).endsWith("/aa-errors/main/docs/errors.json") ? Promise.resolve(Response.json([])) : web(resource, options));

/** Sends a request to alto: its answer, { result } or { error }. */
async function ask(alto, method, params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await web(alto.bundler.transport.url, { method: "POST", headers: { "content-type": "application/json" }, body });
  return response.json();
}

/** What Biconomy's bundler answers otherwise than alto does, from what alto answers. */
const DIALECT = {
  /** The fees that a userOp should offer. */
  async biconomy_getGasFeeValues(alto) {
    const { result, error } = await ask(alto, "pimlico_getUserOperationGasPrice", []);
    return { result: result?.fast, error };
  },
  async biconomy_getUserOperationStatus(alto, params) {
    const { result, error } = await ask(alto, "pimlico_getUserOperationStatus", params);
    return { result: result && { state: result.status, transactionHash: result.transactionHash }, error };
  },
  /** Names the fees too. */
  async eth_estimateUserOperationGas(alto, params) {
    const [gas, fees] = await Promise.all([ask(alto, "eth_estimateUserOperationGas", params), DIALECT.biconomy_getGasFeeValues(alto)]);
    return { result: { ...gas.result, ...fees.result }, error: gas.error ?? fees.error };
  },
  /** Takes a third parameter, how to simulate. */
  eth_sendUserOperation: (alto, [operation, entryPoint]) => ask(alto, "eth_sendUserOperation", [operation, entryPoint]),
};

/**
 * Runs Biconomy's dialect of alto's methods while the tests of a `describe` run. Errors have HTTP status 400: of an answer with 200 the
 * client reads the result alone. `url` is as the client wants it: it reads the chain's number there.
 */
export function withDialect(alto) {
  const dialect = {};
  let server;
  before(async () => {
    server = createServer(async (request, response) => {
      const { id, method, params } = await json(request);
      const { result, error } = await (DIALECT[method]?.(alto, params) ?? ask(alto, method, params));
      response.writeHead(error ? 400 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(error ? { error } : { result }) }));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    dialect.url = `http://127.0.0.1:${server.address().port}/api/v2/${devnode.id}/none`;
  });
  after(() => server.close());
  return dialect;
}

/** The addresses that the client hard-codes, and the program of ours for each. They are two, and a session-module has the roots of one alone. */
const HARD_CODED = {
  [DEFAULT_SESSION_KEY_MANAGER_MODULE]: world.manager,
  [DEFAULT_BATCHED_SESSION_ROUTER_MODULE]: world.router,
  [DEFAULT_ABI_SVM_MODULE]: world.abi,
  [DEFAULT_ERC20_MODULE]: world.erc20Transfer,
};

/** Puts our programs at the addresses that the client hard-codes. A program is activated by its code, so they are active there. */
export async function replaceBiconomy() {
  for (const [address, program] of Object.entries(HARD_CODED)) {
    await control.setCode({ address, bytecode: await client.getCode({ address: program }) });
    assert.ok((await client.readContract({ address: ARB_WASM, abi: arbWasm, functionName: "programVersion", args: [address] })) > 0);
  }
}

/**
 * An account of ours in the client's terms, with 1 ether and 100 A: { address, config }. Factory, ECDSA module and implementation are
 * Biconomy's from npm, at addresses of this world. The account's address is asked of the factory: the client
 * would compute it from Biconomy's build of the proxy, whose metadata differ.
 */
export async function newAccount(dialect, signer) {
  const setup = [world.ecdsaModule, call("initForSmartAccount", [signer.address]), 0n];
  const [address, defaultFallbackHandler] = await Promise.all([
    read(world.accountFactory, "getAddressForCounterFactualAccount", setup),
    read(world.accountFactory, "minimalHandler", []),
  ]);
  await control.setBalance({ address, value: parseEther("1") });
  const deployer = walletOf(account(0));
  await mined(await deployer.writeContract({ address: world.tokenA, abi, functionName: "mint", args: [address, A(100)] }));
  // as Biconomy's is: what an account writes elsewhere while it is created is allowed for that (STO-022)
  await mined(await deployer.writeContract({ address: world.accountFactory, abi, functionName: "addStake", args: [entryPoint06Address, 86_400], value: parseEther("1") }));
  const bundler = await createBundler({
    bundlerUrl: dialect.url,
    customChain: chain,
    userOpReceiptIntervals: { [devnode.id]: 100 },
  });
  return { address, config: { bundler, customChain: chain, factoryAddress: world.accountFactory, defaultFallbackHandler, accountAddress: address } };
}

/** The owner's client of an account. It remembers whether the account exists, so it is made anew for each task. */
export async function ownerClient({ config }, signer) {
  const wallet = walletOf(signer);
  const module = await createECDSAOwnershipValidationModule({ signer: wallet, moduleAddress: world.ecdsaModule });
  return createSmartAccountClient({ ...config, signer: wallet, defaultValidationModule: module });
}

/** Waits for a userOp that the client sent and that must do what it is to do: its receipt. */
export async function done({ wait }) {
  const operation = await wait();
  assert.equal(operation.success, true);
  return operation;
}
