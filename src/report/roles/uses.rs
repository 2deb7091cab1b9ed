//! Calls for roles that have all in common but the time.

use super::super::{Counted, Span, who::Who};
use super::role::Role;
use crate::record::Identity;
use crate::replay::ACCOUNT;
use std::rc::Rc;

/// What stands behind the caller's identity, of calls of STS …
const OF_CALLS: [&str; 7] = [
    "eventName",
    "sourceIPAddress",
    ACCOUNT,
    "errorCode",
    "requestParameters.roleArn",
    "requestParameters.targetPrincipal",
    "requestParameters.name",
];

/// … and of switches in the console, whose identity is already the role's.
const OF_SWITCHES: [&str; 5] = [
    "eventName",
    "sourceIPAddress",
    ACCOUNT,
    "responseElements.SwitchRole",
    "additionalEventData.SwitchFrom",
];

/// Returns the fields that calls of STS are counted by.
pub(super) fn calls() -> Vec<&'static str> {
    Identity::FIELDS.into_iter().chain(OF_CALLS).collect()
}

/// Returns the fields that switches in the console are counted by.
pub(super) fn switches() -> Vec<&'static str> {
    Identity::FIELDS.into_iter().chain(OF_SWITCHES).collect()
}

/// Calls for a role that have all in common but the time.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) api: Option<String>,
    /// Many calls have the same.
    pub(super) caller: Rc<Who>,
    pub(super) address: Option<String>,
    /// The receiving account: in whose log it is.
    pub(super) account: Option<String>,
    pub(super) role: Option<Role>,
    /// The role's ARN as it was asked for.
    pub(super) arn: Option<String>,
    pub(super) is_refused: bool,
    pub(super) span: Span,
}

impl Use {
    /// Reads what was counted by [`calls`], sorted: those of one caller follow each other.
    pub(super) fn of_calls(calls: impl Iterator<Item = Counted>) -> impl Iterator<Item = Self> {
        let mut last: Option<(Vec<Option<String>>, Rc<Who>)> = None;
        calls.map(move |counted| {
            let identity = counted.values.get(..Identity::FIELDS.len()).unwrap_or_default();
            let known = last.take().filter(|(known, _)| known == identity);
            let (_, caller) = last.insert(known.unwrap_or_else(|| {
                let caller = Who::from_values(identity.iter().map(Option::as_deref));
                (identity.to_vec(), Rc::new(caller))
            }));
            Self::of_call(&counted, Rc::clone(caller))
        })
    }

    fn of_call(counted: &Counted, caller: Rc<Who>) -> Self {
        let [api, address, account, error, arn, target, name] = rest(counted);
        let role = match api.as_deref() {
            Some("AssumeRoot") => target.as_deref().and_then(root_of),
            Some("GetFederationToken") => {
                let user = name.map(|name| format!("federated-user/{name}"));
                user.map(|name| Role { account: account.clone(), name })
            }
            _ => arn.as_deref().and_then(Role::from_arn),
        };
        Self { api, caller, address, account, role, arn, is_refused: error.is_some(), span: counted.span() }
    }

    /// Reads what was counted by [`switches`].
    pub(super) fn of_switch(counted: &Counted) -> Self {
        let [api, address, account, result, from] = rest(counted);
        let switched = Identity::from_values(counted.values_from(0));
        let role = Role::of_session(&switched);
        let caller = Rc::new(from.map(|arn| came_from(&arn)).unwrap_or_default());
        let is_refused = result.as_deref() == Some("Failure");
        Self { api, caller, address, account, role, arn: None, is_refused, span: counted.span() }
    }

    /// Tells whether caller and role are in different accounts, when both are known.
    pub(super) fn is_across(&self) -> Option<bool> {
        let (caller, role) = (self.caller.account.as_deref()?, self.role.as_ref()?.account.as_deref()?);
        Some(caller != role)
    }

    /// Tells whether a call across accounts is in the log of the caller's account.
    pub(super) fn is_on_the_callers_side(&self) -> bool {
        self.is_across() == Some(true) && self.account == self.caller.account
    }
}

fn rest<const N: usize>(counted: &Counted) -> [Option<String>; N] {
    std::array::from_fn(|place| counted.value(Identity::FIELDS.len() + place).map(str::to_owned))
}

/// Reads the target of AssumeRoot: an account, or the ARN of its root.
fn root_of(target: &str) -> Option<Role> {
    let account = target.split(':').nth(4).unwrap_or(target);
    (!account.is_empty()).then(|| Role { account: Some(account.to_owned()), name: "root".to_owned() })
}

/// Reads the ARN of whoever switched roles.
fn came_from(arn: &str) -> Who {
    let mut parts = arn.splitn(6, ':').skip(4);
    let account = parts.next().filter(|account| !account.is_empty()).map(str::to_owned);
    let name = parts.next().unwrap_or(arn);
    // A session is named like in other records.
    let name = name
        .strip_prefix("assumed-role/")
        .map_or_else(|| name.to_owned(), |session| format!("role/{session}"));
    Who { name: Some(name), kind: None, account, arn: Some(arn.to_owned()) }
}
