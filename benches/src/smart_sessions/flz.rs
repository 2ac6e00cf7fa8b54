//! FastLZ level 1, as far as Smart Sessions' signatures need it: runs of one byte, the rest as it is.

/// Longest run that one control word can repeat, without the first byte.
const MAX_RUN: usize = 262;
/// Shortest that it can repeat.
const MIN_RUN: usize = 3;
/// Bytes that one control byte can announce.
const MAX_LITERALS: usize = 32;

/// The same bytes, compressed.
pub(super) fn compress(data: &[u8]) -> Vec<u8> {
    let (mut packed, mut literals) = (Vec::new(), Vec::new());
    let mut rest = data;
    while let [byte, tail @ ..] = rest {
        literals.push(*byte);
        let run = tail
            .iter()
            .take(MAX_RUN)
            .take_while(|next| *next == byte)
            .count();
        rest = tail;
        if run < MIN_RUN {
            continue;
        }
        flush(&mut packed, &mut literals);
        // length - 2 in three bits, or 7 and length - 9; then the distance less one
        match run {
            ..9 => packed.push(((run - 2) as u8) << 5),
            _ => packed.extend([7 << 5, (run - 9) as u8]),
        }
        packed.push(0);
        rest = tail.get(run..).unwrap_or_default();
    }
    flush(&mut packed, &mut literals);
    packed
}

fn flush(packed: &mut Vec<u8>, literals: &mut Vec<u8>) {
    for some in literals.chunks(MAX_LITERALS) {
        packed.push(some.len() as u8 - 1);
        packed.extend(some);
    }
    literals.clear();
}

#[cfg(test)]
mod tests {
    use super::compress;

    fn expand(mut packed: &[u8]) -> Vec<u8> {
        let mut data = Vec::new();
        while let [control, rest @ ..] = packed {
            let kind = usize::from(control >> 5);
            if kind == 0 {
                let (literals, rest) = rest.split_at(usize::from(*control) + 1);
                data.extend(literals);
                packed = rest;
                continue;
            }
            let (length, rest) = match kind {
                7 => (usize::from(rest[0]) + 9, &rest[1..]),
                _ => (kind + 2, rest),
            };
            let distance = (usize::from(control & 31) << 8) + usize::from(rest[0]) + 1;
            for _ in 0..length {
                data.push(data[data.len() - distance]);
            }
            packed = &rest[1..];
        }
        data
    }

    #[test]
    fn what_is_compressed_expands_to_itself() {
        for zeros in 0..600 {
            let mut data = vec![7, 7, 9];
            data.extend(vec![0; zeros]);
            data.extend(1..=70);
            assert_eq!(expand(&compress(&data)), data, "{zeros}");
        }
        assert_eq!(compress(&[0; 32]), [0, 0, 0xe0, 22, 0]);
    }
}
