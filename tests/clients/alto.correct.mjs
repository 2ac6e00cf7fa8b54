// `node --import` this before alto 0.0.20 to correct its safe mode (esm/rpc/validation/SafeValidator.js), which accepts no userOp of any
// node. The rules that it checks, and the tracers that it sends, are untouched.
//
// 1. EntryPoint v0.6: it sends the tracer for v0.7, which skips the frames above the third. So the REVERT of
//    simulateValidation is missing, and the last thing in the trace is the end of the last call, 32 zero bytes. The package has
//    the tracer for v0.6, and nothing imports it.
// 2. EntryPoint v0.7: it looks for an error `ValidationResult` in an ABI without errors. What ends the trace is the end of
//    the EntryPoint's frame: DelegateAndRevert(success, answer of simulateValidation or FailedOp).
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

if (isMainThread) register(import.meta.url);

/** Sets errorName and args, as alto goes on with them. */
const DECODE_ANSWER = `const { args: [success, answer] } = decodeErrorResult({
            abi: parseAbi(["error DelegateAndRevert(bool success, bytes answer)"]),
            data: resultData
        });
        const failed = success ? undefined : decodeErrorResult({
            abi: parseAbi(["error FailedOp(uint256 index, string reason)", "error FailedOpWithRevert(uint256 index, string reason, bytes inner)"]),
            data: answer
        });
        const errorName = success ? "ValidationResult" : failed.args.map(String).join(" ");
        const args = success && [decodeFunctionResult({ abi: pimlicoSimulationsAbi, functionName: "simulateValidation", data: answer })];`;

const CHANGES = [
  ['import { bundlerCollectorTracer } from "./BundlerCollectorTracerV07.js";', '$&\nimport { bundlerCollectorTracer as tracerV06 } from "./BundlerCollectorTracerV06.js";'],
  ["encodeFunctionData, zeroAddress } from", "encodeFunctionData, decodeFunctionResult, parseAbi, zeroAddress } from"],
  // the first of two is in the function for v0.6
  ["tracer: bundlerCollectorTracer,", "tracer: tracerV06,"],
  [/const \{ errorName, args \} = decodeErrorResult\(\{\s+abi: pimlicoSimulationsAbi,[^}]+\}\);/, DECODE_ANSWER],
];

/** A hook of Node's module loader. */
export async function load(url, context, next) {
  const module = await next(url, context);
  if (!url.endsWith("/alto/esm/rpc/validation/SafeValidator.js")) return module;
  let source = String(module.source);
  for (const [was, is] of CHANGES) {
    const before = source;
    source = source.replace(was, is);
    if (source === before) throw new Error(`alto has changed: no ${was}`);
  }
  return { ...module, source };
}
