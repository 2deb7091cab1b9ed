//! What root did.
//!
//! A use of root is meant as the CIS benchmark means it (3.3 in 1.2, 4.3 since 1.4, 5.3 since 6.0): a record of `Root` that
//! no service was invoked for, and that is no service's own event. What is left out by that is counted beside it.
//! Sessions of `AssumeRoot` are another thing: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html>.

mod sessions;
mod tables;
mod uses;

use super::sentence::{basis, counted};
use super::sign_in::Mfa;
use super::span::Span;
use super::{Ask, Bar, Definition, Error, Report, Section, Series, Shape};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, Keep};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sessions::Sessions;
use std::collections::{BTreeMap, BTreeSet};
use uses::{RootUse, Way};

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "root",
    title: "Use of root",
    question: "when root was used, with or without MFA, with which keys, and what was done",
    make: |_| Box::new(Root::default()),
};

const ROOT: &str = r#"{"detail": {"userIdentity": {"type": ["Root"]}}}"#;

/// So many uses are listed one by one, the first of the archive.
const MOST: usize = 100_000;

#[derive(Default)]
struct Root {
    accounts: BTreeMap<Option<String>, Account>,
    actions: BTreeMap<Action, Done>,
    keys: BTreeMap<(Option<String>, Option<String>), Key>,
    days: BTreeMap<Date, u64>,
    own_credentials: u64,
    uses: Vec<RootUse>,
    left_out: u64,
    sessions: Sessions,
}

/// Root's records of one account.
#[derive(Debug, Default)]
struct Account {
    all: Span,
    uses: Span,
    invoked: u64,
    service_events: u64,
    sign_ins: u64,
    failed_sign_ins: u64,
    sign_ins_without_mfa: u64,
    with_mfa: u64,
    without_mfa: u64,
    mfa_unknown: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Action {
    way: Way,
    event_source: Option<String>,
    event_name: Option<String>,
    account: Option<String>,
    region: Option<String>,
    mfa: Mfa,
}

#[derive(Debug, Default)]
struct Done {
    span: Span,
    errors: u64,
}

#[derive(Debug, Default)]
struct Key {
    span: Span,
    sources: BTreeSet<String>,
}

impl Report for Root {
    fn asks(&self) -> Vec<Ask> {
        let mut asks = vec![Ask::pattern("root/uses", ROOT, Keep::Record)];
        asks.extend(sessions::asks());
        asks
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        match ask {
            0 => self.take_use(RootUse::read(hit)),
            1 => self.sessions.take_call(hit),
            _ => self.sessions.take_activity(hit),
        }
    }

    fn finish(mut self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        self.uses.sort_by(|one, other| (one.time, &one.event_id).cmp(&(other.time, &other.event_id)));
        self.find(&mut section, coverage);
        self.sessions.find(&mut section);
        section.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.draw(&mut section);
        section.tables.push(tables::accounts(&self.accounts)?);
        section.tables.push(tables::actions(&self.actions)?);
        section.tables.push(tables::keys(&self.keys)?);
        section.tables.push(tables::uses(&self.uses)?);
        std::mem::take(&mut self.sessions).tables(&mut section)?;
        define(&mut section);
        Ok(section)
    }
}

impl Root {
    fn take_use(&mut self, root: RootUse) {
        self.accounts.entry(root.account.clone()).or_default().count(&root);
        let action = Action {
            way: root.way,
            event_source: root.event_source.clone(),
            event_name: root.event_name.clone(),
            account: root.account.clone(),
            region: root.region.clone(),
            mfa: root.verdict.mfa,
        };
        let done = self.actions.entry(action).or_default();
        done.span.count(root.time);
        done.errors += u64::from(root.error.is_some());
        if root.way != Way::Root {
            return;
        }
        if let Some(time) = root.time {
            *self.days.entry(time.to_zoned(TimeZone::UTC).date()).or_default() += 1;
        }
        let key = self.keys.entry((root.account.clone(), root.access_key_id.clone())).or_default();
        key.span.count(root.time);
        key.sources.extend(root.source_ip.clone());
        self.own_credentials += u64::from(root.is_own_credential && root.error.is_none());
        if self.uses.len() < MOST {
            self.uses.push(root);
        } else {
            self.left_out += 1;
        }
    }

    fn find(&self, section: &mut Section, coverage: &Coverage) {
        let sum = |number: fn(&Account) -> u64| self.accounts.values().map(number).sum::<u64>();
        let uses = sum(|account| account.uses.records);
        let places = self.accounts.values().filter(|account| account.uses.records > 0).count() as u64;
        match uses {
            0 => section.find(Severity::Informational, format!("0 uses of root {}", basis(coverage))),
            _ => section.find(
                Severity::High,
                format!(
                    "{} of root in {} {}",
                    counted(uses, "use"),
                    counted(places, "account"),
                    basis(coverage)
                ),
            ),
        }
        let keys = self.keys.iter().filter(|((_, key), _)| uses::is_long_term(key.as_deref()));
        let by_keys: u64 = keys.map(|(_, key)| key.span.records).sum();
        // Security Hub calls both critical: IAM.4 and IAM.9.
        for (severity, number, what, rest) in [
            (Severity::Critical, by_keys, "use", "of root with an access key that lasts"),
            (
                Severity::Critical,
                sum(|account| account.sign_ins_without_mfa),
                "sign-in",
                "of root without MFA",
            ),
            (
                Severity::High,
                self.own_credentials,
                "change",
                "of root's own password, access keys or MFA devices",
            ),
            (Severity::Medium, sum(|account| account.failed_sign_ins), "failed sign-in", "of root"),
            (
                Severity::Informational,
                sum(|account| account.invoked + account.service_events),
                "record",
                "of root's identity made by services, which are no uses of root",
            ),
            (Severity::Medium, self.left_out, "use", "of root not listed one by one: too many"),
        ] {
            if number > 0 {
                section.find(severity, format!("{} {rest}", counted(number, what)));
            }
        }
    }

    fn draw(&self, section: &mut Section) {
        if !self.days.is_empty() {
            let days = self.days.iter().map(|(day, number)| (*day, *number)).collect();
            let series = Series { name: "uses of root".to_owned(), days };
            section.chart("Uses of root per day", Shape::Days(vec![series]));
        }
        let sum = |number: fn(&Account) -> u64| self.accounts.values().map(number).sum::<u64>();
        let parts = [
            (Mfa::Yes, sum(|account| account.with_mfa)),
            (Mfa::No, sum(|account| account.without_mfa)),
            (Mfa::Unknown, sum(|account| account.mfa_unknown)),
        ];
        let bars = parts.into_iter().filter(|(_, value)| *value > 0);
        let bars: Vec<_> = bars.map(|(mfa, value)| Bar { name: mfa.name().to_owned(), value }).collect();
        if !bars.is_empty() {
            section.chart("Uses of root with MFA", Shape::Parts(bars));
        }
    }
}

impl Account {
    fn count(&mut self, root: &RootUse) {
        self.all.count(root.time);
        match root.way {
            Way::Root => {}
            Way::Invoked => return self.invoked += 1,
            Way::ServiceEvent => return self.service_events += 1,
        }
        self.uses.count(root.time);
        match root.verdict.mfa {
            Mfa::Yes => self.with_mfa += 1,
            Mfa::No => self.without_mfa += 1,
            Mfa::Unknown => self.mfa_unknown += 1,
        }
        match root.sign_in {
            Some(true) => {
                self.sign_ins += 1;
                self.sign_ins_without_mfa += u64::from(root.verdict.mfa == Mfa::No);
            }
            Some(false) => self.failed_sign_ins += 1,
            None => {}
        }
    }
}

fn define(section: &mut Section) {
    section.define("use of root", "a record whose identity is `Root`, that no service was invoked for (`invokedBy`), and that is no service's own event (`AwsServiceEvent`): the CIS benchmark's sense; failed sign-ins are among them");
    section.define("MFA", "of a sign-in what `MFAUsed` says, a missing field counting as no; of a call what the session says; a key that lasts is used without; unknown where the record has neither a session nor a key");
    section.define("key that lasts", "an access key of root itself, `AKIA…`: there should be none; keys that begin with `ASIA` are those of a session, of the console for example");
    section.define("AWS Internal", "some services write this user agent when they act for root in the console: the use began with a sign-in all the same");
    section.define("root session", "a session that `AssumeRoot` gave to an administrator of the organisation for one task in a member account; it is no use of root's own credentials, but its records may have the identity `Root`, and then count as uses, too");
}
