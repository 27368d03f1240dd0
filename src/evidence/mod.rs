//! From the ledger to auditors.

pub mod audit;
pub mod backup;
pub mod bundle;
pub mod rebuild;
