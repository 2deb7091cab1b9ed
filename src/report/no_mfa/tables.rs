//! The tables about access without a second factor.

use super::calls::Classes;
use super::{Counts, Meaning, Verdicts};
use crate::report::sign_in::{Portal, SignIn};
use crate::report::{Column, Error, Kind, Rows, Table, Value};
use std::collections::BTreeMap;

pub(super) fn meanings(counts: &[Counts], is_including_federated: bool) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("definition", Kind::Text, "what is meant by a sign-in without MFA"),
        Column::new("test", Kind::Text, "what a sign-in must be to count"),
        Column::bar("sign_ins", "number of sign-ins"),
        Column::new("successes", Kind::Count, "those of them that succeeded"),
        Column::new("without_field", Kind::Count, "those of them whose record has no `MFAUsed`"),
        Column::new(
            "principals",
            Kind::Count,
            "number of different principals, told apart by account and name",
        ),
    ]);
    for (meaning, counts) in Meaning::ALL.iter().zip(counts) {
        if *meaning == Meaning::FederatedUnknown && !is_including_federated {
            continue;
        }
        rows.push([
            meaning.name().into(),
            meaning.test().into(),
            counts.sign_ins.into(),
            counts.successes.into(),
            counts.without_field.into(),
            counts.principals.len().into(),
        ]);
    }
    let about = "One row a definition; `--include-federated` adds those of whom nobody can say.";
    Ok(rows.into_table("definitions", "Sign-ins without MFA by definition", about)?)
}

pub(super) fn verdicts(verdicts: &Verdicts) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("class", Kind::Text, "root, IAM user, federated, Identity Center or other"),
        Column::new("is_success", Kind::Flag, "whether the sign-in succeeded"),
        Column::new("mfa", Kind::Text, "whether a second factor was used: yes, no or unknown"),
        Column::new("reason", Kind::Text, "what the verdict rests on, or why it is unknown"),
        Column::bar("sign_ins", "number of sign-ins"),
    ]);
    for ((class, is_success, verdict), number) in verdicts {
        rows.push([
            class.name().into(),
            (*is_success).into(),
            verdict.mfa.name().into(),
            verdict.reason.into(),
            (*number).into(),
        ]);
    }
    let about = "All sign-ins, one row for each class, result and verdict, sorted by these.";
    Ok(rows.into_table("verdicts", "All sign-ins by verdict", about)?)
}

pub(super) fn sign_ins(sign_ins: &[SignIn], is_including_federated: bool) -> Result<Table, Error> {
    let flags = [
        Column::new("is_cis", Kind::Flag, "whether the benchmark's definition catches it"),
        Column::new("is_cis_alternative", Kind::Flag, "whether the benchmark's alternative catches it"),
        Column::new("is_default", Kind::Flag, "whether backtrail's definition catches it"),
    ];
    let mut rows = Rows::new(SignIn::columns().into_iter().chain(flags));
    for sign_in in sign_ins {
        let is = |meaning: Meaning| meaning.is_meant(sign_in);
        let is_federated = is(Meaning::FederatedUnknown);
        let is_caught = [Meaning::CisBasic, Meaning::CisAlternative, Meaning::Default].map(is);
        if is_caught.contains(&true) && (is_including_federated || !is_federated) {
            rows.push_all(sign_in.row().into_iter().chain(is_caught.map(Value::from)));
        }
    }
    let about = "One row a sign-in that one of the definitions catches, in the order of their times; those of federated \
                 users of whom nobody can say only with `--include-federated`, and of very many the first 100,000 of \
                 the archive.";
    Ok(rows.into_table("sign_ins", "Sign-ins without MFA one by one", about)?)
}

pub(super) fn portal(portal: &Portal) -> Result<Table, Error> {
    let mut counts: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for flow in portal.sorted() {
        let key = (flow.verdict(), flow.credential_types(), flow.user.as_deref().or(flow.user_id.as_deref()));
        let (sign_ins, completed) = counts.entry(key).or_default();
        *sign_ins += 1;
        *completed += u64::from(flow.is_completed);
    }
    let mut rows = Rows::new([
        Column::new("mfa", Kind::Text, "whether a second factor was used: yes, no or unknown"),
        Column::new("reason", Kind::Text, "what the verdict rests on, or why it is unknown"),
        Column::new(
            "credential_types",
            Kind::Text,
            "`CredentialType` of the completion, else of what was asked for or tried",
        ),
        Column::new("user", Kind::Text, "name or number of the user; none where no record has either"),
        Column::bar("sign_ins", "number of sign-ins"),
        Column::new("completed", Kind::Count, "those of them that were completed"),
    ]);
    for ((verdict, types, user), (sign_ins, completed)) in counts {
        rows.push([
            verdict.mfa.name().into(),
            verdict.reason.into(),
            types.into(),
            user.into(),
            sign_ins.into(),
            completed.into(),
        ]);
    }
    let about = "Sign-ins to the access portal, one row for each verdict, kind of credentials and user, sorted by these.";
    Ok(rows.into_table("identity_center", "Sign-ins to the access portal by verdict", about)?)
}

pub(super) fn calls(classes: &Classes) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("class", Kind::Text, "what stands behind the credentials; see the definitions"),
        Column::new("reason", Kind::Text, "why the records are of this class, or why it is unknown"),
        Column::new("identity_type", Kind::Text, "`userIdentity.type`"),
        Column::new(
            "mfa_authenticated",
            Kind::Text,
            "`sessionContext.attributes.mfaAuthenticated` as it stands; none without a session",
        ),
        Column::bar("records", "number of records"),
    ]);
    for ((class, reason, identity_type, mfa), span) in &classes.kinds {
        rows.push([
            class.name().into(),
            (*reason).into(),
            identity_type.as_deref().into(),
            mfa.as_deref().into(),
            span.records.into(),
        ]);
    }
    let about = "All records, one row for each class, reason, type of identity and `mfaAuthenticated`, the classes that \
                 matter first.";
    Ok(rows.into_table("calls_by_class", "Records by what stands behind their credentials", about)?)
}

pub(super) fn principals(classes: &Classes) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("class", Kind::Text, "long-term key, session without MFA, or unknown"),
        Column::new("account", Kind::Text, "`userIdentity.accountId`: the principal's account"),
        Column::new(
            "principal",
            Kind::Text,
            "who; where the class is unknown, the role without its sessions",
        ),
        Column::new("reason", Kind::Text, "why the calls are of this class, or why it is unknown"),
        Column::bar("calls", "number of calls"),
        Column::new(
            "first",
            Kind::Time,
            "`eventTime` of the first, or of a sign-in event of the same identity",
        ),
        Column::new(
            "last",
            Kind::Time,
            "`eventTime` of the last, or of a sign-in event of the same identity",
        ),
    ]);
    for ((class, account, name, reason), span) in &classes.principals {
        rows.push([
            class.name().into(),
            account.as_deref().into(),
            name.as_deref().into(),
            (*reason).into(),
            span.records.into(),
            span.first.into(),
            span.last.into(),
        ]);
    }
    let about =
        "Principals that called without MFA or of which nobody can say, sorted by class, account and name.";
    Ok(rows.into_table("principals", "Who called without MFA", about)?)
}
