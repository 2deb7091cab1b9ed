//! Access without a second factor: sign-ins under the definitions in use, and calls by what stands behind their
//! credentials.
//!
//! The benchmark's texts of the metric filter for sign-ins without MFA are those that Security Hub has for `CloudWatch.3`:
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html>.

mod calls;
mod origins;
mod tables;

use super::logins::{self, CONSOLE_LOGIN};
use super::sentence::{basis, counted};
use super::sign_in::{Class, Mfa, PORTAL_EVENTS, Portal, SignIn, SignInList, Verdict};
use super::{Ask, Bar, Definition, Error, Report, Section, Shape};
use crate::hit::Hit;
use crate::query::Severity;
use crate::record::Identity;
use crate::replay::{Coverage, Keep};
use crate::words::thousands;
use calls::{CallClass, Calls, Classes};
use origins::Origins;
use std::collections::{BTreeMap, BTreeSet};

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "no-mfa",
    title: "Access without MFA",
    question: "who signed in or called without a second factor, and of whom nobody can say",
    make: |settings| {
        Box::new(NoMfa { is_including_federated: settings.is_including_federated, ..NoMfa::default() })
    },
};

const SIGN_IN_SERVICE: &str = r#"{"detail": {"eventSource": ["signin.amazonaws.com"]}}"#;

#[derive(Default)]
struct NoMfa {
    is_including_federated: bool,
    counts: [Counts; Meaning::ALL.len()],
    all: u64,
    list: SignInList,
    portal: Portal,
    calls: Calls,
    origins: Origins,
}

/// What can be meant by a sign-in without MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The benchmark's metric filter.
    CisBasic,
    /// The other one that the benchmark has had since 1.4.
    CisAlternative,
    /// Ours.
    Default,
    /// Not one without MFA: one that nobody can judge.
    FederatedUnknown,
}

/// What a meaning catches.
#[derive(Debug, Default)]
struct Counts {
    sign_ins: u64,
    successes: u64,
    /// Those whose record has no `MFAUsed` at all.
    without_field: u64,
    principals: BTreeSet<(Option<String>, Option<String>)>,
}

impl Meaning {
    const ALL: [Self; 4] = [Self::CisBasic, Self::CisAlternative, Self::Default, Self::FederatedUnknown];

    fn name(self) -> &'static str {
        match self {
            Self::CisBasic => "CIS",
            Self::CisAlternative => "CIS alternative",
            Self::Default => "backtrail",
            Self::FederatedUnknown => "federated, MFA unknown",
        }
    }

    fn test(self) -> &'static str {
        match self {
            Self::CisBasic => {
                "ConsoleLogin and MFAUsed is not Yes: failures and federated users included, a missing field counts"
            }
            Self::CisAlternative => "as CIS, and an IAM user, and successful: root is left out",
            Self::Default => "successful, an IAM user or root, and MFAUsed is not yes in any case of letters",
            Self::FederatedUnknown => {
                "successful, and federated or of Identity Center: `MFAUsed` says nothing about them"
            }
        }
    }

    /// Tells whether a sign-in is meant.
    fn is_meant(self, sign_in: &SignIn) -> bool {
        let is_success = sign_in.is_success();
        let is_basic = sign_in.mfa_used.as_deref() != Some("Yes");
        match self {
            Self::CisBasic => is_basic,
            Self::CisAlternative => is_basic && is_success && sign_in.class == Class::IamUser,
            Self::Default => {
                is_success && matches!(sign_in.class, Class::Root | Class::IamUser) && !sign_in.is_mfa_used()
            }
            Self::FederatedUnknown => {
                is_success
                    && matches!(sign_in.class, Class::Federated | Class::IdentityCenter)
                    && sign_in.verdict.mfa == Mfa::Unknown
            }
        }
    }
}

impl Report for NoMfa {
    fn asks(&self) -> Vec<Ask> {
        vec![
            Ask::pattern("no-mfa/console-login", CONSOLE_LOGIN, Keep::Record),
            Ask::pattern("no-mfa/access-portal", PORTAL_EVENTS, Keep::Record),
            Ask::everything("no-mfa/calls", Ask::counts(&[&Identity::FIELDS, &[calls::MFA]])),
            Ask::pattern(
                "no-mfa/sign-in-service",
                SIGN_IN_SERVICE,
                Ask::counts(&[&Identity::FIELDS, &[calls::MFA]]),
            ),
            Ask::pattern("no-mfa/sessions", origins::PATTERN, Ask::counts(&[origins::FIELDS])),
        ]
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        match ask {
            0 => {
                self.all += 1;
                self.list.push(SignIn::read(hit));
            }
            1 => self.portal.take(hit),
            2 => self.calls.take(hit),
            3 => self.calls.take_sign_in(hit),
            _ => self.origins.take(hit),
        }
    }

    fn finish(mut self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        self.portal.complete();
        let left_out = self.list.left_out();
        let sign_ins = std::mem::take(&mut self.list).into_sorted(&self.portal);
        sign_ins.iter().for_each(|sign_in| self.count(sign_in));
        let verdicts = verdicts(&sign_ins);
        let classes = std::mem::take(&mut self.calls).classify(&self.origins);
        self.find(&mut section, coverage, &sign_ins);
        find_calls(&mut section, &classes);
        if left_out > 0 {
            let text = format!("{} not judged: too many to keep", counted(left_out, "sign-in"));
            section.find(Severity::Medium, text);
        }
        section.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        draw(&mut section, &verdicts, &classes);
        section.tables.push(tables::meanings(&self.counts, self.is_including_federated)?);
        section.tables.push(tables::verdicts(&verdicts)?);
        section.tables.push(tables::sign_ins(&sign_ins, self.is_including_federated)?);
        section.tables.push(tables::portal(&self.portal)?);
        section.tables.push(tables::calls(&classes)?);
        section.tables.push(tables::principals(&classes)?);
        logins::define(&mut section);
        define(&mut section);
        Ok(section)
    }
}

/// Sign-ins by class, whether they succeeded, and verdict.
type Verdicts = BTreeMap<(Class, bool, Verdict), u64>;

fn verdicts(sign_ins: &[SignIn]) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for sign_in in sign_ins {
        let key = (sign_in.class, sign_in.is_success(), sign_in.verdict);
        *verdicts.entry(key).or_default() += 1;
    }
    verdicts
}

impl NoMfa {
    fn count(&mut self, sign_in: &SignIn) {
        for (meaning, counts) in Meaning::ALL.iter().zip(&mut self.counts) {
            if meaning.is_meant(sign_in) {
                counts.sign_ins += 1;
                counts.successes += u64::from(sign_in.is_success());
                counts.without_field += u64::from(sign_in.mfa_used.is_none());
                counts.principals.insert((sign_in.account.clone(), sign_in.principal.clone()));
            }
        }
    }

    fn find(&self, section: &mut Section, coverage: &Coverage, sign_ins: &[SignIn]) {
        let [_, _, ours, unknown] = &self.counts;
        let is_ours = |sign_in: &&SignIn| Meaning::Default.is_meant(sign_in);
        let root = sign_ins.iter().filter(is_ours).filter(|sign_in| sign_in.class == Class::Root).count();
        let all = counted(self.all, "sign-in");
        let severity = if ours.sign_ins > 0 { Severity::High } else { Severity::Informational };
        let text = match ours.sign_ins {
            0 => format!("0 sign-ins of root or IAM users without MFA among {all} {}", basis(coverage)),
            number => format!(
                "{} without MFA by {}, {} of them by root, among {all} {}",
                counted(number, "sign-in"),
                counted(ours.principals.len() as u64, "principal"),
                thousands(root as u64),
                basis(coverage),
            ),
        };
        section.find(severity, text);
        if unknown.sign_ins > 0 {
            let text = format!(
                "{} of federated users of which nobody can say whether MFA was used",
                counted(unknown.sign_ins, "sign-in")
            );
            section.find(Severity::Informational, text);
        }
        let portal = self.portal.sorted().into_iter();
        let portal = portal.filter(|flow| flow.verdict().mfa == Mfa::No).count();
        if portal > 0 {
            let text = format!(
                "{} to the access portal of Identity Center without MFA",
                counted(portal as u64, "sign-in")
            );
            section.find(Severity::High, text);
        }
    }
}

fn find_calls(section: &mut Section, classes: &Classes) {
    for (class, what) in [
        (CallClass::LongTermKey, "with long-term keys"),
        (CallClass::SessionWithoutMfa, "in sessions without MFA"),
        (CallClass::Unknown, "in sessions of which nobody can say how they were begun"),
    ] {
        let (records, principals) = classes.of(class);
        let severity = if class == CallClass::Unknown { Severity::Informational } else { Severity::Medium };
        if records > 0 {
            let (calls, principals) = (counted(records, "call"), counted(principals, "principal"));
            section.find(severity, format!("{calls} {what} by {principals}"));
        }
    }
}

fn draw(section: &mut Section, verdicts: &Verdicts, classes: &Classes) {
    let mut shares: BTreeMap<Mfa, u64> = BTreeMap::new();
    for ((_, _, verdict), number) in verdicts.iter().filter(|((_, is_success, _), _)| *is_success) {
        *shares.entry(verdict.mfa).or_default() += number;
    }
    let bars: Vec<_> =
        shares.iter().map(|(mfa, value)| Bar { name: mfa.name().to_owned(), value: *value }).collect();
    if !bars.is_empty() {
        section.chart("Successful sign-ins with MFA", Shape::Parts(bars));
    }
    let mut numbers: BTreeMap<CallClass, u64> = BTreeMap::new();
    for ((class, ..), span) in &classes.kinds {
        *numbers.entry(*class).or_default() += span.records;
    }
    let bars = numbers.iter().map(|(class, value)| Bar { name: class.name().to_owned(), value: *value });
    let mut bars: Vec<Bar> = bars.collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.value));
    if !bars.is_empty() {
        section.chart("Records by what stands behind their credentials", Shape::Bars(bars));
    }
}

fn define(section: &mut Section) {
    section.define("long-term key", "a call of an IAM user or root without a session, so with an access key that lasts; a policy that asks for MFA with `Bool` misses it, with `BoolIfExists` it does not");
    section.define("session without MFA", "temporary credentials of an IAM user or root, or of a role that one of them took, whose `mfaAuthenticated` is not true");
    section.define("federated calls", "sessions begun with a token of an identity provider, those of Identity Center included: `mfaAuthenticated` is always false there and says nothing");
    section.define("service calls", "calls of AWS services, of roles that services took, and those that services made for somebody (`invokedBy`): nobody could show a second factor");
    section.define("unknown", "a role session that says `mfaAuthenticated` false, and how it was begun is not in what was read; the column `reason` says more");
    section.define("other calls", "another account's principals, which AWS does not name, anonymous calls, and records without identity");
}
