//! Test plans.

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use testfiesta_client::testsigma::Time;

use super::{
    Rows,
    ids::{self, Kind},
    input::Input,
    json, runs,
    titled::{Own, Titled},
};
use crate::store::{Error, Result};

pub(crate) const PLANS: Titled =
    Titled { kind: Kind::Plan, table: "plans", infix: "P", called: "test plan", read_own, tell_own };

fn read_own(input: &Input<'_>, own: &mut Own) -> Result<()> {
    for name in ["start_date", "end_date"] {
        if let Some(at) = input.get(name) {
            let at: Option<Time> = serde_json::from_value(at.clone()).ok();
            own.insert(name.to_owned(), json(at));
        }
    }
    if let Some(labels) = input.array("label_ids")? {
        own.insert("label_ids".to_owned(), labels.clone().into());
    }
    Ok(())
}

fn tell_own(own: &Own) -> Value {
    json!({
        "status": own.get("status").cloned().unwrap_or_else(|| json!("ACTIVE")),
        "start_date": own.get("start_date"),
        "end_date": own.get("end_date"),
        "label_ids": own.get("label_ids"),
    })
}

pub(crate) fn complete(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    PLANS.change(connection, project, id, |own| {
        own.insert("status".to_owned(), json!("COMPLETED"));
        Ok(())
    })?;
    PLANS.find(connection, project, id)
}

/// The runs that are part of a plan.
pub(crate) fn runs(connection: &Connection, project: &str, id: &str) -> Result<Rows> {
    let plan = ids::uuid(Kind::Plan, PLANS.uid(connection, project, id)?);
    let mut rows = runs::list(connection, project)?;
    rows.retain(|(_, run)| run["test_plan_id"] == plan.as_str());
    Ok(rows)
}

/// The UUID of the plan that a run is to be part of.
pub(super) fn must_exist(connection: &Connection, id: &str) -> Result<String> {
    let uid = ids::uid(connection, Kind::Plan, id)?;
    let known = connection.prepare_cached("SELECT uid FROM plans WHERE uid = ?1")?.exists(params![uid])?;
    if known { Ok(id.to_owned()) } else { Err(Error::invalid("test_plan_id", "there is no such plan")) }
}
