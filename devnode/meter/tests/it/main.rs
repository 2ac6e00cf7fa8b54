//! The crate from outside: golden vectors, refusals, ink by hand, properties

mod golden;
mod ink;
mod machine;
mod packaging;
mod properties;
mod rejections;
