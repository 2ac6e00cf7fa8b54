// What the tests share: the node's address, its accounts, our artefacts.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { concatHex, createPublicClient, createTestClient, createWalletClient, defineChain, getAddress, http, parseAbi, toHex } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";

export const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

export const url = process.env.RPC_URL;
assert.ok(url, "RPC_URL must name the node: run scripts/test-clients");
export const wsUrl = url.replace(/^http/, "ws");

export const devnode = defineChain({
  id: 412346,
  name: "devnode",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url], webSocket: [wsUrl] } },
});

const MNEMONIC = "test test test test test test test test test test test junk";
/** The i-th test account. */
export const account = (index) => mnemonicToAccount(MNEMONIC, { addressIndex: index });
/** Its private key, for tools that take one. */
export const keyOf = (index) => toHex(account(index).getHdKey().privateKey);
/** Nitro's development account, the chain's owner. */
export const OWNER_KEY = "0xb6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659";
export const owner = privateKeyToAccount(OWNER_KEY);

export const client = createPublicClient({ chain: devnode, transport: http(url), pollingInterval: 50, cacheTime: 0 });
export const walletOf = (signer) => createWalletClient({ account: signer, chain: devnode, transport: http(url) });
export const control = createTestClient({ mode: "anvil", chain: devnode, transport: http(url) });

/** A file leaves the chain as it found it. */
export function isolate() {
  let id;
  before(async () => void (id = await control.snapshot()));
  after(() => control.revert({ id }));
}

/** Waits for a transaction that must succeed. */
export async function mined(hash) {
  const receipt = await client.waitForTransactionReceipt({ hash, timeout: 30_000 });
  assert.equal(receipt.status, "success");
  return receipt;
}

const artifact = (name) => JSON.parse(readFileSync(join(root, "target", "contracts", `${name}.json`), "utf8"));
/** An artefact from a package that scripts/setup installs. */
export const thirdParty = (path) => JSON.parse(readFileSync(join(root, "contracts", "node_modules", path), "utf8"));
export const token = artifact("TestToken");

/** Deploys a TestToken. */
export async function deployToken(wallet, decimals = 6) {
  const hash = await wallet.deployContract({ abi: token.abi, bytecode: token.bytecode, args: ["US Dollar", "USD", decimals] });
  return (await mined(hash)).contractAddress;
}

export const ARB_WASM = "0x0000000000000000000000000000000000000071";
export const arbWasm = parseAbi([
  "function activateProgram(address program) payable returns (uint16 version, uint256 dataFee)",
  "function programVersion(address program) view returns (uint16)",
  "function codehashVersion(bytes32 codehash) view returns (uint16)",
  "function programTimeLeft(address program) view returns (uint64)",
  "event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version)",
  "error ProgramNotActivated()",
  "error ProgramUpToDate()",
  "error ProgramInsufficientValue(uint256 have, uint256 want)",
]);
export const counterAbi = parseAbi([
  "function number() view returns (uint256)",
  "function setNumber(uint256 number)",
  "function increment()",
  "function addFrom(address other)",
  "function bumpOther(address other)",
  "event Changed(address indexed by, uint256 previous, uint256 current)",
  "error Overflow(uint256 number, uint256 amount)",
]);

/** A program's code as cargo-stylus makes it: wasm-opt with the flags that Nitro bears, brotli, the prefix. */
export function packageProgram(name) {
  const folder = mkdtempSync(join(tmpdir(), "clients-"));
  try {
    const optimised = join(folder, "program.wasm");
    const tool = join(here, "node_modules", ".bin", "wasm-opt");
    const input = join(root, "target", "programs", `${name}.wasm`);
    const run = spawnSync(tool, ["-Oz", "--enable-bulk-memory-opt", "--enable-sign-ext", input, "-o", optimised]);
    assert.equal(run.status, 0, `wasm-opt: ${run.error ?? run.stderr}`);
    const packed = brotliCompressSync(readFileSync(optimised), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
    });
    return concatHex(["0xeff00000", toHex(new Uint8Array(packed))]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Creation code that returns what follows its 43 bytes: PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN. */
export function initCode(code) {
  const length = (code.length - 2) / 2;
  return concatHex(["0x7f", toHex(length, { size: 32 }), "0x80602b6000396000f300", code]);
}

let packed;
/** The code of the counter fixture. */
export const counterCode = () => (packed ??= packageProgram("fixture_counter"));

/** Deploys a program's code. */
export async function deployCode(wallet, code) {
  const { contractAddress } = await mined(await wallet.sendTransaction({ data: initCode(code) }));
  const address = getAddress(contractAddress);
  assert.equal(await client.getCode({ address }), code);
  return address;
}

/** Deploys the counter fixture. */
export const deployCounter = (wallet) => deployCode(wallet, counterCode());

/** Activates a program: the receipt. The data fee is less than 1 ETH, the rest comes back. */
export async function activate(wallet, program) {
  return mined(
    await wallet.writeContract({
      address: ARB_WASM,
      abi: arbWasm,
      functionName: "activateProgram",
      args: [program],
      value: 10n ** 18n,
    }),
  );
}

/** The error that a promise is rejected with. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("it succeeded");
}
