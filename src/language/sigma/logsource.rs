//! Which log a rule is about.

use super::about::scalar;
use super::error::{ParseError, Reason};
use crate::language::warning::Warning;
use serde_yaml_ng::Value;

/// Services of AWS whose logs are other logs, with other fields.
const OTHER_LOGS: [&str; 12] = [
    "vpcflow",
    "vpc_flow",
    "vpcflowlogs",
    "vpc_flow_logs",
    "waf",
    "alb",
    "elb",
    "nlb",
    "cloudfront",
    "s3access",
    "s3_access",
    "dns",
];

/// Refuses logs that are not CloudTrail's.
pub(super) fn check(logsource: Option<&Value>, warnings: &mut Vec<Warning>) -> Result<(), ParseError> {
    let Some(Value::Mapping(logsource)) = logsource else {
        return Err(Reason::Missing.at("logsource"));
    };
    let named = |name: &str| logsource.get(name).and_then(scalar).unwrap_or_default().to_lowercase();
    let (product, service) = (named("product"), named("service"));
    if product != "aws" || OTHER_LOGS.contains(&service.as_str()) {
        let parts = [("product", &product), ("service", &service), ("category", &named("category"))];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts.map(|(name, value)| format!("{name} `{value}`")).collect();
        let found = if parts.is_empty() { "not named".to_owned() } else { parts.join(", ") };
        return Err(Reason::LogSource(found).at("logsource"));
    }
    if service != "cloudtrail" {
        let message = match service.as_str() {
            "" => "names no service and is taken for `cloudtrail`".to_owned(),
            _ => format!("names `{service}`, whose calls are looked for in CloudTrail"),
        };
        warnings.push(Warning { id: "sigma-service", path: "logsource.service".to_owned(), message });
    }
    Ok(())
}
