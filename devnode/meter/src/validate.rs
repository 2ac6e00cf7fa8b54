//! Parsing, and everything that Nitro checks before it instruments (§1.5)

use crate::{ENTRYPOINT, HOOKS, MEMORY, Rejection, Rules, hostio, instrument::Globals};
use std::collections::{HashMap, HashSet};
use wasmparser::{
    ConstExpr, DataKind, DataSectionReader, ElementItems, ElementKind, ElementSectionReader,
    ExternalKind, FuncType, FunctionBody, FunctionSectionReader, GlobalSectionReader,
    ImportSectionReader, KnownCustom, MemorySectionReader, MemoryType, Name, Operator, Parser,
    Payload, TableSectionReader, TableType, TypeRef, TypeSectionReader, ValType, Validator,
    WasmFeatures,
};

const PAGE: u64 = 64 * 1024;
/// The most pages that any program may begin with, whatever the chain says
const HEAP_PAGES: u64 = 128;
const NAME_BYTES: usize = 512;
const RESERVED: &str = "stylus";

/// The sections that instrumentation copies
#[derive(Default)]
pub(crate) struct Sections<'a> {
    pub types: Option<TypeSectionReader<'a>>,
    pub imports: Option<ImportSectionReader<'a>>,
    pub functions: Option<FunctionSectionReader<'a>>,
    pub tables: Option<TableSectionReader<'a>>,
    pub memories: Option<MemorySectionReader<'a>>,
    pub globals: Option<GlobalSectionReader<'a>>,
    pub elements: Option<ElementSectionReader<'a>>,
    pub data: Option<DataSectionReader<'a>>,
}

/// A module that passed every check but those on its instructions
pub(crate) struct Module<'a> {
    pub sections: Sections<'a>,
    /// The length of the module in bytes
    pub len: usize,
    pub types: Vec<FuncType>,
    /// Of each function, imported ones first: the index of its type
    pub functions: Vec<u32>,
    /// How many functions are imported
    pub imported: usize,
    pub bodies: Vec<FunctionBody<'a>>,
    /// How many globals the module has itself
    pub globals: u32,
    /// The globals that are added
    pub added: Globals,
    /// The index of the entry function
    pub entrypoint: u32,
    /// Pages of 64 KiB
    pub pages: u16,
    /// The index of `pay_for_memory_grow`, when the memory can grow
    pub pay: Option<u32>,
    /// Bytes of the data segments with their headers
    pub data_ranges: u64,
    /// Bytes of the data segments without their headers
    pub data_bytes: u64,
    /// Bytes of the element segments with their headers
    pub elem_ranges: u64,
}

impl Module<'_> {
    /// The type of a function, imported ones first
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        self.types
            .get(*self.functions.get(index as usize)? as usize)
    }
}

/// The proposals that Nitro validates with
fn features(rules: &Rules) -> WasmFeatures {
    let base = WasmFeatures::MVP
        | WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY;
    if rules.multi_value() {
        base | WasmFeatures::MULTI_VALUE
    } else {
        base
    }
}

/// Parses and checks a module
pub(crate) fn parse<'a>(wasm: &'a [u8], rules: &Rules) -> Result<Module<'a>, Rejection> {
    if wasm.len() > rules.max_wasm_bytes {
        return Err(Rejection::TooLarge {
            have: wasm.len(),
            limit: rules.max_wasm_bytes,
        });
    }
    let features = features(rules);
    Validator::new_with_features(features).validate_all(wasm)?;

    let mut module = Module {
        sections: Sections::default(),
        len: wasm.len(),
        types: vec![],
        functions: vec![],
        imported: 0,
        bodies: vec![],
        globals: 0,
        added: Globals::after(0),
        entrypoint: 0,
        pages: 0,
        pay: None,
        data_ranges: 0,
        data_bytes: 0,
        elem_ranges: 0,
    };
    let mut imports = vec![];
    let mut exports = HashMap::new();
    let mut memories: Vec<MemoryType> = vec![];
    let mut tables: Vec<TableType> = vec![];

    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                module.types = section
                    .clone()
                    .into_iter_err_on_gc_types()
                    .collect::<Result<_, _>>()?;
                module.sections.types = Some(section);
            }
            Payload::ImportSection(section) => {
                imports = section.clone().into_imports().collect::<Result<_, _>>()?;
                module.functions = check_imports(&imports, &module.types, rules)?;
                module.imported = module.functions.len();
                module.sections.imports = Some(section);
            }
            Payload::FunctionSection(section) => {
                for index in section.clone() {
                    module.functions.push(index?);
                }
                module.sections.functions = Some(section);
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    tables.push(table?.ty);
                }
                module.sections.tables = Some(section);
            }
            Payload::MemorySection(section) => {
                memories = section.clone().into_iter().collect::<Result<_, _>>()?;
                module.sections.memories = Some(section);
            }
            Payload::GlobalSection(section) => {
                for global in section.clone() {
                    constant("a global's initial value", &global?.init_expr)?;
                }
                module.globals = section.count();
                module.added = Globals::after(section.count());
                module.sections.globals = Some(section);
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    exports.insert(export.name, (export.kind, export.index));
                }
            }
            Payload::ElementSection(section) => {
                module.elem_ranges = check_elements(&section, &tables)?;
                module.sections.elements = Some(section);
            }
            Payload::DataSection(section) => {
                let pages = memories.first().map_or(0, |memory| memory.initial);
                (module.data_ranges, module.data_bytes) = check_data(&section, pages)?;
                module.sections.data = Some(section);
            }
            Payload::CodeSectionEntry(body) => module.bodies.push(body),
            Payload::StartSection { .. } => return Err(Rejection::Start),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    check_names(names)?;
                }
            }
            Payload::DataCountSection { .. } => return Err(Rejection::Section("DataCount")),
            Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => {}
            _ => return Err(Rejection::Section("of another kind")),
        }
    }

    check_symbols(&imports, &exports)?;
    limit("functions", module.bodies.len() as u64, 4096)?;
    limit(
        "globals",
        u64::from(module.globals) + u64::from(Globals::COUNT),
        32_768,
    )?;
    limit(
        "table entries",
        tables
            .iter()
            .fold(0_u64, |sum, table| sum.saturating_add(table.initial)),
        4096,
    )?;

    let Some(&(ExternalKind::Func, entrypoint)) = exports.get(ENTRYPOINT) else {
        return Err(Rejection::NoEntrypoint);
    };
    let entry_type = FuncType::new([ValType::I32], [ValType::I32]);
    if module.function_type(entrypoint) != Some(&entry_type) {
        return Err(Rejection::EntrypointType);
    }
    module.entrypoint = entrypoint;

    let (Some(memory), Some((ExternalKind::Memory, _))) = (memories.first(), exports.get(MEMORY))
    else {
        return Err(Rejection::NoMemory);
    };
    let pages = HEAP_PAGES.min(rules.page_limit.into());
    if memory.initial > pages {
        return Err(Rejection::MemoryTooLarge {
            have: memory.initial,
            limit: pages,
        });
    }
    module.pages = memory.initial as u16; // at most 128
    if memory.maximum != Some(memory.initial) {
        let pay = imports
            .iter()
            .position(|i| i.module == HOOKS && i.name == hostio::PAY_FOR_MEMORY_GROW);
        module.pay = Some(pay.ok_or(Rejection::NoPayForMemoryGrow)? as u32);
    }
    Ok(module)
}

fn limit(what: &'static str, have: u64, limit: u64) -> Result<(), Rejection> {
    if have > limit {
        Err(Rejection::TooMany { what, have, limit })
    } else {
        Ok(())
    }
}

/// The value of an expression that must be one constant
fn constant<'a>(what: &'static str, expr: &ConstExpr<'a>) -> Result<Operator<'a>, Rejection> {
    use Operator::{End, F32Const, F64Const, I32Const, I64Const};
    let mut ops = expr.get_operators_reader();
    match (ops.read()?, ops.read()?, ops.eof()) {
        (
            op @ (I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. }),
            End,
            true,
        ) => Ok(op),
        _ => Err(not_constant(what)),
    }
}

/// For what the validator has refused already
fn not_constant(what: &'static str) -> Rejection {
    Rejection::Invalid {
        reason: format!("{what} is not a constant"),
        offset: 0,
    }
}

/// The offset of a segment in bytes or entries
fn offset(what: &'static str, expr: &ConstExpr<'_>) -> Result<u64, Rejection> {
    match constant(what, expr)? {
        Operator::I32Const { value } => Ok(value.cast_unsigned().into()),
        _ => Err(not_constant(what)),
    }
}

/// Only functions, only those of the chain, each with one type; returns the types' indices
fn check_imports(
    imports: &[wasmparser::Import<'_>],
    types: &[FuncType],
    rules: &Rules,
) -> Result<Vec<u32>, Rejection> {
    if rules.import_limit() {
        limit("imports", imports.len() as u64, 513)?;
    }
    let mut seen = HashMap::new();
    let mut functions = Vec::with_capacity(imports.len());
    for import in imports {
        let (module, name) = (import.module.to_owned(), import.name.to_owned());
        let TypeRef::Func(index) = import.ty else {
            return Err(Rejection::ImportKind { module, name });
        };
        if seen
            .insert((import.module, import.name), index)
            .is_some_and(|prior| prior != index)
        {
            return Err(Rejection::InconsistentImport { module, name });
        }
        if import.name.starts_with(RESERVED) {
            return Err(Rejection::Reserved(name));
        }
        let ty = types.get(index as usize);
        match ty.and_then(|ty| hostio::matches(import.module, import.name, ty, rules.debug)) {
            Some(true) => functions.push(index),
            Some(false) => return Err(Rejection::ImportType { module, name }),
            None => return Err(Rejection::UnknownImport { module, name }),
        }
    }
    Ok(functions)
}

/// Names: no import exported again, nothing reserved, none too long. What counts of an export's name is what
/// follows the last `__`
fn check_symbols(
    imports: &[wasmparser::Import<'_>],
    exports: &HashMap<&str, (ExternalKind, u32)>,
) -> Result<(), Rejection> {
    limit("exports", exports.len() as u64, 1024)?;
    if let Some(name) = exports.keys().find(|name| name.len() > NAME_BYTES) {
        return Err(Rejection::LongName(name.len()));
    }
    let names: HashSet<&str> = exports
        .keys()
        .map(|name| name.rsplit("__").next().unwrap_or(name))
        .collect();
    if let Some(import) = imports.iter().find(|import| names.contains(import.name)) {
        return Err(Rejection::Reexport(import.name.to_owned()));
    }
    if let Some(name) = names.iter().find(|name| name.starts_with(RESERVED)) {
        return Err(Rejection::Reserved((*name).to_owned()));
    }
    Ok(())
}

/// A name section must parse, and the module's name must be short
fn check_names(names: wasmparser::NameSectionReader<'_>) -> Result<(), Rejection> {
    for name in names {
        match name? {
            Name::Module { name, .. } if name.len() > NAME_BYTES => {
                return Err(Rejection::LongName(name.len()));
            }
            Name::Function(functions) => {
                for function in functions {
                    function?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Function indices at a constant offset within a table; returns the bytes of all segments
fn check_elements(
    section: &ElementSectionReader<'_>,
    tables: &[TableType],
) -> Result<u64, Rejection> {
    limit("element segments", section.count().into(), 128)?;
    let mut bytes = 0;
    for element in section.clone() {
        let element = element?;
        bytes += element.range.end - element.range.start;
        let ElementKind::Active {
            table_index,
            offset_expr,
        } = &element.kind
        else {
            continue;
        };
        let ElementItems::Functions(functions) = &element.items else {
            return Err(not_constant("an element"));
        };
        let size = tables
            .get(table_index.unwrap_or(0) as usize)
            .map_or(0, |table| table.initial);
        if offset("an element segment's offset", offset_expr)? + u64::from(functions.count()) > size
        {
            return Err(Rejection::OutOfBounds("elements"));
        }
    }
    limit("bytes of element segments", bytes, 4096)?;
    Ok(bytes)
}

/// Bytes at a constant offset within the initial memory; returns the bytes of all segments with and
/// without their headers
fn check_data(section: &DataSectionReader<'_>, pages: u64) -> Result<(u64, u64), Rejection> {
    limit("data segments", section.count().into(), 128)?;
    let (mut ranges, mut bytes) = (0, 0);
    for data in section.clone() {
        let data = data?;
        ranges += data.range.end - data.range.start;
        bytes += data.data.len() as u64;
        let DataKind::Active { offset_expr, .. } = &data.kind else {
            continue;
        };
        if offset("a data segment's offset", offset_expr)? + data.data.len() as u64 > pages * PAGE {
            return Err(Rejection::OutOfBounds("data"));
        }
    }
    Ok((ranges, bytes))
}
