//! By account, region and type of identity, and which regions nobody uses.

use super::super::{Bar, Column, Counted, Error, Kind, Rows, Section, Shape, Tally};
use crate::query::Severity;
use crate::replay::{Cell, Coverage};
use crate::words::plural;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What is counted of one region.
#[derive(Default)]
struct Region {
    read: Cell,
    accounts: BTreeSet<Option<String>>,
    records: u64,
    reads: u64,
    writes: u64,
    writes_of_services: u64,
}

const USED: &str = "used";
const UNKNOWN: &str = "unknown";

/// Adds what the counts by [`super::PLACE`] say; returns the number of accounts, and where the records are in words.
pub(super) fn tell(section: &mut Section, tally: Tally, coverage: &Coverage) -> Result<(u64, String), Error> {
    let mut regions = of_log_files(coverage);
    let (mut accounts, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    for counted in tally.into_sorted() {
        let [account, region, read_only, kind] =
            [0, 1, 2, 3].map(|place| counted.value(place).map(str::to_owned));
        let is_service = kind.as_deref() == Some("AWSService");
        regions.entry(region.clone()).or_default().count(
            &counted,
            account.clone(),
            read_only.as_deref(),
            is_service,
        );
        let (sum, regions): &mut Sum = accounts.entry(account).or_insert_with(none);
        sum.add(&counted);
        regions.insert(region);
        kinds.entry(kind).or_insert_with(none).0.add(&counted);
    }
    let with_records = regions.values().filter(|region| region.records > 0).count() as u64;
    let words = format!(
        "in {} and {}",
        plural(accounts.len() as u64, "account", "accounts"),
        plural(with_records, "region", "regions")
    );
    let number = accounts.len() as u64;
    find_unused(section, &regions);
    tell_regions(section, regions)?;
    tell_others(section, accounts, kinds)?;
    Ok((number, words))
}

fn none() -> Sum {
    (Counted { values: Vec::new(), records: 0, first: None, last: None }, BTreeSet::new())
}

/// Returns the regions that log keys name: those that are logged, whether or not something happened.
fn of_log_files(coverage: &Coverage) -> BTreeMap<Option<String>, Region> {
    let mut regions: BTreeMap<_, Region> = BTreeMap::new();
    for (name, days) in coverage.accounts.values().flatten() {
        let region = regions.entry(Some(name.clone())).or_default();
        for cell in days.values() {
            region.read.log_files += cell.log_files;
            region.read.failed += cell.failed;
        }
    }
    regions
}

impl Region {
    fn count(
        &mut self,
        counted: &Counted,
        account: Option<String>,
        read_only: Option<&str>,
        is_service: bool,
    ) {
        self.accounts.insert(account);
        self.records += counted.records;
        match read_only {
            Some("true") => self.reads += counted.records,
            Some("false") => {
                self.writes += counted.records;
                self.writes_of_services += if is_service { counted.records } else { 0 };
            }
            _ => {}
        }
    }

    fn verdict(&self) -> &'static str {
        if self.writes > self.writes_of_services {
            USED
        } else if self.read.failed > 0 || self.reads + self.writes < self.records {
            UNKNOWN
        } else if self.writes > 0 {
            "services only"
        } else if self.reads > 0 {
            "reads only"
        } else {
            "nothing"
        }
    }
}

fn find_unused(section: &mut Section, regions: &BTreeMap<Option<String>, Region>) {
    let is_unused = |region: &Region| ![USED, UNKNOWN].contains(&region.verdict());
    let names = regions.iter().filter(|(_, region)| is_unused(region));
    let names: Vec<_> = names.map(|(name, _)| name.as_deref().unwrap_or("an unnamed region")).collect();
    if !names.is_empty() {
        let regions =
            plural(names.len() as u64, "region is logged and unused", "regions are logged and unused");
        section.find(Severity::Informational, format!("{regions}: {}", names.join(", ")));
    }
    section.define(
        "unused",
        "A region that log files or records name and in which nobody but AWS services changed anything (`readOnly` false): \
         `services only` when they did, `reads only` when there are reads, `nothing` when there are log files without \
         records. Regions without log files are not known here. Global services (IAM, CloudFront, the global endpoint of \
         STS and others) are recorded in us-east-1, which may seem used for that alone.",
    );
    section.define(
        "unknown region use",
        "Log files of the region could not be read, or records do not say whether they only read: old ones \
         have no `readOnly`.",
    );
}

fn tell_regions(section: &mut Section, regions: BTreeMap<Option<String>, Region>) -> Result<(), Error> {
    let mut rows = Rows::new([
        Column::new("region", Kind::Text, "`awsRegion` of the records, or the region of the log keys"),
        Column::bar("records", "number of records"),
        Column::new("reads", Kind::Count, "of these, with `readOnly` true"),
        Column::new("writes", Kind::Count, "of these, with `readOnly` false"),
        Column::new("writes_of_services", Kind::Count, "of the writes, those of the type AWSService"),
        Column::new("accounts", Kind::Count, "number of receiving accounts with records"),
        Column::new("log_files", Kind::Count, "number of log files whose key names the region"),
        Column::new(
            "use",
            Kind::Text,
            "`used`, or why not: `services only`, `reads only`, `nothing`; `unknown` when that cannot be told",
        ),
    ]);
    let mut regions: Vec<_> = regions.into_iter().collect();
    regions.sort_by_key(|(_, region)| Reverse(region.records));
    let bar = |(name, region): &(Option<String>, Region)| Bar {
        name: name.clone().unwrap_or_else(|| "no region named".to_owned()),
        value: region.records,
    };
    section.chart("Records by region", Shape::Bars(regions.iter().map(bar).collect()));
    for (name, region) in regions {
        rows.push([
            name.into(),
            region.records.into(),
            region.reads.into(),
            region.writes.into(),
            region.writes_of_services.into(),
            region.accounts.len().into(),
            region.read.log_files.into(),
            region.verdict().into(),
        ]);
    }
    section.tables.push(rows.into_table("regions", "Regions", "One row a region, most records first")?);
    Ok(())
}

/// What is counted of one account or type of identity, and the regions that it is in.
type Sum = (Counted, BTreeSet<Option<String>>);

type Sums = BTreeMap<Option<String>, Sum>;

fn tell_others(section: &mut Section, accounts: Sums, kinds: Sums) -> Result<(), Error> {
    let mut rows = Rows::new([
        Column::new(
            "account",
            Kind::Text,
            "receiving account; empty when neither record nor log key names one",
        ),
        Column::bar("records", "number of records"),
        Column::new("regions", Kind::Count, "number of regions with records"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for (name, (sum, regions)) in most_first(accounts) {
        rows.push([name.into(), sum.records.into(), regions.len().into(), sum.first.into(), sum.last.into()]);
    }
    section.tables.push(rows.into_table("accounts", "Accounts", "One row an account, most records first")?);
    let mut rows = Rows::new([
        Column::new("identity_type", Kind::Text, "`userIdentity.type`; service events have none"),
        Column::bar("records", "number of records"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for (name, (sum, _)) in most_first(kinds) {
        rows.push([name.into(), sum.records.into(), sum.first.into(), sum.last.into()]);
    }
    let about = "One row a type of identity, most records first";
    section.tables.push(rows.into_table("identity_types", "Types of identity", about)?);
    Ok(())
}

fn most_first(sums: Sums) -> Vec<(Option<String>, Sum)> {
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (sum, _))| Reverse(sum.records));
    sums
}
