//! Sign-ins that look like guessed or stolen passwords.

use crate::hit::Hit;
use crate::query::Severity;
use crate::record::Paths;
use crate::report::sentence::counted;
use crate::report::sign_in::{Class, SignIn};
use crate::report::span::Span;
use crate::report::{Column, Error, Kind, Rows, Section, Table, Value};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;

/// So many failures from one address make a success there remarkable …
const FAILURES: usize = 3;

/// … when they are no older than this.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// A code that is asked for is typed within this time, or not at all.
const TYPING: SignedDuration = SignedDuration::from_mins(5);

/// So many questions for a code are looked at.
const MOST: usize = 100_000;

/// Questions for a code, while they come.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    questions: Vec<Question>,
    left_out: u64,
}

/// The password was right, and a code was asked for: `CheckMfa`.
#[derive(Debug, Clone)]
struct Question {
    time: Option<Timestamp>,
    account: Option<String>,
    region: Option<String>,
    principal: Option<String>,
    source_ip: Option<String>,
    factor: Option<String>,
    event_id: Option<String>,
}

/// Account, user and source address of a failure.
type Attempt<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// What looks like guessing.
#[derive(Debug)]
pub(super) struct Guessed<'a> {
    /// Failures by account, user, source address; users with hidden names are one.
    failures: BTreeMap<Attempt<'a>, Span>,
    /// Successes, and how many failures from the same address came before.
    after: Vec<(&'a SignIn, u64)>,
    unanswered: Vec<Question>,
    left_out: u64,
}

static PATHS: LazyLock<Paths> =
    LazyLock::new(|| Paths::new(["additionalEventData.MfaType", "responseElements.CheckMfa"]));

impl Guesses {
    /// Takes a `CheckMfa` record.
    pub(super) fn check_mfa(&mut self, hit: &Hit<'_>) {
        let picked = PATHS.pick(hit.record);
        if picked.text("responseElements.CheckMfa").as_deref() != Some("Success") {
            return;
        }
        if self.questions.len() >= MOST {
            self.left_out += 1;
            return;
        }
        let facts = hit.facts;
        self.questions.push(Question {
            time: facts.time,
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
            principal: facts.principal.clone(),
            source_ip: facts.source_ip.clone(),
            factor: picked.text("additionalEventData.MfaType").map(std::borrow::Cow::into_owned),
            event_id: facts.event_id.clone(),
        });
    }

    /// Judges sign-ins, which must be in the order of their times.
    pub(super) fn judge<'a>(&self, sign_ins: &'a [SignIn]) -> Guessed<'a> {
        let mut failures: BTreeMap<_, Span> = BTreeMap::new();
        for sign_in in sign_ins.iter().filter(|sign_in| !sign_in.is_success()) {
            let key = (
                sign_in.account.as_deref(),
                sign_in.principal.as_deref().filter(|_| !sign_in.is_hidden()),
                sign_in.source_ip.as_deref(),
            );
            failures.entry(key).or_default().count(sign_in.time);
        }
        Guessed {
            failures,
            after: after_failures(sign_ins),
            unanswered: self.unanswered(sign_ins),
            left_out: self.left_out,
        }
    }

    /// Returns the questions that no success of the same user from the same address follows in time.
    fn unanswered(&self, sign_ins: &[SignIn]) -> Vec<Question> {
        let mut answers: BTreeMap<_, Vec<Timestamp>> = BTreeMap::new();
        for sign_in in sign_ins.iter().filter(|sign_in| sign_in.is_success()) {
            let key = (&sign_in.account, &sign_in.principal, &sign_in.source_ip);
            answers.entry(key).or_default().extend(sign_in.time);
        }
        let is_answered = |question: &&Question| {
            let key = (&question.account, &question.principal, &question.source_ip);
            // Without a time nothing can be said against it.
            let (Some(times), Some(time)) = (answers.get(&key), question.time) else {
                return question.time.is_none();
            };
            let next = times.get(times.partition_point(|answer| *answer < time));
            next.is_some_and(|answer| answer.duration_since(time) <= TYPING)
        };
        let mut unanswered: Vec<_> =
            self.questions.iter().filter(|question| !is_answered(question)).cloned().collect();
        unanswered.sort_by(|one, other| (one.time, &one.event_id).cmp(&(other.time, &other.event_id)));
        unanswered
    }
}

/// Returns the successes before which there were failures from the same address, and how many.
fn after_failures(sign_ins: &[SignIn]) -> Vec<(&SignIn, u64)> {
    let mut failed: BTreeMap<&str, VecDeque<Timestamp>> = BTreeMap::new();
    let mut after = Vec::new();
    for sign_in in sign_ins {
        let (Some(source), Some(time)) = (sign_in.source_ip.as_deref(), sign_in.time) else { continue };
        let times = failed.entry(source).or_default();
        while times.front().is_some_and(|failure| time.duration_since(*failure) > BEFORE) {
            times.pop_front();
        }
        if !sign_in.is_success() {
            times.push_back(time);
        } else if times.len() >= FAILURES {
            after.push((sign_in, times.len() as u64));
        }
    }
    after
}

pub(super) fn find(guessed: &Guessed<'_>, section: &mut Section) {
    if !guessed.after.is_empty() {
        let is_plain = |(sign_in, _): &&(&SignIn, u64)| {
            matches!(sign_in.class, Class::Root | Class::IamUser) && !sign_in.is_mfa_used()
        };
        let without = guessed.after.iter().filter(is_plain).count();
        let severity = if without > 0 { Severity::High } else { Severity::Medium };
        let text = format!(
            "{} after {FAILURES} or more failures from the same address within 24 hours, {without} of them without MFA",
            counted(guessed.after.len() as u64, "successful sign-in"),
        );
        section.find(severity, text);
    }
    if !guessed.unanswered.is_empty() {
        let text = format!(
            "{} with the right password, but without the MFA code that was asked for",
            counted(guessed.unanswered.len() as u64, "attempt"),
        );
        section.find(Severity::High, text);
    }
    if guessed.left_out > 0 {
        let text =
            format!("{} for an MFA code not looked at: too many", counted(guessed.left_out, "question"));
        section.find(Severity::Medium, text);
    }
}

pub(super) fn tables(guessed: &Guessed<'_>, section: &mut Section) -> Result<(), Error> {
    section.tables.push(failures(guessed)?);
    section.tables.push(successes(guessed)?);
    section.tables.push(unanswered(guessed)?);
    section.define("success after failures", "a sign-in that succeeded after 3 or more had failed from the same source address within 24 hours, whoever it was");
    section.define("unanswered MFA question", "`CheckMfa` without a successful sign-in of the same user from the same address within 5 minutes: the password is known, the second factor was not passed; at the end of what was read the answer may only be missing");
    Ok(())
}

fn failures(guessed: &Guessed<'_>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "the account that somebody tried to sign in to"),
        Column::new(
            "principal",
            Kind::Text,
            "the user; none where AWS hides the name because it is nobody's",
        ),
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::bar("failures", "sign-ins that failed"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    let mut sorted: Vec<_> = guessed.failures.iter().collect();
    sorted.sort_by_key(|(_, span)| std::cmp::Reverse(span.records));
    for ((account, principal, source), span) in sorted {
        rows.push([
            (*account).into(),
            (*principal).into(),
            (*source).into(),
            span.records.into(),
            span.first.into(),
            span.last.into(),
        ]);
    }
    let about = "One row for each account, user and source address, those with most failures first.";
    Ok(rows.into_table("failures", "Failed sign-ins", about)?)
}

fn successes(guessed: &Guessed<'_>) -> Result<Table, Error> {
    let before =
        Column::bar("failures_before", "sign-ins that failed from the same address in the 24 hours before");
    let mut rows = Rows::new([before].into_iter().chain(SignIn::columns()));
    for (sign_in, before) in &guessed.after {
        rows.push_all([Value::from(*before)].into_iter().chain(sign_in.row()));
    }
    let about =
        "One row a successful sign-in after 3 or more failures from the same address, in the order of times.";
    Ok(rows.into_table("success_after_failures", "Successes after failures", about)?)
}

fn unanswered(guessed: &Guessed<'_>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("time", Kind::Time, "`eventTime`"),
        Column::new("account", Kind::Text, "the account"),
        Column::new("region", Kind::Text, "`awsRegion`: where AWS recorded it"),
        Column::new("principal", Kind::Text, "the user"),
        Column::new("mfa_type", Kind::Text, "`additionalEventData.MfaType`: what was asked for"),
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::new("event_id", Kind::Text, "`eventID`"),
    ]);
    for question in &guessed.unanswered {
        let time = [question.time.into()];
        let texts = [
            &question.account,
            &question.region,
            &question.principal,
            &question.factor,
            &question.source_ip,
            &question.event_id,
        ];
        rows.push_all(time.into_iter().chain(texts.into_iter().map(|text| text.as_deref().into())));
    }
    let about =
        "One row a question for an MFA code that no successful sign-in follows, in the order of times.";
    Ok(rows.into_table("unanswered_mfa", "Right password, no MFA code", about)?)
}
