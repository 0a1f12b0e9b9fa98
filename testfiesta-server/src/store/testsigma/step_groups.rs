//! Step groups: steps that several cases share.

use serde_json::{Value, json};

use super::{
    ids::Kind,
    input::Input,
    titled::{Own, Titled},
};
use crate::store::Result;

pub(crate) const STEP_GROUPS: Titled = Titled {
    kind: Kind::StepGroup,
    table: "step_groups",
    infix: "SG",
    called: "step group",
    read_own,
    tell_own,
};

const LISTS: [&str; 2] = ["steps", "label_ids"];

fn read_own(input: &Input<'_>, own: &mut Own) -> Result<()> {
    for name in LISTS {
        if let Some(list) = input.array(name)? {
            own.insert(name.to_owned(), list.clone().into());
        }
    }
    Ok(())
}

fn tell_own(own: &Own) -> Value {
    LISTS
        .into_iter()
        .map(|name| (name.to_owned(), own.get(name).cloned().unwrap_or_else(|| json!([]))))
        .collect()
}
