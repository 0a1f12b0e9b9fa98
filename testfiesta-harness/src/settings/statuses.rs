//! The numbers that a workspace gave its statuses.

use std::collections::BTreeMap;

const NAMES: [&str; 5] = ["passed", "failed", "skipped", "timed_out", "crashed"];

/// Status numbers by outcome, as in `passed=3,failed=4`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusIds(BTreeMap<&'static str, u64>);

impl StatusIds {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut ids = BTreeMap::new();
        for part in super::list(text) {
            let pair = part.split_once('=').map(|(name, id)| (name.trim(), id.trim().parse()));
            let Some((name, Ok(id))) = pair else {
                return Err(format!("`{part}` is not of the form `passed=3`"));
            };
            let Some(name) = NAMES.iter().find(|known| **known == name) else {
                return Err(format!("`{name}` is none of {}", NAMES.join(", ")));
            };
            ids.insert(*name, id);
        }
        Ok(Self(ids))
    }

    /// The number for an outcome. What stopped a test early counts as failed where nothing else is said.
    pub fn get(&self, outcome: &str) -> Option<u64> {
        let fallback = matches!(outcome, "timed_out" | "crashed").then_some("failed");
        self.0.get(outcome).or_else(|| self.0.get(fallback?)).copied()
    }

    pub(super) fn missing_for_executions(&self) -> Option<String> {
        let missing: Vec<_> = NAMES.iter().filter(|name| self.get(name).is_none()).copied().collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }
}
