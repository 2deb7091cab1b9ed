//! What a policy document amounts to, as far as that can be told from its text alone.

use crate::report::request::Value;

/// What a document allows that gives every permission.
pub(super) const ADMINISTRATOR: &str = "grants every permission";

/// What a trust policy allows that lets everybody in.
pub(super) const ANYONE: &str = "trusts anyone";

/// AWS's own policy for administrators, in every partition.
const ADMINISTRATOR_ACCESS: &str = ":policy/AdministratorAccess";

/// Tells whether an ARN is that of the policy for administrators.
pub(super) fn is_administrator(policy_arn: &str) -> bool {
    policy_arn.ends_with(ADMINISTRATOR_ACCESS) && policy_arn.contains(":iam::aws")
}

/// Says what a policy document amounts to; nothing when that is nothing special, or the text is no JSON.
pub(super) fn judge(document: &str) -> Option<&'static str> {
    // Most documents name neither everything nor everybody, and need not be read.
    if !document.contains("\"*\"") && !document.contains('\\') {
        return None;
    }
    let document: Value<'_> = serde_json::from_str(document).ok()?; // IAM refuses what is no JSON, and says so in the record
    let statements = list(document.as_members()?.get("Statement")?).iter().filter_map(Value::as_members);
    let allowed = statements.filter(|statement| {
        let is_allowing = statement.get("Effect").and_then(Value::as_text) == Some("Allow");
        is_allowing && statement.get("Condition").is_none()
    });
    for statement in allowed {
        let has = |name: &str, wanted: &[&str]| statement.get(name).is_some_and(|value| names(value, wanted));
        if statement.get("Principal").is_some_and(is_anyone) {
            return Some(ANYONE);
        }
        if has("Action", &["*", "*:*"]) && has("Resource", &["*"]) {
            return Some(ADMINISTRATOR);
        }
    }
    None
}

fn is_anyone(principal: &Value<'_>) -> bool {
    let accounts = principal.as_members().and_then(|members| members.get("AWS"));
    names(principal, &["*"]) || accounts.is_some_and(|accounts| names(accounts, &["*"]))
}

/// Tells whether a value, or one of a list, is one of these.
fn names(value: &Value<'_>, wanted: &[&str]) -> bool {
    list(value).iter().filter_map(Value::as_text).any(|text| wanted.contains(&text))
}

/// Policies write a list of one without brackets.
fn list<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    value.as_list().unwrap_or(std::slice::from_ref(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_that_give_everything_are_told() {
        let all = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":["a","*"]}}"#;
        assert_eq!(judge(all), Some(ADMINISTRATOR));
        assert_eq!(judge(&all.replace("Allow", "Deny")), None);
        assert_eq!(judge(&all.replace(r#""Action""#, r#""Condition":{},"Action""#)), None);
        let trust =
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"sts:AssumeRole"}]}"#;
        assert_eq!(judge(trust), Some(ANYONE));
        assert_eq!(judge(&trust.replace("[\"*\"]", "\"111122223333\"")), None);
        assert_eq!(judge(&all.replace('*', "\\u002a")), Some(ADMINISTRATOR));
        assert_eq!(judge(&all.replace('*', "s3:*")), None);
        assert_eq!(judge("{"), None);
        assert_eq!(judge(r#"{"Statement":7}"#), None);
    }

    #[test]
    fn the_policy_for_administrators_is_told_by_its_arn() {
        assert!(is_administrator("arn:aws:iam::aws:policy/AdministratorAccess"));
        assert!(is_administrator("arn:aws-us-gov:iam::aws:policy/AdministratorAccess"));
        assert!(!is_administrator("arn:aws:iam::111122223333:policy/AdministratorAccess"));
        assert!(!is_administrator("arn:aws:iam::aws:policy/AdministratorAccess-Amplify"));
    }
}
