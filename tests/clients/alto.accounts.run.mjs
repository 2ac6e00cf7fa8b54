// The alto bundler sends userOps for EntryPoint v0.6 and v0.7: of the EVM accounts that come with each, and of a Stylus
// program.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { encodeFunctionData, getContract, isAddressEqual, parseAbi, parseEther, stringToHex, zeroAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

import { ENTRY_POINTS, withAlto } from "./alto.mjs";
import { account, activate, client, control, deployCode, deployToken, failure, isolate, mined, owner, packageProgram, thirdParty, token, walletOf } from "./common.mjs";

const wallet = walletOf(account(0));
const accountAbi = parseAbi(["function init(address owner, address entryPoint)", "function execute(address to, uint256 value, bytes data)"]);
const execute = (target, data) => encodeFunctionData({ abi: accountAbi, functionName: "execute", args: [target, 0n, data] });
const transfer = (amount) => encodeFunctionData({ abi: token.abi, functionName: "transfer", args: [owner.address, amount] });

describe("alto: accounts", () => {
  isolate();
  const alto = withAlto();
  const programCode = packageProgram("fixture_account");
  let usd;
  before(async () => {
    // an activation is of a code, wherever that is
    await activate(wallet, await deployCode(wallet, programCode));
    usd = getContract({ address: await deployToken(wallet), abi: token.abi, client: { public: client, wallet } });
  });

  /** A userOp with alto's gas limits, signed. */
  async function signed(version, signer, draft) {
    const operation = await alto.estimated(version, draft);
    return { ...operation, signature: await signer.signMessage({ message: { raw: await alto.hash(version, operation) } }) };
  }

  /** Gives an account ether and 100 tokens. */
  async function fund(address) {
    await control.setBalance({ address, value: parseEther("1") });
    await mined(await usd.write.mint([address, 100n]));
  }

  test("knows the chain and the EntryPoints", async () => {
    assert.equal(await alto.bundler.getChainId(), 412346);
    const supported = await alto.bundler.getSupportedEntryPoints();
    assert.deepEqual(supported.toSorted(), Object.values(ENTRY_POINTS).map(({ address }) => address).toSorted());
  });

  for (const [version, { address: entryPoint }] of Object.entries(ENTRY_POINTS)) {
    describe(`EntryPoint v${version}`, () => {
      const artifact = thirdParty(`account-abstraction-v${version.replace(".", "")}/artifacts/SimpleAccountFactory.json`);
      let factory;
      before(async () => {
        const hash = await wallet.deployContract({ abi: artifact.abi, bytecode: artifact.bytecode, args: [entryPoint] });
        factory = getContract({ address: (await mined(hash)).contractAddress, abi: artifact.abi, client: { public: client, wallet } });
      });

      test("creates an account and acts for it, then once more", async () => {
        const signer = privateKeyToAccount(generatePrivateKey());
        const sender = await factory.read.getAddress([signer.address, 0n]);
        await fund(sender);
        const factoryData = encodeFunctionData({ abi: artifact.abi, functionName: "createAccount", args: [signer.address, 0n] });
        for (const [round, create] of [{ factory: factory.address, factoryData }, {}].entries()) {
          const operation = await signed(version, signer, { sender, callData: execute(usd.address, transfer(30n)), ...create });
          const receipt = await alto.included(version, operation);
          assert.equal(receipt.nonce, BigInt(round));
          assert.ok(isAddressEqual(receipt.entryPoint, entryPoint));
          assert.equal(await usd.read.balanceOf([sender]), 100n - 30n * BigInt(round + 1));
          const { userOperation: stored, transactionHash } = await alto.bundler.getUserOperation({ hash: receipt.userOpHash });
          assert.equal(stored.callData, operation.callData);
          assert.equal(transactionHash, receipt.receipt.transactionHash);
        }
      });

      test("acts for an account that is a Stylus program", async () => {
        const signer = privateKeyToAccount(generatePrivateKey());
        const sender = await deployCode(wallet, programCode);
        await mined(await wallet.writeContract({ address: sender, abi: accountAbi, functionName: "init", args: [signer.address, entryPoint] }));
        await fund(sender);
        await alto.included(version, await signed(version, signer, { sender, callData: execute(usd.address, transfer(30n)) }));
        assert.equal(await usd.read.balanceOf([sender]), 70n);

        // what will fail is refused at the estimate, with the token's own words, as hex
        const error = await failure(signed(version, signer, { sender, callData: execute(usd.address, transfer(71n)) }));
        assert.ok(error.message.includes(stringToHex("ERC20: transfer amount exceeds balance").slice(2)), error.message);
      });

      test("refuses a stranger's signature", async () => {
        const signer = privateKeyToAccount(generatePrivateKey());
        await mined(await factory.write.createAccount([signer.address, 0n]));
        const sender = await factory.read.getAddress([signer.address, 0n]);
        await control.setBalance({ address: sender, value: parseEther("1") });
        const stranger = privateKeyToAccount(generatePrivateKey());
        const draft = { sender, callData: execute(zeroAddress, "0x") };
        assert.match((await failure(signed(version, stranger, draft).then((operation) => alto.send(version, operation)))).message, /signature/i);
        await alto.included(version, await signed(version, signer, draft));
      });
    });
  }
});
