//! What a transaction weighs on L1.

use brotli::enc::{
    StandardAlloc,
    encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct},
};

/// Of every ArbOS since 20, unless the chain's owner sets another.
const LEVEL: u32 = 1;
/// Nitro's, whatever the level.
const WINDOW: u32 = 22;

/// A signed transaction as ArbOS compresses it to know what its L1 data costs: all of it in one step, for at this level nothing is
/// found again beyond a step. None if it can not. Of up to 16 KiB it makes as many bytes as brotli in C, which Nitro has; of more
/// it can be 2 % off.
pub(crate) fn compress(transaction: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = BrotliEncoderStateStruct::new(StandardAlloc::default());
    encoder.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, LEVEL);
    encoder.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_LGWIN, WINDOW);
    // with room for what does not compress the encoder writes here and has done with it
    let mut compressed = vec![0; 2 * transaction.len() + 512];
    let (mut read, mut written) = (0, 0);
    let is_compressed = encoder.compress_stream(
        BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
        &mut transaction.len(),
        transaction,
        &mut read,
        &mut compressed.len(),
        &mut compressed,
        &mut written,
        &mut None,
        &mut |_, _, _, _| (),
    );
    compressed.truncate(written);
    (is_compressed && encoder.is_finished()).then_some(compressed)
}

#[cfg(test)]
mod tests {
    use alloy::primitives::keccak256;

    use super::compress;

    /// As Node.js has it: `zlib.brotliCompressSync`, quality 1.
    #[test]
    fn it_is_what_brotli_in_c_makes() {
        let words = (0..250_u32).flat_map(|n| [[0; 32], *keccak256((n % 100).to_be_bytes())]);
        let data: Vec<_> = words.flatten().collect();
        let compressed = compress(&data).unwrap();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &compressed[..], &mut back).unwrap();
        assert_eq!(back, data);
        assert_eq!(compressed.len(), 3_462);
    }
}
