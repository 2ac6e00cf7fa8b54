//! Addresses of our released session validation modules.
#![no_std]
