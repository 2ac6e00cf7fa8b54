// A function of a tracer that gives a tracer for the engine, `JsInspector`, which then treats it as geth does. Alone the engine
// - throws where geth pads: `log.memory.slice` of bytes behind the end of the memory;
// - makes the traced frame revert when a callback throws, and goes on: the trace is of what never happened. In geth, it is an error.
(tracer) => {
    if (tracer === null || typeof tracer !== "object") return tracer; // refused as it is
    /** The most zeros that geth puts behind the memory. */
    const MOST_ZEROS = 1 << 20;
    /** The callback that was called last, if it has not come back: the engine breaks endless loops off. */
    let running;
    let failure;
    let widened = false;

    /** The engine has one `log` for all steps. */
    function widen(log) {
        if (widened) return;
        widened = true;
        const memory = log.memory, slice = memory.slice;
        memory.slice = (from, to) => {
            from = Number(from), to = Number(to);
            if (from === to) return new Uint8Array(0);
            const length = memory.length();
            if (!(0 <= from && from < to && length < to && to <= length + MOST_ZEROS)) return slice(from, to);
            const bytes = new Uint8Array(to - from);
            if (from < length) bytes.set(slice(from, length));
            return bytes;
        };
    }

    /** Why there is no trace, if that is so. */
    function failed() {
        if (running !== undefined) failure ??= running + "() was broken off";
        return failure;
    }

    function guard(name, prepare) {
        if (typeof tracer[name] !== "function") return tracer[name];
        return (subject, db) => {
            if (failed() !== undefined) return;
            running = name;
            try {
                prepare?.(subject);
                tracer[name](subject, db);
            } catch (error) {
                failure = name + "() threw " + error;
            }
            running = undefined;
        };
    }

    const shell = { step: guard("step", widen), fault: guard("fault", widen), enter: guard("enter"), exit: guard("exit") };
    shell.result = typeof tracer.result !== "function" ? tracer.result : (context, db) => {
        if (failed() !== undefined) throw new Error(failure);
        return tracer.result(context, db);
    };
    shell.setup = typeof tracer.setup !== "function" ? tracer.setup : (config) => tracer.setup(config);
    return shell;
}
