//! What is in a WASM module.

use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// A module, as the linker wrote it.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Module and name.
    pub(crate) imports: Vec<(String, String)>,
    /// Name, kind and index.
    exports: Vec<(String, ExternalKind, u32)>,
    /// By global: may it change?
    globals: Vec<bool>,
    /// Pages that the memories begin with.
    pages: Vec<u64>,
    /// Functions of its own.
    pub(crate) functions: u32,
    /// Bytes of the data section.
    pub(crate) data_section_bytes: usize,
    /// The dispatch table: a signature a line.
    pub(crate) interface: Vec<String>,
}

impl Module {
    /// The module of a program.
    pub(crate) fn of(program: &str) -> Self {
        Self::parse(&world::program(program).unwrap())
    }

    fn parse(wasm: &[u8]) -> Self {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.unwrap();
                        assert!(
                            matches!(import.ty, TypeRef::Func(_)),
                            "{} is no function",
                            import.name
                        );
                        module
                            .imports
                            .push((import.module.into(), import.name.into()));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.unwrap();
                        module
                            .exports
                            .push((export.name.into(), export.kind, export.index));
                    }
                }
                Payload::GlobalSection(section) => {
                    let globals = section.into_iter().map(|global| global.unwrap().ty.mutable);
                    module.globals.extend(globals);
                }
                Payload::MemorySection(section) => {
                    let pages = section.into_iter().map(|memory| memory.unwrap().initial);
                    module.pages.extend(pages);
                }
                Payload::FunctionSection(section) => module.functions = section.count(),
                Payload::DataSection(section) => {
                    module.data_section_bytes =
                        (section.range().end - section.range().start) as usize;
                }
                Payload::CustomSection(section) if section.name() == "interface" => {
                    let text = std::str::from_utf8(section.data()).unwrap();
                    module.interface = text.lines().map(String::from).collect();
                }
                _ => {}
            }
        }
        module
    }
}

#[test]
fn one_page_of_memory_and_one_entry() {
    for (program, _) in crate::PROGRAMS {
        let Module {
            pages,
            mut exports,
            globals,
            ..
        } = Module::of(program);
        assert_eq!(pages, [1], "{program}");
        // rustc has the linker export two constants. The chain drops all exports but the other two.
        exports.retain(|(name, kind, index)| {
            let is_global = *kind == ExternalKind::Global && !globals[*index as usize];
            !(is_global && ["__heap_base", "__data_end"].contains(&name.as_str()))
        });
        let mut names: Vec<_> = exports
            .iter()
            .map(|(name, kind, _)| (name.as_str(), *kind))
            .collect();
        names.sort_by_key(|(name, _)| *name);
        let expected = [
            ("memory", ExternalKind::Memory),
            ("user_entrypoint", ExternalKind::Func),
        ];
        assert_eq!(names, expected, "{program}");
    }
}
