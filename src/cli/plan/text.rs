//! The plan for people.

use super::document::{BucketDocument, Document};
use backtrail::render::text::escape;
use backtrail::words::{bytes, plural, thousands};

/// So many faults are named; all of them are in the JSON document.
const NAMED_FAULTS: usize = 20;

/// Returns the plan as lines.
pub fn lines(plan: &Document<'_>) -> String {
    let mut lines = vec![
        format!("to read   {}, {}", plural(plan.log_files, "log file", "log files"), bytes(plan.bytes)),
        format!(
            "extent    {} × {} × {}",
            plural(plan.accounts as u64, "account", "accounts"),
            plural(plan.regions as u64, "region", "regions"),
            plural(plan.days as u64, "day", "days")
        ),
    ];
    if plan.log_files_without_size > 0 {
        lines.push(format!(
            "          the size of {} is in no list",
            plural(plan.log_files_without_size, "log file", "log files")
        ));
    }
    let amounts = plan.storage_classes.iter().map(|(class, amount)| ("class     ", class, amount, ""));
    let archived = plan.archived.iter().map(|(class, amount)| {
        let hint = " NOT READABLE before a restore (`backtrail plan --restore-hint` prints the commands)";
        ("archived  ", class, amount, hint)
    });
    lines.extend(amounts.chain(archived).map(|(label, class, amount, hint)| {
        let files = plural(amount.log_files, "log file", "log files");
        format!("{label}{class}: {files}, {}{hint}", bytes(amount.bytes))
    }));
    if plan.too_large > 0 {
        lines.push(format!(
            "too large {} (raise `--max-object-size`)",
            plural(plan.too_large, "log file", "log files")
        ));
    }
    let skipped: Vec<_> =
        plan.skipped.iter().map(|(kind, count)| format!("{} {kind}", thousands(*count))).collect();
    if !skipped.is_empty() {
        lines.push(format!("skipped   {}", skipped.join(", ")));
    }
    if !plan.buckets.is_empty() {
        lines.extend(costs(plan));
        lines.extend(plan.buckets.iter().flat_map(bucket));
    }
    lines.extend(
        plan.faults
            .iter()
            .take(NAMED_FAULTS)
            .map(|fault| format!("fault     {}: {}", fault.key, fault.reason)),
    );
    if plan.faults.len() > NAMED_FAULTS {
        lines.push(format!("… and {} more (`--format json` has all)", plan.faults.len() - NAMED_FAULTS));
    }
    let mut text: String = lines.iter().map(|line| format!("{}\n", escape(line))).collect();
    if let Some(policy) = &plan.policy {
        text += &format!("policy\n{policy:#}\n");
    }
    text
}

fn costs(plan: &Document<'_>) -> Vec<String> {
    let (requests, cost) = (&plan.requests, &plan.cost_usd);
    let mut asked =
        vec![format!("{} LIST", thousands(requests.list)), format!("{} GET", thousands(requests.get))];
    if requests.head > 0 {
        asked.push(format!("{} HEAD", thousands(requests.head)));
    }
    let retrieval = if cost.retrieval > 0.0 {
        format!(" and ${:.4} for retrieval", cost.retrieval)
    } else {
        String::new()
    };
    vec![
        format!("requests  {}: ${:.4}{retrieval}", asked.join(", "), cost.requests),
        format!(
            "transfer  free in the bucket's region, ${:.4} to another one, ${:.4} to the internet",
            cost.transfer_to_region, cost.transfer_to_internet
        ),
        "          at S3's prices in us-east-1 unless --price says otherwise (`--format json` has all of them)".to_owned(),
        format!(
            "time      about {:.1} min, if a second brings {} (--speed), {} GET and {} LIST requests",
            plan.expected_minutes,
            bytes(plan.speed_bytes_per_second),
            thousands(plan.speed_gets_per_second as u64),
            thousands(plan.speed_lists_per_second as u64)
        ),
    ]
}

fn bucket(facts: &BucketDocument<'_>) -> Vec<String> {
    let region = facts.region.unwrap_or("an unknown region");
    let own = match facts.own_region {
        None => "where this machine is, nobody has said".to_owned(),
        Some(own) if Some(own) == facts.region => "this machine is configured for the same region".to_owned(),
        Some(own) => format!("this machine is configured for {own}"),
    };
    let mut lines = vec![format!("bucket    {} in {region}; {own}", facts.bucket)];
    lines.extend(facts.encryption.iter().map(|encryption| {
        let key = match (encryption.kms_key, encryption.unknown) {
            (Some(key), _) => format!("needs kms:Decrypt on {key}"),
            (None, Some(reason)) => format!("unknown ({reason})"),
            (None, None) => "no KMS key".to_owned(),
        };
        format!("key       {}/{}: {key}", facts.bucket, encryption.folder)
    }));
    lines
}
