//! What came of a log file, as bytes.
//!
//! Numbers have seven bits a byte, texts their length in front. Groups stand with their keys, because their numbers are
//! others in every run; facts are read from the records again, where these are kept.

use crate::decode::Rejected;
use crate::event;
use crate::record::{Facts, Outcome};
use crate::replay::groups::{Groups, Met};
use crate::replay::keep::groupings;
use crate::replay::matched::{Entry, Matched};
use crate::replay::outcome::{KeptRecord, Match, ReadLogFile, Tally};
use crate::source::LogKey;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::ops::Range;

/// What is kept of a record.
const NOTHING: u8 = 0;
const RECORD: u8 = 1;
const EVENT: u8 = 2;
const FACTS: u8 = 3;

/// Writes down what came of a log file.
pub(super) fn encode(read: &ReadLogFile, groups: &Groups) -> Vec<u8> {
    let mut out = Out(Vec::new());
    let Tally { read: records, in_scope, undated, never_delivered } = read.tally;
    for number in [read.stored_bytes, read.text_bytes, records, in_scope, undated, never_delivered] {
        out.number(number);
    }
    out.number(u64::from(read.is_history));
    out.number(read.rejected_count);
    out.number(read.rejected.len() as u64);
    for rejected in &read.rejected {
        out.number(rejected.index as u64);
        out.bytes(rejected.reason.as_bytes());
    }
    for texts in [&read.faults, &read.notes] {
        out.number(texts.len() as u64);
        texts.iter().for_each(|text| out.bytes(text.as_bytes()));
    }
    let places = out.groups(read, groups);
    out.number(read.shares.iter().map(|share| share.in_order().count() as u64).sum());
    for share in &read.shares {
        share.in_order().for_each(|entry| out.entry(share, entry, &places));
    }
    out.0
}

/// Reads what came of a log file; `None` when these bytes were not written by [`encode`].
pub(super) fn decode(bytes: &[u8], key: LogKey, groups: &Groups) -> Option<ReadLogFile> {
    let mut from = From(bytes);
    let (stored_bytes, text_bytes) = (from.number()?, from.number()?);
    let (read, in_scope, undated, never_delivered) =
        (from.number()?, from.number()?, from.number()?, from.number()?);
    let is_history = from.number()? == 1;
    let rejected_count = from.number()?;
    let rejected = from.list(|from| Some(Rejected { index: from.size()?, reason: from.text()? }))?;
    let faults = from.list(From::text)?;
    let notes = from.list(From::text)?;
    let mut met = Met::default();
    let numbers = from.list(|from| {
        let grouping = from.size()?;
        met.key.clear();
        met.key.copy(from.bytes()?);
        groups.has(grouping).then(|| groups.find(grouping, &mut met))
    })?;
    let mut matched = Matched::default();
    for _ in 0..from.number()? {
        from.found(&mut matched, &numbers)?;
    }
    from.0.is_empty().then(|| ReadLogFile {
        key,
        is_history,
        stored_bytes,
        text_bytes,
        tally: Tally { read, in_scope, undated, never_delivered },
        rejected,
        rejected_count,
        faults,
        notes,
        shares: vec![matched],
    })
}

struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// Writes every group once, and returns their places.
    fn groups(&mut self, read: &ReadLogFile, groups: &Groups) -> BTreeMap<(u32, u32), u64> {
        let mut places: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for share in &read.shares {
            let mut add = |set, numbers: &[u32]| {
                places.extend(groupings(set).zip(numbers).map(|(grouping, number)| ((grouping, *number), 0)));
            };
            for entry in share.in_order() {
                match entry {
                    Entry::Whole(found) => add(found.groupings, &share.groups[found.groups.clone()]),
                    Entry::Counted(counted) => {
                        let answer = share.answer(counted);
                        add(answer.groupings, &answer.groups);
                    }
                }
            }
        }
        self.number(places.len() as u64);
        for (place, ((grouping, number), at)) in (0..).zip(&mut places) {
            *at = place;
            self.number(u64::from(*grouping));
            self.bytes(groups.get(*grouping as usize, *number).key());
        }
        places
    }

    fn entry(&mut self, share: &Matched, entry: Entry<'_>, places: &BTreeMap<(u32, u32), u64>) {
        match entry {
            Entry::Whole(found) => {
                let groups = (found.groupings, &share.groups[found.groups.clone()]);
                self.found(
                    (found.identity, found.time),
                    groups,
                    &share.queries[found.queries.clone()],
                    places,
                );
                match &found.record {
                    Some(kept) if kept.bytes.is_empty() => {
                        self.0.push(FACTS);
                        self.facts(&kept.facts);
                    }
                    Some(kept) => {
                        self.0.push(if kept.is_event { EVENT } else { RECORD });
                        self.bytes(&share.bytes[kept.bytes.clone()]);
                    }
                    None => self.0.push(NOTHING),
                }
            }
            Entry::Counted(counted) => {
                let answer = share.answer(counted);
                let groups = (answer.groupings, &*answer.groups);
                self.found((counted.identity(), counted.time()), groups, &answer.queries, places);
                self.0.push(NOTHING);
            }
        }
    }

    fn found(
        &mut self,
        (identity, time): (u128, Option<Timestamp>),
        (set, numbers): (u64, &[u32]),
        queries: &[u32],
        places: &BTreeMap<(u32, u32), u64>,
    ) {
        self.0.extend_from_slice(&identity.to_le_bytes());
        self.time(time);
        self.number(set);
        for (grouping, number) in groupings(set).zip(numbers) {
            self.number(places[&(grouping, *number)]);
        }
        self.number(queries.len() as u64);
        queries.iter().for_each(|query| self.number(u64::from(*query)));
    }

    fn time(&mut self, time: Option<Timestamp>) {
        match time {
            Some(time) => {
                self.0.push(1);
                self.0.extend_from_slice(&time.as_nanosecond().to_le_bytes());
            }
            None => self.0.push(0),
        }
    }

    fn facts(&mut self, facts: &Facts) {
        self.time(facts.time);
        let what = [&facts.event_id, &facts.event_name, &facts.event_source, &facts.account, &facts.region];
        let who = [&facts.principal, &facts.identity_type, &facts.source_ip, &facts.user_agent];
        let texts = what.into_iter().chain(who).map(Option::as_deref);
        // Empty texts count as absent.
        for text in texts.chain([facts.outcome.error()]) {
            self.bytes(text.unwrap_or_default().as_bytes());
        }
    }
}

struct From<'a>(&'a [u8]);

impl<'a> From<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.size()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    /// Returns a moment, or that there is none.
    fn time(&mut self) -> Option<Option<Timestamp>> {
        match self.byte()? {
            0 => Some(None),
            _ => Timestamp::from_nanosecond(i128::from_le_bytes(self.array()?)).ok().map(Some),
        }
    }

    fn facts(&mut self) -> Option<Facts> {
        let time = self.time()?;
        let mut text = || Some(Some(self.text()?).filter(|text| !text.is_empty()));
        Some(Facts {
            time,
            event_id: text()?,
            event_name: text()?,
            event_source: text()?,
            account: text()?,
            region: text()?,
            principal: text()?,
            identity_type: text()?,
            source_ip: text()?,
            user_agent: text()?,
            outcome: text()?.map_or(Outcome::Success, Outcome::Failure),
        })
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| one(self)).collect()
    }

    fn found(&mut self, matched: &mut Matched, numbers: &[u32]) -> Option<()> {
        let identity = u128::from_le_bytes(self.array()?);
        let time = self.time()?;
        let groupings = self.number()?;
        let first_group = matched.groups.len();
        for _ in 0..groupings.count_ones() {
            matched.groups.push(*numbers.get(self.size()?)?);
        }
        let first_query = matched.queries.len();
        matched.queries.extend(self.list(|from| u32::try_from(from.number()?).ok())?);
        matched.hits += (matched.queries.len() - first_query) as u64;
        let record = match self.byte()? {
            NOTHING => None,
            FACTS => Some(KeptRecord { bytes: 0..0, is_event: false, facts: Box::new(self.facts()?) }),
            kind => Some(keep(self.bytes()?, kind == EVENT, &mut matched.bytes)),
        };
        matched.matches.push(Match {
            number: 0, // they stand in their order
            queries: first_query..matched.queries.len(),
            identity,
            time,
            groupings,
            groups: first_group..matched.groups.len(),
            record,
        });
        Some(())
    }
}

fn keep(bytes: &[u8], is_event: bool, all: &mut Vec<u8>) -> KeptRecord {
    let start = all.len();
    all.extend_from_slice(bytes);
    let record = if is_event { event::detail(bytes) } else { Some(bytes) };
    let bytes: Range<usize> = start..all.len();
    KeptRecord { bytes, is_event, facts: Box::new(record.map(Facts::read).unwrap_or_default()) }
}
