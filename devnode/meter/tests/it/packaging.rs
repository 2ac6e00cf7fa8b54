//! Packing and unpacking

use crate::golden::golden;
use devnode_meter::{CodeError, Rejection, Rules, init_code, is_program, meter, package, unpack};

const LIMIT: usize = 128 * 1024;

fn brotli(data: &[u8], window: i32) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 9,
        lgwin: window,
        ..Default::default()
    };
    let mut code = vec![0xef, 0xf0, 0, 0];
    brotli::BrotliCompress(&mut &*data, &mut code, &params).expect("compresses");
    code
}

/// The oracle's programs were packed by cargo-stylus (C brotli). The Rust ones carry its section with a
/// hash of the project, which packing drops; all others are canonical and give the same bytes
#[test]
fn packing_gives_the_bytes_of_cargo_stylus() {
    const PROJECT_HASH: usize = 47; // the section with its header
    for (name, program) in &golden().programs {
        let code = package(&program.wasm).unwrap_or_else(|e| panic!("{name}: {e}"));
        if name.ends_with("_rust") {
            let wasm = unpack(&code, LIMIT).expect("unpacks");
            assert_eq!(
                wasm,
                program.wasm[..program.wasm.len() - PROJECT_HASH],
                "{name}"
            );
        } else {
            assert_eq!(hex::encode(code), hex::encode(&program.code), "{name}");
        }
    }
}

#[test]
fn packing_is_canonical() {
    for (name, program) in &golden().programs {
        let code = package(&program.wasm).expect("packs");
        let wasm = unpack(&code, LIMIT).expect("unpacks");
        assert_eq!(package(&wasm).as_ref(), Ok(&code), "{name}");
        meter(&wasm, &Rules::new(51)).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let plain = wat::parse_str("(module (func $f))").expect("WAT");
    let wasm = unpack(&package(&plain).expect("packs"), LIMIT).expect("unpacks");
    let kinds: Vec<_> = wasmparser::Parser::new(0)
        .parse_all(&wasm)
        .map(|p| p.expect("parses"))
        .collect();
    assert!(
        !kinds
            .iter()
            .any(|p| matches!(p, wasmparser::Payload::CustomSection(_))),
        "names are stripped"
    );
    let overlong = [&plain[..8], &[1, 0x84, 0x80, 0, 1, 0x60, 0, 0]].concat(); // a section whose length takes 3 bytes
    let short = wat::parse_str("(module (type (func)))").expect("WAT");
    assert_eq!(package(&overlong), package(&short));
}

#[test]
fn a_program_is_told_by_its_prefix() {
    assert!(is_program(&[0xef, 0xf0, 0, 0]) && is_program(&[0xef, 0xf0, 0, 7, 1]));
    let no: [&[u8]; 6] = [
        &[],
        &[0xef],
        &[0xef, 0xf0, 0],
        &[0xef, 0xf0, 1, 0],
        &[0xef, 0x01, 0, 0],
        &[0xff, 0xf0, 0, 0],
    ];
    for code in no {
        assert!(!is_program(code), "{code:?}");
        assert_eq!(unpack(code, LIMIT), Err(CodeError::NotAProgram));
    }
}

#[test]
fn damaged_code_is_refused() {
    let code = brotli(b"some module", 22);
    assert_eq!(unpack(&code, LIMIT).expect("unpacks"), b"some module");
    for dictionary in [1, 2, 255] {
        let mut other = code.clone();
        other[3] = dictionary;
        assert_eq!(
            unpack(&other, LIMIT),
            Err(CodeError::Dictionary(dictionary))
        );
    }
    for cut in 4..code.len() {
        assert_eq!(
            unpack(&code[..cut], LIMIT),
            Err(CodeError::Compression),
            "{cut}"
        );
    }
    let longer = [&code[..], &[0]].concat();
    assert_eq!(
        unpack(&longer, LIMIT),
        Err(CodeError::Compression),
        "bytes after the stream"
    );
}

#[test]
fn a_bomb_does_not_go_off() {
    let bomb = brotli(&vec![0; 64 << 20], 24);
    assert!(bomb.len() < 1000, "{}", bomb.len());
    assert_eq!(unpack(&bomb, LIMIT), Err(CodeError::TooLarge(LIMIT)));
    assert_eq!(unpack(&bomb, 0), Err(CodeError::TooLarge(0)));
    let exact = brotli(&vec![0; LIMIT], 22);
    assert_eq!(unpack(&exact, LIMIT).map(|wasm| wasm.len()), Ok(LIMIT));
    assert_eq!(
        unpack(&exact, LIMIT - 1),
        Err(CodeError::TooLarge(LIMIT - 1))
    );
}

#[test]
fn the_host_has_a_limit_of_its_own_whatever_the_chain_allows() {
    use devnode_meter::code::HOST_MAX_WASM_BYTES as MOST;
    let fits = brotli(&vec![0; MOST], 22);
    assert_eq!(unpack(&fits, usize::MAX).map(|wasm| wasm.len()), Ok(MOST));
    let bomb = brotli(&vec![0; MOST + 1], 22);
    assert_eq!(unpack(&bomb, usize::MAX), Err(CodeError::TooLarge(MOST)));
}

#[test]
fn windows_beyond_the_standard_are_refused() {
    let params = brotli::enc::BrotliEncoderParams {
        large_window: true,
        lgwin: 26,
        quality: 9,
        ..Default::default()
    };
    let mut code = vec![0xef, 0xf0, 0, 0];
    brotli::BrotliCompress(&mut &b"some module"[..], &mut code, &params).expect("compresses");
    assert_eq!(unpack(&code, LIMIT), Err(CodeError::Compression));
}

#[test]
fn what_does_not_fit_is_not_packed() {
    let noise = |bytes: usize| {
        let mut state = 1_u32;
        let data: String = (0..bytes)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                format!("\\{:02x}", state >> 24)
            })
            .collect();
        wat::parse_str(format!(
            "(module (memory 1) (data (i32.const 0) \"{data}\"))"
        ))
        .expect("WAT")
    };
    let fits = package(&noise(24_000)).expect("packs");
    assert!(fits.len() <= 24_576);
    assert!(matches!(
        package(&noise(25_000)),
        Err(CodeError::CodeTooLarge(25_000..))
    ));
    assert_eq!(package(b"(module)"), Err(CodeError::NotWasm));
    assert!(matches!(
        package(b"\0asm, but not really"),
        Err(CodeError::Module(Rejection::Invalid { .. }))
    ));
}

/// 43 bytes of creation code; here they are run
#[test]
fn init_code_returns_what_follows_it() {
    let code: Vec<u8> = (0..=255).cycle().take(7013).collect();
    let init = init_code(&code);
    assert_eq!(init.len(), 43 + code.len());
    assert_eq!(
        hex::encode(&init[..43]),
        format!("7f{:064x}80602b6000396000f300", code.len()),
        "PUSH32 len DUP1 PUSH1 2b PUSH1 0 CODECOPY PUSH1 0 RETURN, version"
    );
    assert_eq!(&init[43..], code);
}
