//! Records that are alike in all that their plan looks at have the same answer: it is found once and remembered.
//!
//! Most records of a trail are what some caller does again and again; what tells them apart, their moment, their id and
//! often their request, hardly any query looks at. What a plan does look at is put into one key, and what the queries said
//! of the first record with that key goes for all others.

use super::answer::{Answers, Said};
use super::glance::{Glance, Numbers};
use super::plan::Alike;
use crate::event::Members;
use crate::json::compact::Mark;
use crate::json::plain_string;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128_with_secret;

/// So many keys are remembered by all threads together.
const MOST: usize = 1 << 18;

/// Longer values are not worth remembering.
const LONGEST: usize = 2 << 10;

/// From a value on, the next one that is marked is no further away, if nothing else is in between. They are taken together.
const FAR: u32 = 64;

/// How much of `2026-03-01T14:05:09Z` tells the hour.
const HOUR: usize = 13;

type ByKey = HashMap<u128, Recalled, FixedState>;

/// What one thread remembers.
#[derive(Debug)]
pub(super) struct Recall {
    answers: Arc<Answers>,
    /// What is remembered of the account whose log files are read now, and of others: it is soon used again, and small
    /// enough for the processor's cache, where what is remembered of all would not be.
    by_key: ByKey,
    account: Box<str>,
    of_others: HashMap<Box<str>, ByKey, FixedState>,
    /// How many keys all have together.
    known: usize,
    /// The numbers of answers by what they say.
    by_answer: HashMap<u128, u32, FixedState>,
    /// Keys are written one after the other, and their hashes remembered: 128 bits, and nobody who writes into a trail
    /// knows the secret.
    key: Vec<u8>,
    secret: Box<[u8; 192]>,
}

/// What is remembered of records.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recalled {
    /// They match no query, which was found out by looking at these members.
    Nothing { wanted: Members },
    /// The number of their answer among [`Recall::answers`], and of how many queries it is.
    Answer { number: u32, hits: u32 },
}

impl Default for Recall {
    fn default() -> Self {
        let random = foldhash::fast::RandomState::default();
        let mut secret = Box::new([0; 192]);
        for (place, bytes) in secret.chunks_exact_mut(8).enumerate() {
            bytes.copy_from_slice(&random.hash_one(place).to_le_bytes());
        }
        Self {
            answers: Arc::default(),
            by_key: HashMap::default(),
            account: Box::default(),
            of_others: HashMap::default(),
            known: 0,
            by_answer: HashMap::default(),
            key: Vec::new(),
            secret,
        }
    }
}

impl Recall {
    /// Begins a share of a log file of an account: what is too much is forgotten now, so that one list of answers is enough
    /// for the share.
    pub(super) fn begin(&mut self, account: Option<&str>, threads: usize) -> &Arc<Answers> {
        if self.known > MOST / threads.max(1) {
            self.answers = Arc::default();
            self.by_key.clear();
            self.of_others.clear();
            self.by_answer.clear();
            self.known = 0;
        }
        let account = account.unwrap_or_default();
        if *self.account != *account {
            let by_key = self.of_others.remove(account).unwrap_or_default();
            let last = std::mem::replace(&mut self.account, account.into());
            let of_last = std::mem::replace(&mut self.by_key, by_key);
            if !of_last.is_empty() {
                self.of_others.insert(last, of_last);
            }
        }
        &self.answers
    }

    /// Returns the key of a record for its plan; `None` when its values are too odd for that.
    pub(super) fn key(&mut self, glance: &Glance<'_>, alike: &Alike, numbers: &Numbers) -> Option<u128> {
        let is_account_asked = numbers.recipient_account_id.is_some_and(|number| alike.members.has(number));
        // Without a receiving account others are asked for it, the log key at last.
        if is_account_asked && !glance.names_account() {
            return None;
        }
        let key = &mut self.key;
        key.clear();
        key.extend_from_slice(&alike.serial.to_le_bytes());
        if alike.has_hour {
            key.extend_from_slice(&glance.usual_time()?[..HOUR]);
        }
        let mut marks = glance.marks;
        while let [mark, rest @ ..] = marks {
            marks = rest;
            if !alike.members.has(mark.name) {
                continue;
            }
            let mut last = mark;
            while let [next, rest @ ..] = marks
                && alike.members.has(next.name)
                && next.value - last.value < FAR
            {
                (last, marks) = (next, rest);
            }
            let end = end(glance, last, marks.first())?;
            let values =
                glance.record.get(mark.value as usize..end).filter(|values| values.len() <= LONGEST)?;
            key.extend_from_slice(&(mark.name << 16 | values.len() as u32).to_le_bytes());
            key.extend_from_slice(values);
        }
        Some(xxh3_128_with_secret(key, &*self.secret))
    }

    /// Returns what is remembered of records with a key.
    pub(super) fn get(&self, key: u128) -> Option<Recalled> {
        self.by_key.get(&key).copied()
    }

    /// Remembers that records with a key match nothing, which was found out by looking at some members.
    pub(super) fn learn_nothing(&mut self, key: u128, wanted: Members) {
        self.remember(key, Recalled::Nothing { wanted });
    }

    /// Remembers what the queries say about records with a key. Many keys have the same answer.
    pub(super) fn learn(&mut self, key: u128, said: Said<'_>) {
        let text = &mut self.key;
        text.clear();
        let numbers = said.queries.iter().chain([&u32::MAX]).chain(said.groups);
        numbers.for_each(|number| text.extend_from_slice(&number.to_le_bytes()));
        text.extend_from_slice(&said.groupings.to_le_bytes());
        let same = xxh3_128_with_secret(text, &*self.secret);
        let number = *self.by_answer.entry(same).or_insert_with(|| self.answers.push(said.into()));
        self.remember(key, Recalled::Answer { number, hits: said.queries.len() as u32 });
    }

    fn remember(&mut self, key: u128, recalled: Recalled) {
        let is_new = self.by_key.insert(key, recalled).is_none();
        self.known += usize::from(is_new);
    }
}

/// Returns where a value ends, or the next one that is marked begins: for an object that costs less to say, and what is in
/// between should be the same, too.
fn end(glance: &Glance<'_>, mark: &Mark, next: Option<&Mark>) -> Option<usize> {
    let value = mark.value as usize;
    match glance.record.get(value)? {
        b'"' => Some(value + plain_string(glance.record, value)?.len() + 2),
        b'{' => next.map(|next| next.value as usize),
        b't' | b'n' if glance.truths.and(glance.nulls).has(mark.name) => Some(value + 4),
        b'f' if glance.untruths.has(mark.name) => Some(value + 5),
        _ => None,
    }
}
