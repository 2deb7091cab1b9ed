//! Which role was used, by whom, from where and how often.
//!
//! Calls for a role are those of STS that hand out credentials, and the console's switch of roles. What was done with a
//! role is known by the records of its sessions: they name the role that issued them
//! (`userIdentity.sessionContext.sessionIssuer`) and are joined by account and role name, which are unique together
//! whatever the role's path. A session is joined with its caller by the access key that the call issued
//! (`responseElements.credentials.accessKeyId`, `userIdentity.accessKeyId` in the session's records), and where no call that
//! was read issued it by the id of the assumed role (`responseElements.assumedRoleUser.assumedRoleId`,
//! `userIdentity.principalId`), which two sessions of one name share.

mod role;
mod session;
mod sessions;
mod tables;
mod uses;

use super::sentence::basis;
use super::{Ask, Definition, Error, Joint, Report, Section, Tally, who};
use crate::hit::Hit;
use crate::query::Severity;
use crate::record::Identity;
use crate::replay::{Coverage, DAY};
use crate::words::{plural, thousands};
use role::Role;
use std::collections::BTreeSet;
use uses::Use;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "roles",
    title: "Roles",
    question: "which role was used, by whom, from where and how often, and what its sessions did",
    make: |settings| Box::new(Roles { top: settings.top, ..Roles::default() }),
};

const CALLS: &str = r#"{"detail":{"eventSource":["sts.amazonaws.com"],"eventName":["AssumeRole","AssumeRoleWithSAML","AssumeRoleWithWebIdentity","AssumeRoot","GetFederationToken"]}}"#;
const SWITCHES: &str = r#"{"detail":{"eventSource":["signin.amazonaws.com"],"eventName":["SwitchRole"]}}"#;
/// Those whose sessions somebody may stand behind. Services start most sessions and are nobody.
const CALLERS: &str = r#"{"detail":{"eventSource":["sts.amazonaws.com"],"eventName":["AssumeRole","AssumeRoleWithSAML","AssumeRoleWithWebIdentity"],"userIdentity":{"type":[{"anything-but":["AWSService"]}]},"responseElements":{"assumedRoleUser":{"assumedRoleId":[{"exists":true}]}}}}"#;
const SESSIONS: &str = r#"{"detail":{"userIdentity":{"type":["AssumedRole","FederatedUser"]}}}"#;

#[derive(Default)]
struct Roles {
    top: usize,
    /// By the fields of a [`Use`], those of the console with their own.
    calls: Tally,
    switches: Tally,
    days: Tally,
    /// By the id of the assumed role with the issued key, and by the caller.
    callers: Joint,
    sessions: Tally,
    /// What was done in each session with each key.
    keys: Joint,
}

impl Report for Roles {
    fn asks(&self) -> Vec<Ask> {
        vec![
            Ask::pattern("roles-calls", CALLS, Ask::counts(&[&uses::calls(), &[DAY]])),
            Ask::pattern("roles-switches", SWITCHES, Ask::counts(&[&uses::switches(), &[DAY]])),
            Ask::pattern("roles-callers", CALLERS, Ask::counts(&[&session::OF_CALLS, &Identity::FIELDS])),
            Ask::pattern("roles-sessions", SESSIONS, Ask::counts(&[&Identity::FIELDS, &[session::KEY]])),
        ]
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        match ask {
            0 => self.calls.take(hit, 0),
            1 => self.switches.take(hit, 0),
            2 => return self.callers.take(hit),
            _ => {
                self.keys.take(hit);
                return self.sessions.take(hit, 0);
            }
        }
        self.days.take(hit, 1);
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let calls = Use::of_calls(self.calls.into_sorted());
        let switches = self.switches.into_sorted().map(|counted| Use::of_switch(&counted));
        let uses: Vec<Use> = calls.chain(switches).collect();
        let sessions = who::merge(self.sessions);
        let roles = role::sum(&uses, &sessions);
        find(&mut section, &uses, coverage);
        let silent = roles.values().filter(|sum| sum.calls == 0).count() as u64;
        if silent > 0 {
            let roles = plural(silent, "role was", "roles were");
            section.find(Severity::Informational, format!("{roles} active without a call in what was read"));
        }
        tables::tell_roles(&mut section, roles)?;
        tables::tell_uses(&mut section, &uses, self.top)?;
        tables::tell_calls(&mut section, &uses)?;
        tables::tell_days(&mut section, self.days)?;
        sessions::tell(&mut section, self.keys.into_all(), &self.callers.into_all(), self.top)?;
        define(&mut section);
        Ok(section)
    }
}

fn find(section: &mut Section, uses: &[Use], coverage: &Coverage) {
    let calls = |is_counted: &dyn Fn(&Use) -> bool| -> u64 {
        uses.iter().filter(|used| is_counted(used)).map(|used| used.span.records).sum()
    };
    let of_root = calls(&|used| used.api.as_deref() == Some("AssumeRoot"));
    if of_root > 0 {
        let text =
            format!("{} for root sessions in member accounts (AssumeRoot)", plural(of_root, "call", "calls"));
        section.find(Severity::Medium, text);
    }
    let known: BTreeSet<&str> = coverage
        .accounts
        .keys()
        .chain(uses.iter().filter_map(|used| used.account.as_ref()))
        .map(String::as_str)
        .collect();
    let across = uses.iter().filter(|used| used.is_across() == Some(true) && !used.is_refused);
    let outside: BTreeSet<&str> = across
        .filter_map(|used| used.caller.account.as_deref())
        .filter(|account| !known.contains(account))
        .collect();
    if !outside.is_empty() {
        let names: Vec<_> = outside.iter().copied().take(10).collect();
        let more = if outside.len() > names.len() { ", …" } else { "" };
        let accounts = plural(outside.len() as u64, "account that is", "accounts that are");
        let text = format!("Roles were used from {accounts} not in this archive: {}{more}", names.join(", "));
        section.find(Severity::Medium, text);
    }
    let all = calls(&|_| true);
    let mut text = format!("{} for roles ", plural(all, "call", "calls"));
    if all > 0 {
        let roles: BTreeSet<&Role> = uses.iter().filter_map(|used| used.role.as_ref()).collect();
        let callers: BTreeSet<_> = uses.iter().map(|used| &used.caller).collect();
        let (refused, across) =
            (calls(&|used| used.is_refused), calls(&|used| used.is_across() == Some(true)));
        text += &format!(
            "({} by {}, {} refused and {} across accounts) ",
            plural(roles.len() as u64, "role", "roles"),
            plural(callers.len() as u64, "principal", "principals"),
            thousands(refused),
            thousands(across)
        );
    }
    text += &basis(coverage);
    section.find(Severity::Informational, text);
}

fn define(section: &mut Section) {
    section.define(
        "call for a role",
        "AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, AssumeRoot and GetFederationToken of STS, and the \
         console's SwitchRole, which is recorded beside an AssumeRole of its own. AssumeRoot counts as the role `root` of \
         the account it is for, GetFederationToken as the role `federated-user/NAME`.",
    );
    section.define(
        "across accounts",
        "The caller's account is another than the role's. Such a call is recorded in both accounts, under two event ids: \
         where both are read it counts twice, and those recorded on the caller's side are counted apart. Services and \
         federated callers have no account of their own, so that it is unknown.",
    );
    section.define(
        "unknown role",
        "A refused call is often recorded without its parameters; then nobody knows which role was asked for.",
    );
    section.define(
        "session",
        "What was done with a role's credentials: records of the types AssumedRole and FederatedUser, by the role that \
         issued them, which is known by account and name. Who called for a session is known when that call was read and \
         was no service's: by the access key that the call issued. Where no call that was read issued the key, those who \
         called for a session of that name are given, and of several nobody knows which did what. Root sessions that are \
         recorded with the type Root are not among them.",
    );
}
