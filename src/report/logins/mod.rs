//! Who signed in to the console, from where, and in which region.
//!
//! A sign-in is a `ConsoleLogin` record, whatever its result. `CheckMfa`, `SwitchRole` and the other events of the
//! sign-in service are listed apart and never counted among them.

mod guesses;
mod others;
mod tables;

use super::sentence::{basis, counted};
use super::sign_in::{Class, PORTAL_EVENTS, Portal, SignIn, SignInList};
use super::span::Span;
use super::{Ask, Bar, Definition, Error, Report, Section, Series, Shape};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, Keep};
use crate::words::thousands;
use guesses::Guesses;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use others::Others;
use std::collections::{BTreeMap, BTreeSet};

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "logins",
    title: "Console sign-ins",
    question: "who signed in to the console, from where, in which region, and who tried",
    make: |_| Box::new(Logins::default()),
};

/// Selects sign-ins, as the CIS benchmark does: by the name alone.
pub(super) const CONSOLE_LOGIN: &str = r#"{"detail": {"eventName": ["ConsoleLogin"]}}"#;

const CHECK_MFA: &str = r#"{"detail": {"eventSource": ["signin.amazonaws.com"], "eventName": ["CheckMfa"]}}"#;

#[derive(Default)]
struct Logins {
    /// By region, class, type, result and `MFAUsed`.
    kinds: BTreeMap<Kind, Span>,
    wanted: BTreeMap<Wanted, Span>,
    days: BTreeMap<Date, [u64; 2]>,
    week: Box<[[u64; 24]; 7]>,
    principals: BTreeMap<(Option<String>, Option<String>, Class), Tried>,
    sources: BTreeMap<Option<String>, Tried>,
    list: SignInList,
    guesses: Guesses,
    portal: Portal,
    others: Others,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    region: Option<String>,
    class: Class,
    identity_type: Option<String>,
    result: Option<String>,
    mfa_used: Option<String>,
}

/// Wanted region, why it is unknown, and region of the record.
type Wanted = (Option<String>, Option<&'static str>, Option<String>);

/// How sign-ins of one principal or from one source ended.
#[derive(Debug, Default)]
struct Tried {
    successes: u64,
    span: Span,
    /// Addresses of a principal, principals of an address.
    others: BTreeSet<String>,
}

impl Report for Logins {
    fn asks(&self) -> Vec<Ask> {
        vec![
            Ask::pattern("logins/console-login", CONSOLE_LOGIN, Keep::Record),
            Ask::pattern("logins/check-mfa", CHECK_MFA, Keep::Record),
            Ask::pattern("logins/access-portal", PORTAL_EVENTS, Keep::Record),
            Ask::pattern("logins/others", others::PATTERN, Keep::Record),
            Ask::pattern("logins/tokens", others::TOKENS, Ask::counts(&[others::TOKEN_FIELDS])),
        ]
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        match ask {
            0 => self.sign_in(SignIn::read(hit)),
            1 => {
                self.guesses.check_mfa(hit);
                self.others.take(hit);
            }
            2 => self.portal.take(hit),
            3 => self.others.take(hit),
            _ => self.others.take_token(hit),
        }
    }

    fn finish(mut self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        self.portal.complete();
        let (left_out, portal_left_out) = (self.list.left_out(), self.portal.left_out());
        let sign_ins = std::mem::take(&mut self.list).into_sorted(&self.portal);
        let guessed = self.guesses.judge(&sign_ins);
        guesses::find(&guessed, &mut section);
        self.find(&mut section, coverage);
        if left_out + portal_left_out > 0 {
            let text = format!(
                "{} not listed one by one, nor searched for guessed passwords, and {} of the access portal left out: too many",
                counted(left_out, "sign-in"),
                counted(portal_left_out, "event"),
            );
            section.find(Severity::Medium, text);
        }
        self.draw(&mut section);
        self.tables(&mut section)?;
        guesses::tables(&guessed, &mut section)?;
        section.tables.push(tables::portal(&self.portal)?);
        section.tables.push(std::mem::take(&mut self.others).into_table()?);
        section.tables.push(tables::sign_ins(&sign_ins)?);
        define(&mut section);
        section.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Ok(section)
    }
}

impl Logins {
    fn sign_in(&mut self, sign_in: SignIn) {
        let (time, is_success) = (sign_in.time, sign_in.is_success());
        let kind = Kind {
            region: sign_in.region.clone(),
            class: sign_in.class,
            identity_type: sign_in.identity_type.clone(),
            result: sign_in.result.clone(),
            mfa_used: sign_in.mfa_used.clone(),
        };
        self.kinds.entry(kind).or_default().count(time);
        let wanted = (sign_in.wanted_region.clone(), sign_in.why_no_wanted_region(), sign_in.region.clone());
        self.wanted.entry(wanted).or_default().count(time);
        if let Some(moment) = time.map(|time| time.to_zoned(TimeZone::UTC)) {
            self.days.entry(moment.date()).or_default()[usize::from(!is_success)] += 1;
            let weekday = Weekday::to_monday_zero_offset(moment.weekday()) as usize;
            self.week[weekday][moment.hour() as usize] += 1;
        }
        let principal = (sign_in.account.clone(), sign_in.principal.clone(), sign_in.class);
        self.principals.entry(principal).or_default().count(&sign_in, sign_in.source_ip.as_deref());
        // A name says little without its account.
        let account = sign_in.account.as_deref().unwrap_or("-");
        let who = sign_in.principal.as_deref().map(|principal| format!("{account} {principal}"));
        let who = who.filter(|_| !sign_in.is_hidden());
        self.sources.entry(sign_in.source_ip.clone()).or_default().count(&sign_in, who.as_deref());
        self.list.push(sign_in);
    }

    fn find(&self, section: &mut Section, coverage: &Coverage) {
        let all: u64 = self.kinds.values().map(|span| span.records).sum();
        let successes: u64 = self.sources.values().map(|tried| tried.successes).sum();
        let regions: BTreeSet<_> = self.kinds.keys().map(|kind| &kind.region).collect();
        let text = match all {
            0 => format!("0 sign-ins {}", basis(coverage)),
            _ => format!(
                "{}, {} successful and {} failed, recorded in {} {}",
                counted(all, "sign-in"),
                thousands(successes),
                thousands(all - successes),
                counted(regions.len() as u64, "region"),
                basis(coverage),
            ),
        };
        section.find(Severity::Informational, text);
    }

    fn draw(&self, section: &mut Section) {
        let series = |name: &str, place: usize| Series {
            name: name.to_owned(),
            days: self.days.iter().map(|(day, numbers)| (*day, numbers[place])).collect(),
        };
        if !self.days.is_empty() {
            section
                .chart("Sign-ins per day", Shape::Days(vec![series("successful", 0), series("failed", 1)]));
            section.chart("Sign-ins by day of week and hour (UTC)", Shape::Week(self.week.clone()));
        }
        let mut regions: BTreeMap<&str, u64> = BTreeMap::new();
        for (kind, span) in &self.kinds {
            *regions.entry(kind.region.as_deref().unwrap_or("unknown")).or_default() += span.records;
        }
        let bars = regions.into_iter().map(|(name, value)| Bar { name: name.to_owned(), value });
        let mut bars: Vec<Bar> = bars.collect();
        bars.sort_by(|one, other| (other.value, &one.name).cmp(&(one.value, &other.name)));
        if !bars.is_empty() {
            section.chart("Sign-ins by region of the record", Shape::Bars(bars));
        }
    }

    fn tables(&self, section: &mut Section) -> Result<(), Error> {
        section.tables.push(tables::by_region(&self.kinds)?);
        section.tables.push(tables::wanted_regions(&self.wanted)?);
        section.tables.push(tables::by_day(&self.days)?);
        section.tables.push(tables::principals(&self.principals)?);
        section.tables.push(tables::sources(&self.sources)?);
        Ok(())
    }
}

impl Tried {
    fn count(&mut self, sign_in: &SignIn, other: Option<&str>) {
        self.successes += u64::from(sign_in.is_success());
        self.span.count(sign_in.time);
        if let Some(other) = other.filter(|other| !self.others.contains(*other)) {
            self.others.insert(other.to_owned());
        }
    }

    fn failures(&self) -> u64 {
        self.span.records - self.successes
    }
}

/// Explains the words that sign-ins are described with.
pub(super) fn define(section: &mut Section) {
    section.define(
        "sign-in",
        "a `ConsoleLogin` record, whatever its result; other events of the sign-in service are listed apart",
    );
    section.define("region", "where AWS recorded the sign-in: root always in us-east-1, IAM users in the region of the address they used, or in us-east-1, us-east-2, eu-north-1 or ap-southeast-2 when they used the global one");
    section.define("wanted region", "the console's region in the address that the user was sent to (`LoginTo`, `RedirectTo`): text that came from outside, unknown when it names none");
    section.define("federated", "a role session or a federated user; `MFAUsed` says `No` whatever the identity provider asked for, so the verdict on MFA is unknown unless the session itself was begun with MFA");
    section.define("Identity Center", "a session of a role `AWSReservedSSO_…`; judged by the user's latest sign-in to the access portal in the 8 hours before, the portal's default session, joined by the user's name; unknown when there is none in what was read");
    section.define(
        "MFA unknown",
        "the record cannot say whether a second factor was used; the column `reason` says why",
    );
}
