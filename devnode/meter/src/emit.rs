//! Writing the instrumented module

use crate::{ENTRYPOINT, INK_LEFT, INK_STATUS, MEMORY, Rejection, STACK_LEFT, validate::Module};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, ExportKind, ExportSection,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, TableSection,
    TypeSection, ValType,
    reencode::{Reencode, RoundtripReencoder},
};

/// Puts the module together again: its own sections, the instrumented code, the added globals, and no
/// exports but those that the host needs
pub(crate) fn module(module: &Module<'_>, code: CodeSection) -> Result<Vec<u8>, Rejection> {
    let mut out = wasm_encoder::Module::new();
    let sections = &module.sections;
    macro_rules! copy {
        ($field:ident, $section:ty, $parse:ident) => {
            if let Some(reader) = &sections.$field {
                let mut section = <$section>::new();
                RoundtripReencoder.$parse(&mut section, reader.clone())?;
                out.section(&section);
            }
        };
    }
    copy!(types, TypeSection, parse_type_section);
    copy!(imports, ImportSection, parse_import_section);
    copy!(functions, FunctionSection, parse_function_section);
    copy!(tables, TableSection, parse_table_section);
    copy!(memories, MemorySection, parse_memory_section);

    let mut globals = GlobalSection::new();
    if let Some(reader) = &sections.globals {
        RoundtripReencoder.parse_global_section(&mut globals, reader.clone())?;
    }
    let mutable = |val_type| GlobalType {
        val_type,
        mutable: true,
        shared: false,
    };
    globals.global(mutable(ValType::I64), &ConstExpr::i64_const(0)); // ink
    globals.global(mutable(ValType::I32), &ConstExpr::i32_const(0)); // status
    globals.global(mutable(ValType::I32), &ConstExpr::i32_const(0)); // scratch
    globals.global(mutable(ValType::I32), &ConstExpr::i32_const(0)); // stack
    out.section(&globals);

    let mut exports = ExportSection::new();
    exports.export(ENTRYPOINT, ExportKind::Func, module.entrypoint);
    exports.export(MEMORY, ExportKind::Memory, 0);
    exports.export(INK_LEFT, ExportKind::Global, module.added.ink);
    exports.export(INK_STATUS, ExportKind::Global, module.added.status);
    exports.export(STACK_LEFT, ExportKind::Global, module.added.stack);
    out.section(&exports);

    copy!(elements, ElementSection, parse_element_section);
    out.section(&code);
    copy!(data, DataSection, parse_data_section);
    Ok(out.finish())
}
