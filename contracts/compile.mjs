// Compiles groups of Solidity files with npm's solc to target/contracts/NAME.json. A group is compiled again only
// when something that it was made from has changed: this file or solc.mjs, the compiler, a source that solc read last time,
// or the list of sources. Called by scripts/build-contracts.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { compilerPath, solc, Stop } from "./solc.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "target", "contracts");

const SETTINGS = { viaIR: true, optimizer: { enabled: true, runs: 800 } };

/** Import prefix -> package folder, where an alias chooses the version. Other packages go by their own name. */
const PACKAGES = {
  "@openzeppelin/contracts/": "openzeppelin-v4/",
  "@account-abstraction/contracts/": "account-abstraction-v06/",
};

const BICONOMY = "@biconomy-devx/account-contracts-v2/contracts/smart-account";

/** All contracts of a folder of ours. */
const ours = (name) => () => {
  const folder = join(here, name);
  if (!existsSync(folder)) return {};
  const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, path));
  const units = paths.filter((path) => path.endsWith(".sol")).map((path) => relative(root, path));
  return Object.fromEntries(units.sort().map((unit) => [unit, null]));
};

/** Per group a function that gives source unit -> names of contracts, or null for all in it. */
const GROUPS = {
  biconomy: () => ({
    [`${BICONOMY}/SmartAccount.sol`]: ["SmartAccount"],
    [`${BICONOMY}/factory/SmartAccountFactory.sol`]: ["SmartAccountFactory"],
    [`${BICONOMY}/modules/EcdsaOwnershipRegistryModule.sol`]: ["EcdsaOwnershipRegistryModule"],
    [`${BICONOMY}/modules/SessionKeyManagerModule.sol`]: ["SessionKeyManager"],
    [`${BICONOMY}/modules/BatchedSessionRouterModule.sol`]: ["BatchedSessionRouter"],
    [`${BICONOMY}/modules/SessionValidationModules/ERC20SessionValidationModule.sol`]: [
      "ERC20SessionValidationModule",
    ],
  }),
  interfaces: ours("interfaces"),
  mocks: ours("mocks"),
  predeploys: ours("predeploys"),
  reference: ours("reference"),
  templates: ours("templates"),
};

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** The file of a source unit. Ours are named from the root (contracts/...), packages' as they are imported. */
function fileOf(unit) {
  if (unit.startsWith("contracts/")) return join(root, unit);
  const prefix = Object.keys(PACKAGES).find((prefix) => unit.startsWith(prefix));
  return join(here, "node_modules", prefix ? PACKAGES[prefix] + unit.slice(prefix.length) : unit);
}

function read(unit) {
  const path = fileOf(unit);
  if (existsSync(path)) return readFileSync(path, "utf8");
  const hint = path.startsWith(join(here, "node_modules")) ? ": run scripts/setup" : "";
  throw new Stop(`${relative(root, path)} is missing${hint}`);
}

/** Contract name -> text of its file. `sources` gets every unit that solc read, with its hash. */
function compile(units, sources) {
  const load = (unit) => {
    const content = read(unit);
    sources[unit] = sha256(content);
    return content;
  };
  const parts = ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "storageLayout"];
  const outputSelection = Object.fromEntries(
    Object.entries(units).map(([unit, names]) => [
      unit,
      Object.fromEntries((names ?? ["*"]).map((name) => [name, parts])),
    ]),
  );
  const result = solc(
    {
      language: "Solidity",
      sources: Object.fromEntries(Object.keys(units).map((unit) => [unit, { content: load(unit) }])),
      settings: { ...SETTINGS, outputSelection },
    },
    load,
  );

  const messages = (result.errors ?? []).filter(
    ({ severity, sourceLocation: at }) => severity === "error" || !at || at.file.startsWith("contracts/"),
  );
  const text = messages.map(({ formattedMessage, message }) => formattedMessage ?? message).join("\n");
  if (messages.some(({ severity }) => severity === "error")) throw new Stop(`solc refuses it:\n${text}`);
  if (text) console.error(text);

  const files = {};
  for (const [unit, names] of Object.entries(units)) {
    const contracts = result.contracts?.[unit] ?? {};
    for (const name of names ?? Object.keys(contracts)) {
      const contract = contracts[name];
      if (!contract) throw new Stop(`${unit} has no contract ${name}`);
      if (files[name]) throw new Stop(`${unit}: another file has a contract ${name} too`);
      const { bytecode, deployedBytecode, methodIdentifiers } = contract.evm;
      const libraries = Object.values(bytecode.linkReferences ?? {}).flatMap(Object.keys);
      if (libraries.length > 0) throw new Stop(`${unit}: ${name} needs linking with ${libraries.join(", ")}`);
      const artefact = {
        contractName: name,
        sourceName: unit,
        abi: contract.abi,
        bytecode: `0x${bytecode.object}`,
        deployedBytecode: `0x${deployedBytecode.object}`,
        methodIdentifiers,
        storageLayout: contract.storageLayout,
      };
      files[name] = `${JSON.stringify(artefact, null, 1)}\n`;
    }
  }
  return files;
}

function write(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

const stampOf = (group) => join(out, `.${group}.stamp`);

/** What the last build of a group was made from and made, or null. */
function stamp(group) {
  try {
    return JSON.parse(readFileSync(stampOf(group), "utf8"));
  } catch {
    return null;
  }
}

function build(group) {
  const units = GROUPS[group]();
  const key = sha256(
    JSON.stringify([
      sha256(readFileSync(fileURLToPath(import.meta.url))),
      sha256(readFileSync(join(here, "solc.mjs"))),
      sha256(readFileSync(compilerPath())),
      units,
    ]),
  );
  const last = stamp(group);
  const upToDate =
    last?.key === key &&
    Object.entries(last.sources).every(
      ([unit, hash]) => existsSync(fileOf(unit)) && sha256(readFileSync(fileOf(unit), "utf8")) === hash,
    ) &&
    last.outputs.every((name) => existsSync(join(out, `${name}.json`)));
  if (upToDate) {
    console.log(`${group}: up to date`);
    return;
  }

  const start = performance.now();
  const sources = {};
  const files = Object.keys(units).length > 0 ? compile(units, sources) : {};
  for (const other of Object.keys(GROUPS).filter((other) => other !== group)) {
    const taken = Object.values(GROUPS[other]()).flatMap((names) => names ?? stamp(other)?.outputs ?? []);
    const double = Object.keys(files).find((name) => taken.includes(name));
    if (double) throw new Stop(`a contract of ${other} is called ${double} too: rename one`);
  }
  mkdirSync(out, { recursive: true });
  rmSync(stampOf(group), { force: true });
  for (const name of last?.outputs ?? []) {
    if (!files[name]) rmSync(join(out, `${name}.json`), { force: true });
  }
  for (const [name, text] of Object.entries(files)) write(join(out, `${name}.json`), text);
  const outputs = Object.keys(files);
  writeFileSync(stampOf(group), JSON.stringify({ key, sources, outputs }));
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`compiled ${group}: ${outputs.length} contracts, ${seconds} s`);
}

const wanted = process.argv.slice(2);
try {
  const unknown = wanted.find((group) => !Object.hasOwn(GROUPS, group));
  if (unknown) throw new Stop(`no group ${unknown}; there are: ${Object.keys(GROUPS).join(", ")}`);
  for (const group of wanted.length > 0 ? wanted : Object.keys(GROUPS)) {
    try {
      build(group);
    } catch (error) {
      if (error instanceof Stop) error.message = `${group}: ${error.message}`;
      throw error;
    }
  }
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(`build-contracts: ${error.message}`);
  process.exitCode = 1;
}
