//! What the benchmarks share: throwaway crates, what a process cost, and ratios that hold on a noisy machine.

mod compare;
mod cost;
mod throwaway;

pub(crate) use compare::{Comparison, compare};
pub(crate) use cost::{Cost, cost_of};
pub(crate) use throwaway::{Throwaway, repository};
