//! Stands in for the package `crossbeam`: queues only.

pub mod channel;
