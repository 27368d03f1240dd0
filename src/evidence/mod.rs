//! From the ledger to auditors.

pub mod attest;
pub mod audit;
pub mod backup;
pub mod bundle;
pub mod erasure;
pub mod exports;
pub mod import;
pub mod keys;
pub mod rebuild;
