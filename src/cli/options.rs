//! From arguments to the options of a replay.

use super::exit::say;
use super::{args, moment, state};
use anyhow::Context as _;
use backtrail::render::COUNT_COLUMNS;
use backtrail::replay::Options;
use backtrail::source::{Scope, UnknownRegion};
use jiff::Timestamp;

/// Reads how a replay is to run; what makes no sense is refused before anything is opened.
pub fn read(command: &args::Replay, now: Timestamp) -> anyhow::Result<Options> {
    let options = common(&command.scope, &command.limits, now)?;
    Ok(Options { is_deduplicating: !command.output.no_dedupe, limit: command.output.limit, ..options })
}

/// Reads what every run over archives has.
pub fn common(scope: &args::Scope, limits: &args::Limits, now: Timestamp) -> anyhow::Result<Options> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Options {
        scope: self::scope(scope, now)?,
        threads: limits.threads.map_or(cores, usize::from),
        max_object_size: limits.max_object_size,
        is_deduplicating: true,
        limit: None,
        is_pairing: false,
    })
}

/// Reads which fields of the records hits are counted by; a leading `detail.`, as patterns need it, is dropped.
pub fn fields(asked: &[String]) -> anyhow::Result<Vec<String>> {
    let mut fields: Vec<String> = Vec::new();
    for asked in asked.iter().map(|asked| asked.trim()) {
        let field = asked.strip_prefix("detail.").unwrap_or(asked);
        anyhow::ensure!(
            !field.split('.').any(str::is_empty),
            "--by: `{asked}` is no field: give a path as CloudTrail names it, like `userIdentity.type`"
        );
        anyhow::ensure!(!fields.iter().any(|known| known == field), "--by: `{field}` is asked for twice");
        anyhow::ensure!(
            !COUNT_COLUMNS.contains(&field),
            "--by: `{field}` is what a column of every count is called, and no field of CloudTrail"
        );
        fields.push(field.to_owned());
    }
    Ok(fields)
}

/// Reads which part of the archives is asked for.
pub fn scope(scope: &args::Scope, now: Timestamp) -> anyhow::Result<Scope> {
    let parse = |text: &Option<String>| text.as_deref().map(|text| moment::parse(text, now)).transpose();
    let is_last = scope.since.as_deref() == Some(state::LAST);
    let since = if is_last { None } else { parse(&scope.since).context("--since")? };
    let until = parse(&scope.until).context("--until")?;
    if let (Some(since), Some(until)) = (since, until) {
        anyhow::ensure!(since < until, "nothing lies between --since {since} and --until {until}");
    }
    for account in &scope.accounts {
        let is_account = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
        anyhow::ensure!(is_account, "`--account {account}` is no account: give its 12 digits");
    }
    for region in &scope.regions {
        let is_region = !region.is_empty()
            && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        anyhow::ensure!(is_region, "`--region {region}` is no region: give its code, like `us-east-1`");
    }
    Ok(Scope {
        since,
        until,
        accounts: scope.accounts.iter().cloned().collect(),
        regions: scope.regions.iter().cloned().collect(),
        late_slack_days: scope.late_slack,
        first_day: None,
        read_before: None,
        now,
    })
}

/// Tells whether a scope asks for a part of the archives only.
pub fn is_narrow(scope: &Scope) -> bool {
    scope.since.is_some() || scope.until.is_some() || !scope.accounts.is_empty() || !scope.regions.is_empty()
}

/// Says which regions nobody knows, and that global services are recorded elsewhere, when the regions leave that place
/// out. Only the commercial partition is known to have its place in `us-east-1`.
pub fn remark_on_regions(scope: &Scope) {
    for unknown in scope.regions.iter().filter_map(|region| UnknownRegion::find(region)) {
        say(&format!("warning: --region: {unknown}"));
    }
    const OTHER_PARTITIONS: [&str; 5] = ["us-gov-", "cn-", "us-iso", "eu-iso", "eusc-"];
    let is_commercial = |region: &String| !OTHER_PARTITIONS.iter().any(|prefix| region.starts_with(prefix));
    if scope.regions.iter().any(is_commercial) && !scope.regions.contains("us-east-1") {
        say(
            "note: IAM, root sign-ins and other global services are recorded in us-east-1, which `--region` leaves out",
        );
    }
}
