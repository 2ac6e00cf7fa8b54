//! The world around the programs.
