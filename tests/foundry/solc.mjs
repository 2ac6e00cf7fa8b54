#!/usr/bin/env node
// npm's solc with the command line that forge uses: --version, and --standard-json from stdin. Sources come with the
// input; whatever else is asked for is not there.
import { readFileSync } from "node:fs";

import { solc, version } from "../../contracts/solc.mjs";

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version()}`);
} else if (process.argv.includes("--standard-json")) {
  const missing = (name) => {
    throw new Error(`${name} is not in the input`);
  };
  console.log(JSON.stringify(solc(JSON.parse(readFileSync(0, "utf8")), missing)));
} else {
  console.error("usage: solc --version | --standard-json");
  process.exitCode = 2;
}
