//! The controls of the CIS AWS Foundations Benchmark, as metric filters and as event patterns: both forms take the same
//! records, or it is said why not.

use crate::samples;
use backtrail::event::EventFields;
use backtrail::json::{Fields, Leaves};
use backtrail::language::Condition;
use backtrail::query::{Input, Query, gather};
use serde_json::Value;

/// Why a filter and a pattern may differ about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// They may not.
    None,
    /// The filter names no service, and the call is one of another service.
    OtherService(&'static str),
    /// A condition on a missing field is false, also with `!=`.
    NoMfaUsed,
    /// Besides, the filter wants an IAM user, and compares `MFAUsed` with one spelling of Yes.
    IamUserOnly,
    /// The text has no exceptions for the delivery of access logs and for `HeadBucket`.
    NoExceptions,
    /// The text joins its exceptions with `||`, so that it takes nearly everything.
    Everything,
    /// `ModifySecurityGroupRules` came into the benchmark with version 5.0.
    BeforeVersion5,
}

/// The filter, the event pattern of the same control, and why they may differ.
const PAIRS: [(&str, &str, Reason); 20] = [
    ("unauthorized-calls", "api/unauthorized-calls", Reason::None),
    ("unauthorized-calls-1-2", "api/unauthorized-calls", Reason::NoExceptions),
    ("unauthorized-calls-1-4", "api/unauthorized-calls", Reason::Everything),
    ("unauthorized-calls-4-0", "api/unauthorized-calls", Reason::NoExceptions),
    ("console-login-without-mfa-1-2", "signin/console-login-without-mfa", Reason::NoMfaUsed),
    ("console-login-without-mfa", "signin/console-login-without-mfa-iam-user", Reason::IamUserOnly),
    ("root-usage", "root/root-activity", Reason::None),
    ("iam-policy-changes", "iam/policy-changes", Reason::OtherService("iam.amazonaws.com")),
    ("cloudtrail-changes", "cloudtrail/trail-changes", Reason::OtherService("cloudtrail.amazonaws.com")),
    ("console-authentication-failures", "signin/console-authentication-failed", Reason::None),
    ("kms-key-disabled", "kms/key-disabled", Reason::None),
    ("s3-bucket-policy-changes", "s3/bucket-policy-changed", Reason::None),
    ("config-changes", "config/recorder-changes", Reason::None),
    ("security-group-changes", "network/security-group-changes", Reason::OtherService("ec2.amazonaws.com")),
    ("security-group-changes-4-0", "network/security-group-changes", Reason::BeforeVersion5),
    ("network-acl-changes", "network/acl-changes", Reason::OtherService("ec2.amazonaws.com")),
    ("gateway-changes", "network/gateway-changes", Reason::OtherService("ec2.amazonaws.com")),
    ("route-table-changes", "network/route-table-changes", Reason::OtherService("ec2.amazonaws.com")),
    ("vpc-changes", "network/vpc-changes", Reason::OtherService("ec2.amazonaws.com")),
    ("organizations-changes", "organizations/changes", Reason::None),
];

impl Reason {
    /// Tells whether it is why the filter does (or does not) take a record that the pattern does not (or does).
    fn explains(self, record: &Value, is_taken_by_filter: bool) -> bool {
        let mfa_used = &record["additionalEventData"]["MFAUsed"];
        match self {
            Self::None => false,
            Self::OtherService(service) => is_taken_by_filter && record["eventSource"] != service,
            Self::NoMfaUsed => !is_taken_by_filter && mfa_used.is_null(),
            Self::IamUserOnly if is_taken_by_filter => mfa_used != "Yes" && mfa_used != "No",
            Self::IamUserOnly => mfa_used.is_null() || record["userIdentity"]["type"] != "IAMUser",
            Self::NoExceptions => {
                let is_delivery = record["sourceIPAddress"] == "delivery.logs.amazonaws.com";
                is_taken_by_filter && (is_delivery || record["eventName"] == "HeadBucket")
            }
            Self::Everything => is_taken_by_filter,
            Self::BeforeVersion5 => !is_taken_by_filter && record["eventName"] == "ModifySecurityGroupRules",
        }
    }
}

/// Every record of the sample trail and of the cases of all shipped queries.
fn records() -> Vec<Value> {
    let loaded = gather(&[]).unwrap();
    let mut records: Vec<Value> = samples::records().cloned().collect();
    for query in &loaded.queries {
        let proof = loaded.proof(query).unwrap();
        for case in proof.cases() {
            if let Input::Record(record) = &case.input {
                records.push(serde_json::from_str(record).unwrap());
            }
        }
    }
    records
}

struct Compiled {
    condition: Condition,
    fields: EventFields,
}

impl Compiled {
    fn new(query: &Query) -> Self {
        let mut fields = Fields::new();
        let condition = query.pattern.compile(&mut fields);
        Self { condition, fields: EventFields::new(fields) }
    }

    fn takes(&self, record: &str, leaves: &mut Leaves) -> bool {
        self.fields.project_record(record.as_bytes(), None, leaves).unwrap();
        self.condition.is_satisfied(&leaves.view(record.as_bytes()))
    }
}

#[test]
fn the_two_forms_of_a_control_take_the_same_records_or_say_why_not() {
    let loaded = gather(&[]).unwrap();
    let find = |id: &str| Compiled::new(loaded.queries.iter().find(|query| query.id == id).unwrap());
    let records: Vec<(Value, String)> =
        records().into_iter().map(|record| (record.clone(), record.to_string())).collect();
    assert!(records.len() > 2_500);
    let mut leaves = Leaves::new();
    let mut all_explained = 0;
    for (filter, pattern, reason) in PAIRS {
        let (filtered, patterned) = (find(&format!("cis/{filter}")), find(pattern));
        let (mut agreed, mut explained) = (0, 0);
        for (record, text) in &records {
            let by_filter = filtered.takes(text, &mut leaves);
            match (by_filter, patterned.takes(text, &mut leaves)) {
                (true, true) => agreed += 1,
                (false, false) => {}
                _ if reason.explains(record, by_filter) => explained += 1,
                (by_filter, by_pattern) => {
                    panic!("{filter} says {by_filter} and {pattern} {by_pattern} about {record}")
                }
            }
        }
        assert!(agreed > 0, "nothing to agree about: {filter}");
        all_explained += explained;
    }
    assert!(all_explained > 2_000, "the printed text of 1.4 alone takes nearly everything: {all_explained}");
}

#[test]
fn every_filter_of_the_benchmark_has_an_alarm_and_a_pair() {
    let loaded = gather(&["cis".to_owned()]).unwrap();
    let mut paired: Vec<String> = PAIRS.iter().map(|(filter, ..)| format!("cis/{filter}")).collect();
    paired.sort();
    let ids: Vec<&str> = loaded.queries.iter().map(|query| query.id.as_str()).collect();
    assert_eq!(ids, paired);
    for query in &loaded.queries {
        assert!(query.card.alarm.is_some(), "{}", query.id);
        assert!(query.card.tags.iter().any(|tag| tag.starts_with("cis.")), "{}", query.id);
    }
}
