// The world of the main job, as tests/e2e/examples/world_state.rs deploys it: its addresses, and what is called there.
import { readFileSync } from "node:fs";

import { encodeFunctionData, parseAbi, parseUnits } from "viem";

import { client } from "./common.mjs";

/** Addresses by name. */
export const world = JSON.parse(readFileSync(process.env.WORLD, "utf8"));
/** What validates, by name: one module of an account, or two. */
export const VALIDATORS = {
  "session-module": { manager: world.sessionModule, router: world.sessionModule, modules: [world.sessionModule] },
  "manager and router": { manager: world.manager, router: world.router, modules: [world.manager, world.router] },
};
export const abi = parseAbi([
  "function getAddressForCounterFactualAccount(address setup, bytes data, uint256 index) view returns (address)",
  "function deployCounterFactualAccount(address setup, bytes data, uint256 index) returns (address)",
  "function minimalHandler() view returns (address)",
  "function initForSmartAccount(address owner) returns (address)",
  "function addStake(address entryPoint, uint32 unstakeDelaySecs) payable",
  "function isModuleEnabled(address module) view returns (bool)",
  "function getSessionKeys(address account) view returns (bytes32 root)",
  "function setMerkleRoot(bytes32 root)",
  "function mint(address to, uint256 amount)",
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function transfer(address to, uint256 amount) returns (bool)",
  "function deposit(uint256 assets, address receiver) returns (uint256)",
  "function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) returns (uint256)",
]);
export const call = (functionName, args) => encodeFunctionData({ abi, functionName, args });
export const read = (address, functionName, args) => client.readContract({ address, abi, functionName, args });

/** Amounts of token A and of token B. */
export const A = (amount) => parseUnits(String(amount), 18);
export const B = (amount) => parseUnits(String(amount), 6);
