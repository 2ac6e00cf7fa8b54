//! `debug_traceCall` and `debug_traceTransaction`.

use std::time::Duration;

use alloy::{
    primitives::B256,
    rpc::types::{
        TransactionRequest,
        trace::geth::{GethDebugTracingOptions, GethTrace},
    },
};
use revm_inspectors::tracing::{DebugInspectorError, TransactionContext};

use super::{
    budget::{Exhausted, MOST_BYTES},
    inspect,
    tracer::Tracer,
};
use crate::{CallContext, CallError, DebugTraceError, Devnode, TraceError, call::Call};

/// What a trace may take if the request doesn't say, as in geth.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Devnode {
    /// Runs a call under one of geth's tracers: the opcode logger if `options` name none,
    /// `callTracer`, `prestateTracer`, `4byteTracer`, `flatCallTracer`, `erc7562Tracer`,
    /// `muxTracer`, `noopTracer`, or, with the feature `js-tracer`, a script. A failed call has a
    /// trace too.
    ///
    /// # Errors
    /// If the call can not begin, the options make no sense, the tracer is not here, or the trace
    /// takes longer than the timeout (5 s if none is given) or more than 256 MiB.
    pub fn debug_trace_call(
        &self,
        request: &TransactionRequest,
        context: impl Into<CallContext>,
        options: GethDebugTracingOptions,
    ) -> Result<GethTrace, DebugTraceError> {
        trace(self.prepare(request, &context.into())?, options, None)
    }

    /// Runs a mined transaction again, after those before it in its block, under one of the tracers
    /// of [`debug_trace_call`](Self::debug_trace_call).
    ///
    /// # Errors
    /// If the transaction or the state before it is not there; otherwise as there.
    pub fn debug_trace_transaction(
        &self,
        hash: B256,
        options: GethDebugTracingOptions,
    ) -> Result<GethTrace, DebugTraceError> {
        let (block, index) = self.blocks.find(hash).ok_or(TraceError::Unknown(hash))?;
        let context = TransactionContext::default()
            .with_block_hash(block.hash())
            .with_tx_index(index)
            .with_tx_hash(hash);
        trace(self.replay(hash)?, options, Some(context))
    }
}

fn trace(
    call: Call<'_>,
    options: GethDebugTracingOptions,
    transaction: Option<TransactionContext>,
) -> Result<GethTrace, DebugTraceError> {
    let timeout = options.timeout.as_deref().map_or(Ok(TIMEOUT), parse)?;
    let tracer = Tracer::new(options, timeout)?;
    let (tx, block) = (call.tx.clone(), call.block.clone());
    let mut run = inspect(call, tracer);
    match run.inspector.exhausted {
        Some(Exhausted::Time) => return Err(DebugTraceError::Timeout(timeout)),
        Some(Exhausted::Memory) => return Err(DebugTraceError::TooLarge(MOST_BYTES)),
        None => {}
    }
    let done = run.done.map_err(CallError::Refused)?;
    let tracer = &mut run.inspector.inspector;
    Ok(tracer.get_result(transaction, &tx, &block, &done, &mut run.db)?)
}

/// A Go duration: `5s`, `1m30s`, `2500ms`.
fn parse(text: &str) -> Result<Duration, DebugTraceError> {
    let refuse = || DebugTraceError::Options(format!("timeout {text:?} is no duration"));
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let unit = number.trim_start_matches(char::is_alphabetic);
        let value: f64 = rest[..rest.len() - number.len()]
            .parse()
            .map_err(|_| refuse())?;
        seconds += value
            * match &number[..number.len() - unit.len()] {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                _ => return Err(refuse()),
            };
        rest = unit;
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if !timeout.is_zero() => Ok(timeout),
        _ => Err(refuse()),
    }
}

impl From<DebugInspectorError> for DebugTraceError {
    fn from(error: DebugInspectorError) -> Self {
        match error {
            DebugInspectorError::JsTracerNotEnabled => Self::NoScripts,
            #[cfg(feature = "js-tracer")]
            DebugInspectorError::JsInspector(error) => Self::Script(error.to_string()),
            other => Self::Options(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        let millis = |text| parse(text).map(|duration| duration.as_millis()).ok();
        assert_eq!(millis("5s"), Some(5_000));
        assert_eq!(millis("2500ms"), Some(2_500));
        assert_eq!(millis("1m30.5s"), Some(90_500));
        for text in [
            "", "5", "s", "5 s", "-5s", "5parsecs", "0s", "1.2.3s", "1e9h",
        ] {
            assert_eq!(millis(text), None, "{text:?}");
        }
    }
}
