//! By service, event and error code.

use super::super::{Bar, Column, Counted, Error, Kind, Rows, Section, Shape, Tally};
use crate::words::plural;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many services have a bar.
const MOST_BARS: usize = 12;

/// A service and the name of an event.
type Event = (Option<String>, Option<String>);

/// What is counted of one event or service.
struct Line {
    counted: Counted,
    errors: u64,
    events: u64,
}

/// Adds what the counts by [`super::EVENT`] say; returns the number of records, and which they are in words.
pub(super) fn tell(section: &mut Section, tally: Tally) -> Result<(u64, String), Error> {
    let (mut events, mut services) = (BTreeMap::new(), BTreeMap::new());
    let mut codes: BTreeMap<String, Counted> = BTreeMap::new();
    for counted in tally.into_sorted() {
        let [source, name] = [0, 1].map(|place| counted.value(place).map(str::to_owned));
        let is_new = add(&mut events, (source.clone(), name), &counted, 0);
        add(&mut services, source, &counted, u64::from(is_new));
        if let Some(code) = counted.value(2) {
            codes.entry(code.to_owned()).and_modify(|known| known.add(&counted)).or_insert(counted);
        }
    }
    let records = services.values().map(|line: &Line| line.counted.records).sum();
    let words = format!(
        "of {} from {}",
        plural(events.len() as u64, "event name", "different events"),
        plural(services.len() as u64, "service", "services")
    );
    let services = most_first(services, |line| line.counted.records);
    chart(section, &services);
    tell_services(section, services)?;
    tell_events(section, most_first(events, |line| line.counted.records))?;
    tell_codes(section, most_first(codes, |counted| counted.records))?;
    Ok((records, words))
}

/// Adds to a line, and tells whether it is new.
fn add<K: Ord>(lines: &mut BTreeMap<K, Line>, key: K, counted: &Counted, events: u64) -> bool {
    let errors = if counted.value(2).is_some() { counted.records } else { 0 };
    let mut is_new = false;
    let line = lines.entry(key).or_insert_with(|| {
        is_new = true;
        let nothing = Counted { values: Vec::new(), records: 0, first: None, last: None };
        Line { counted: nothing, errors: 0, events: 0 }
    });
    line.counted.add(counted);
    line.errors += errors;
    line.events += events;
    is_new
}

/// Sorts by number of records, the most first; what has as many keeps the order of its key.
fn most_first<K, V>(lines: BTreeMap<K, V>, records: fn(&V) -> u64) -> Vec<(K, V)> {
    let mut lines: Vec<_> = lines.into_iter().collect();
    lines.sort_by_key(|(_, line)| Reverse(records(line)));
    lines
}

fn chart(section: &mut Section, services: &[(Option<String>, Line)]) {
    let bars = services.iter().take(MOST_BARS).map(|(name, line)| Bar {
        name: name.clone().unwrap_or_else(|| "no service named".to_owned()),
        value: line.counted.records,
    });
    let title = if services.len() > MOST_BARS {
        format!("Records by service: the first {MOST_BARS} of {}", services.len())
    } else {
        "Records by service".to_owned()
    };
    section.chart(title, Shape::Bars(bars.collect()));
}

const SOURCE: &str = "`eventSource`: the service";
const ERRORS: &str = "number of records with an `errorCode`; failed sign-ins have none";

fn tell_services(section: &mut Section, services: Vec<(Option<String>, Line)>) -> Result<(), Error> {
    let mut rows = Rows::new([
        Column::new("event_source", Kind::Text, SOURCE),
        Column::bar("records", "number of records"),
        Column::new("errors", Kind::Count, ERRORS),
        Column::new("events", Kind::Count, "number of different `eventName`s"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for (source, Line { counted, errors, events }) in services {
        let Counted { records, first, last, .. } = counted;
        rows.push([source.into(), records.into(), errors.into(), events.into(), first.into(), last.into()]);
    }
    section.tables.push(rows.into_table("services", "Services", "One row a service, most records first")?);
    Ok(())
}

fn tell_events(section: &mut Section, events: Vec<(Event, Line)>) -> Result<(), Error> {
    let mut rows = Rows::new([
        Column::new("event_source", Kind::Text, SOURCE),
        Column::new("event_name", Kind::Text, "`eventName`: the call, or what happened"),
        Column::bar("records", "number of records"),
        Column::new("errors", Kind::Count, ERRORS),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for ((source, name), Line { counted, errors, .. }) in events {
        let Counted { records, first, last, .. } = counted;
        rows.push([source.into(), name.into(), records.into(), errors.into(), first.into(), last.into()]);
    }
    section.tables.push(rows.into_table("events", "Events", "One row an event, most records first")?);
    Ok(())
}

fn tell_codes(section: &mut Section, codes: Vec<(String, Counted)>) -> Result<(), Error> {
    let mut rows = Rows::new([
        Column::new("error_code", Kind::Text, "`errorCode`"),
        Column::bar("records", "number of records"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for (code, Counted { records, first, last, .. }) in codes {
        rows.push([code.into(), records.into(), first.into(), last.into()]);
    }
    section.tables.push(rows.into_table("errors", "Errors", "One row an error code, most records first")?);
    Ok(())
}
