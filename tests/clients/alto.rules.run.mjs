// What a validation must not do (ERC-7562): in safe mode alto refuses it, for it sees the steps of EVM contracts and what Stylus
// programs ask of the chain; else it takes it.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { concatHex, parseEther } from "viem";

import { ENTRY_POINTS, SAFE, withAlto } from "./alto.mjs";
import { account, activate, deployCode, failure, isolate, mined, packageProgram, walletOf } from "./common.mjs";

const wallet = walletOf(account(0));
/** PUSH0 PUSH0 MSTORE, PUSH1 32 PUSH0 RETURN: "valid", to a validation and to everything else. */
const VALID = "0x5f5f5260205ff3";
const TIMESTAMP_POP = "0x4250";
/** STATICCALL without data, the answer is not looked at. */
const ask = (address) => concatHex(["0x5f5f5f5f73", address.toLowerCase(), "0x5afa50"]);

/** Includes a userOp of an account that does this in its validation. */
async function validates(alto, version, code) {
  const sender = await deployCode(wallet, concatHex([code, VALID]));
  await mined(await wallet.writeContract({ ...ENTRY_POINTS[version], functionName: "depositTo", args: [sender], value: parseEther("1") }));
  const operation = await alto.estimated(version, { sender, callData: "0x00" }, "0x");
  return alto.included(version, { ...operation, signature: "0x" });
}

describe("alto: rules", () => {
  isolate();
  const alto = withAlto();
  let idle;
  let clock;
  before(async () => {
    idle = await deployCode(wallet, packageProgram("fixture_account"));
    clock = await deployCode(wallet, packageProgram("fixture_clock"));
    for (const program of [idle, clock]) await activate(wallet, program);
  });

  for (const version of Object.keys(ENTRY_POINTS)) {
    describe(`EntryPoint v${version}`, () => {
      test("nothing of the kind", async () => {
        await validates(alto, version, "0x");
        await validates(alto, version, ask(idle));
      });

      for (const [who, code] of [["the account", () => TIMESTAMP_POP], ["a program that it asks", () => ask(clock)]]) {
        test(`${who} reads the time`, async () => {
          if (!SAFE) return validates(alto, version, code());
          assert.match((await failure(validates(alto, version, code()))).message, /account uses banned opcode: TIMESTAMP/);
        });
      }
    });
  }
});

// Why alto.correct.mjs is needed. If this fails, alto may have been mended.
if (SAFE) {
  describe("alto: safe mode as it is published", () => {
    isolate();
    const alto = withAlto({ corrected: false });
    const words = { "0.6": /Details: 0x0{64}\n/, "0.7": /Encoded error signature \\"0x99410554\\" not found on ABI/ };
    for (const [version, expected] of Object.entries(words)) {
      test(`accepts nothing for EntryPoint v${version}`, async () => {
        assert.match((await failure(validates(alto, version, "0x"))).message, expected);
      });
    }
  });
}
