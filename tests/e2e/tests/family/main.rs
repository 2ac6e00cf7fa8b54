//! Every SVM against the real thing: sessions act through EntryPoint, account, manager and router on contracts from npm.

mod aave;
mod mint;
mod packages;
mod rules;
mod scene;
mod transfer;
mod uniswap_v2;
mod uniswap_v3;
