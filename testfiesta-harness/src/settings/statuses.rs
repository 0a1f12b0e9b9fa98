//! The numbers that a workspace gave its statuses.

const NAMES: [&str; 5] = ["passed", "failed", "skipped", "timed_out", "crashed"];

/// Status numbers by outcome, as in `passed=3,failed=4`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusIds([Option<u64>; NAMES.len()]);

impl StatusIds {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut ids = Self::default();
        for part in super::values::list(text) {
            let pair = part.split_once('=').map(|(name, id)| (name.trim(), id.trim().parse()));
            let Some((name, Ok(id))) = pair else {
                return Err(format!("`{part}` is not of the form `passed=3`"));
            };
            let Some(place) = place(name) else {
                return Err(format!("`{name}` is none of {}", NAMES.join(", ")));
            };
            ids.0[place] = Some(id);
        }
        Ok(ids)
    }

    /// The number for an outcome. What stopped a test early counts as failed where nothing else is said.
    pub fn get(&self, outcome: &str) -> Option<u64> {
        let id = place(outcome).and_then(|place| self.0[place]);
        if matches!(outcome, "timed_out" | "crashed") { id.or_else(|| self.get("failed")) } else { id }
    }

    /// The outcomes that need a number and have none. What stopped a test early needs none of its own.
    pub(super) fn missing_for_executions(&self) -> Option<String> {
        let needed = ["passed", "failed", "skipped"];
        let missing: Vec<_> = needed.into_iter().filter(|name| self.get(name).is_none()).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }
}

fn place(outcome: &str) -> Option<usize> {
    NAMES.iter().position(|name| *name == outcome)
}
