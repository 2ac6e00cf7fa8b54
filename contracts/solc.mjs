// npm's solc, as the contracts here are compiled with it.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The npm alias of the compiler, for all groups: Biconomy's sources ask for exactly this version. */
const SOLC = "solc-0.8.17";

/** A failure that the reader can act on; printed without a stack. */
export class Stop extends Error {}

let soljson; // loaded once, and only if something is to be compiled

export function compilerPath() {
  const path = join(here, "node_modules", SOLC, "soljson.js");
  if (!existsSync(path)) throw new Stop(`${relative(dirname(here), path)} is missing: run scripts/setup`);
  return path;
}

/**
 * Standard JSON in and out. The input goes in by a pointer into the compiler's heap (the wrapper of the package
 * copies it to the compiler's small stack); solc asks for imports through `load`.
 */
export function solc(input, load) {
  soljson ??= createRequire(import.meta.url)(compilerPath());
  const copy = (text) => {
    const size = soljson.lengthBytesUTF8(text) + 1;
    const pointer = soljson._solidity_alloc(size);
    soljson.stringToUTF8(text, pointer, size);
    return pointer;
  };
  const callback = soljson.addFunction((_context, kind, name, contents, error) => {
    if (soljson.UTF8ToString(kind) !== "source") return;
    try {
      soljson.setValue(contents, copy(load(soljson.UTF8ToString(name))), "*");
    } catch (reason) {
      soljson.setValue(error, copy(reason.message), "*");
    }
  }, "viiiii");
  try {
    return JSON.parse(soljson.UTF8ToString(soljson._solidity_compile(copy(JSON.stringify(input)), callback, 0)));
  } finally {
    soljson.removeFunction(callback);
    soljson._solidity_reset();
  }
}

/** The compiler's version, with its commit. */
export function version() {
  soljson ??= createRequire(import.meta.url)(compilerPath());
  return soljson.UTF8ToString(soljson._solidity_version());
}
