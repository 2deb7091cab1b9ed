//! Records that are alike in all that their plan looks at have the same answer: it is found once and remembered.
//!
//! Most records of a trail are what some caller does again and again; what tells them apart, their moment, their id and
//! often their request, hardly any query looks at. What a plan does look at is put into one key, and what the queries said
//! of the first record with that key goes for all others.

use super::answer::{Answers, NO_ANSWER, Said};
use super::glance::Glance;
use super::plan::{Alike, Aspect, PARTS};
use crate::event::Members;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128_with_secret;

/// So many keys are remembered by all threads together.
const MOST: usize = 1 << 18;

/// Records with longer keys are not worth remembering …
const LONGEST: usize = 4 << 10;

/// … nor are those with longer identities.
const LONGEST_IDENTITY: usize = 2 << 10;

/// How much of `2026-03-01T14:05:09Z` tells the hour.
const HOUR: usize = 13;

/// What one thread remembers.
#[derive(Debug)]
pub(super) struct Recall {
    answers: Arc<Answers>,
    /// What is remembered of the account whose log files are read now, and of others: it is soon used again, and small
    /// enough for the processor's cache, where what is remembered of all would not be.
    here: OfAccount,
    account: Box<str>,
    of_others: HashMap<Box<str>, OfAccount, FixedState>,
    /// How many keys and identities all have together.
    known: usize,
    /// The classes of identities, by what an aspect of them says.
    classes: HashMap<Box<[u8]>, u32, FixedState>,
    /// What is said while it is found out.
    said: Vec<u8>,
    /// The numbers of answers by what they say.
    by_answer: HashMap<u128, u32, FixedState>,
    /// Keys are written one after the other, and their hashes remembered: 128 bits, and nobody who writes into a trail
    /// knows the secret.
    key: Key,
    secret: Box<[u8; 192]>,
    /// The hash of the record's identity, once it is known: it is long, and may be in more than one key.
    identity: Option<u128>,
}

/// A key while it is written.
#[derive(Debug)]
struct Key {
    bytes: Box<[u8; LONGEST]>,
    length: usize,
}

impl Key {
    /// Adds some bytes; `None` when they do not fit.
    #[inline]
    fn push<const N: usize>(&mut self, bytes: &[u8; N]) -> Option<()> {
        *self.room().first_chunk_mut()? = *bytes;
        self.length += N;
        Some(())
    }

    /// Returns where the next bytes will be.
    #[inline]
    fn room(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.length..).unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Default for Key {
    fn default() -> Self {
        Self { bytes: Box::new([0; LONGEST]), length: 0 }
    }
}

/// What is remembered of one account.
#[derive(Debug, Default)]
struct OfAccount {
    by_key: HashMap<u128, Remembered, FixedState>,
    /// By the hash of an identity, and the number of an aspect: its class, unless it is too odd to have one.
    by_identity: HashMap<(u128, u64), Option<u32>, FixedState>,
}

/// What is remembered of records, or of a part of what there is to say about them.
#[derive(Debug, Clone, Copy)]
enum Remembered {
    /// They match no query, which was found out by looking at these members.
    Nothing { wanted: Members },
    /// The number of their answer among [`Recall::answers`], and of how many queries it is.
    Answer { number: u32, hits: u32 },
}

/// All that is remembered of a record.
#[derive(Debug)]
pub(super) struct Recalled {
    /// The members that were looked at where nothing was found.
    pub(super) wanted: Members,
    /// The numbers of the parts of the answer, the first ones of these …
    pub(super) answers: [u32; PARTS],
    /// … and of how many queries they are; 0 when there are none.
    pub(super) hits: u32,
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
            here: OfAccount::default(),
            account: Box::default(),
            of_others: HashMap::default(),
            known: 0,
            classes: HashMap::default(),
            said: Vec::new(),
            by_answer: HashMap::default(),
            key: Key::default(),
            secret,
            identity: None,
        }
    }
}

impl Recall {
    /// Begins a share of a log file of an account: what is too much is forgotten now, so that one list of answers is enough
    /// for the share.
    pub(super) fn begin(&mut self, account: Option<&str>, threads: usize) -> &Arc<Answers> {
        if self.known > MOST / threads.max(1) {
            self.answers = Arc::default();
            self.here = OfAccount::default();
            self.of_others.clear();
            self.by_answer.clear();
            self.classes.clear();
            self.known = 0;
        }
        let account = account.unwrap_or_default();
        if *self.account != *account {
            let here = self.of_others.remove(account).unwrap_or_default();
            let last = std::mem::replace(&mut self.account, account.into());
            let of_last = std::mem::replace(&mut self.here, here);
            if !of_last.by_key.is_empty() {
                self.of_others.insert(last, of_last);
            }
        }
        &self.answers
    }

    /// Turns to another record.
    pub(super) fn turn(&mut self) {
        self.identity = None;
    }

    /// Returns the key of a record for its plan; `None` when its values are too odd for that. `say` writes what the
    /// identity says under an aspect; false when that is not all there is to it.
    pub(super) fn key(
        &mut self,
        glance: &Glance<'_>,
        alike: &Alike,
        mut say: impl FnMut(&Aspect, &mut Vec<u8>) -> bool,
    ) -> Option<u128> {
        let numbers = glance.numbers;
        let is_account_asked = numbers.recipient_account_id.is_some_and(|number| alike.members.has(number));
        // Without a receiving account others are asked for it, the log key at last.
        if is_account_asked && !glance.names_account() {
            return None;
        }
        let values = alike.members.common(glance.present);
        self.key.length = 0;
        self.key.push(&alike.serial.to_le_bytes())?;
        self.key.push(&values.bits().to_le_bytes())?;
        if alike.has_hour {
            self.key.push(glance.usual_time()?.first_chunk::<HOUR>()?)?;
        }
        // Each value says itself where it ends.
        for member in values.without(numbers.user_identity).numbers() {
            self.key.length += glance.copy_value(member, self.key.room())?;
        }
        if !values.common(numbers.user_identity).is_empty() {
            let identity = glance.identity().filter(|identity| identity.len() <= LONGEST_IDENTITY)?;
            let hash = *self.identity.get_or_insert_with(|| xxh3_128_with_secret(identity, &*self.secret));
            match &alike.aspect {
                Some(aspect) => {
                    let class = self.class(hash, aspect, &mut say)?;
                    self.key.push(&class.to_le_bytes())?;
                }
                None => self.key.push(&hash.to_le_bytes())?,
            }
        }
        Some(xxh3_128_with_secret(self.key.bytes(), &*self.secret))
    }

    /// Returns the class of the identity with a hash: all of one class say the same under the aspect.
    fn class(
        &mut self,
        identity: u128,
        aspect: &Aspect,
        say: impl FnOnce(&Aspect, &mut Vec<u8>) -> bool,
    ) -> Option<u32> {
        let Self { here, classes, said, known, .. } = self;
        *here.by_identity.entry((identity, aspect.number)).or_insert_with(|| {
            *known += 1;
            said.clear();
            said.extend_from_slice(&aspect.number.to_le_bytes());
            if !say(aspect, said) {
                return None;
            }
            let new = classes.len() as u32;
            Some(*classes.entry(said.as_slice().into()).or_insert(new))
        })
    }

    /// Returns what is remembered of records with these keys; `None` when something is missing, or when there are none.
    #[inline]
    pub(super) fn get_all(&self, keys: [Option<u128>; PARTS], alike: &[Alike]) -> Option<Recalled> {
        let mut all = Recalled { wanted: Members::NONE, answers: [NO_ANSWER; PARTS], hits: 0 };
        let (mut is_complete, mut count) = (!alike.is_empty(), 0);
        for (key, alike) in keys.into_iter().zip(alike) {
            let remembered = key.and_then(|key| self.here.by_key.get(&key));
            alike.note(remembered.is_some());
            match remembered {
                None => is_complete = false,
                Some(Remembered::Nothing { wanted }) => all.wanted = all.wanted.and(*wanted),
                Some(Remembered::Answer { number, hits }) => {
                    all.answers[count] = *number;
                    all.hits += hits;
                    count += 1;
                }
            }
        }
        is_complete.then_some(all)
    }

    /// Tells whether anything is remembered of records with a key.
    pub(super) fn knows(&self, key: u128) -> bool {
        self.here.by_key.contains_key(&key)
    }

    /// Remembers that records with a key match nothing, which was found out by looking at some members.
    pub(super) fn learn_nothing(&mut self, key: u128, wanted: Members) {
        self.remember(key, Remembered::Nothing { wanted });
    }

    /// Remembers what the queries say about records with a key. Many keys have the same answer.
    pub(super) fn learn(&mut self, key: u128, said: Said<'_>) {
        let text = &mut self.said;
        text.clear();
        let numbers = said.queries.iter().chain([&u32::MAX]).chain(said.groups);
        numbers.for_each(|number| text.extend_from_slice(&number.to_le_bytes()));
        text.extend_from_slice(&said.groupings.to_le_bytes());
        let same = xxh3_128_with_secret(text, &*self.secret);
        let number = *self.by_answer.entry(same).or_insert_with(|| self.answers.push(said.into()));
        self.remember(key, Remembered::Answer { number, hits: said.queries.len() as u32 });
    }

    fn remember(&mut self, key: u128, recalled: Remembered) {
        let is_new = self.here.by_key.insert(key, recalled).is_none();
        self.known += usize::from(is_new);
    }
}
