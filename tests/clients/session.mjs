// A wallet's part of session keys, with viem and merkletreejs alone: sessions, their tree, signatures.
import { MerkleTree } from "merkletreejs";
import { encodeAbiParameters, encodeFunctionData, encodePacked, keccak256, parseAbi, parseAbiParameters } from "viem";

const accountAbi = parseAbi([
  "function executeBatch(address[] to, uint256[] values, bytes[] calls)",
  "function enableModule(address module)",
]);
const managerAbi = parseAbi(["function setMerkleRoot(bytes32 root)"]);

/** What the account executes for actions { to, data }. */
export const executeBatch = (actions) =>
  encodeFunctionData({ abi: accountAbi, functionName: "executeBatch", args: [actions.map(({ to }) => to), actions.map(() => 0n), actions.map(({ data }) => data)] });
export const enableModule = (module) => encodeFunctionData({ abi: accountAbi, functionName: "enableModule", args: [module] });
export const setMerkleRoot = (root) => encodeFunctionData({ abi: managerAbi, functionName: "setMerkleRoot", args: [root] });

/** Sessions { svm, data } without end, for ERC-20 `approve`, a swap on Uniswap V3, and an ERC-4626 `deposit`. */
export const approval = (svm, ...limits) => ({ svm, data: encodeAbiParameters(parseAbiParameters("address key, address token, address spender, uint256 most"), limits) });
export const swap = (svm, ...limits) => ({
  svm,
  data: encodeAbiParameters(parseAbiParameters("address key, address dex, address from, address to, address recipient, uint256 most, uint256 leastNum, uint256 leastDen"), limits),
});
export const deposit = (svm, key, vault, receiver, most) => ({
  svm,
  data: encodeAbiParameters(parseAbiParameters("address key, address vault, address none, address receiver, uint256 most, bytes4 selector"), [
    key,
    vault,
    "0x0000000000000000000000000000000000000000",
    receiver,
    most,
    "0x6e553f65",
  ]),
});

const leaf = ({ svm, data }) => keccak256(encodePacked(["uint48", "uint48", "address", "bytes"], [0, 0, svm, data]));
/** The tree of sessions, as Biconomy's client builds it. */
export const treeOf = (sessions) => new MerkleTree(sessions.map(leaf), keccak256, { sortPairs: true, hashLeaves: false });

/** What stands in a userOp's signature field: a module, and what it is to read. */
export const wrap = (module, moduleSignature) => encodeAbiParameters(parseAbiParameters("bytes signature, address module"), [moduleSignature, module]);

const batchSignature = parseAbiParameters([
  "address manager, Session[] sessions, bytes signature",
  "struct Session { uint48 validUntil; uint48 validAfter; address svm; bytes data; bytes32[] proof; bytes callSpecificData; }",
]);
/** The signature field of a userOp whose i-th action uses the i-th of `sessions`; `signature` is the session key's. */
export function batchField({ router, manager }, tree, sessions, signature) {
  const proven = sessions.map((session) => ({
    validUntil: 0,
    validAfter: 0,
    ...session,
    proof: tree.getHexProof(leaf(session)),
    callSpecificData: "0x",
  }));
  return wrap(router, encodeAbiParameters(batchSignature, [manager, proven, signature]));
}
