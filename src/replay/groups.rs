//! Puts records that are only counted into groups: by account, region and the fields that were asked for.

use crate::event::EventFields;
use crate::hit::Group;
use crate::json::{FieldId, Scalar, View};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Beyond so many groups a thread forgets which ones it has met.
const MOST_REMEMBERED: usize = 100_000;

/// All groups of a run, shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Groups {
    all: RwLock<All>,
}

#[derive(Debug, Default)]
struct All {
    by_key: HashMap<Box<[u8]>, u32, FixedState>,
    groups: Vec<Arc<Group>>,
}

/// The groups that one thread has met.
#[derive(Debug, Default)]
pub(super) struct Met {
    by_key: HashMap<Box<[u8]>, u32, FixedState>,
    key: Vec<u8>,
}

impl Groups {
    /// Returns the number of the group that a record belongs to.
    pub(super) fn find(
        &self,
        fields: &EventFields,
        by: &[FieldId],
        leaves: &View<'_>,
        key_account: Option<&str>,
        met: &mut Met,
    ) -> u32 {
        met.write_key(fields, by, leaves, key_account);
        if let Some(number) = met.by_key.get(&*met.key) {
            return *number;
        }
        let number = self.number(&met.key);
        if met.by_key.len() == MOST_REMEMBERED {
            met.by_key.clear();
        }
        met.by_key.insert(met.key.as_slice().into(), number);
        number
    }

    fn number(&self, key: &[u8]) -> u32 {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = all.by_key.get(key) {
            return *number;
        }
        let number = all.groups.len() as u32;
        all.groups.push(Arc::new(group(number, key)));
        all.by_key.insert(key.into(), number);
        number
    }

    /// Adds the groups that `known` lacks; it may be of any earlier state.
    pub(super) fn catch_up(&self, known: &mut Vec<Arc<Group>>) {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        known.extend_from_slice(&all.groups[known.len()..]);
    }
}

/// Marks the end of a text, and of one that is not there: neither byte is in UTF-8.
const END: u8 = 0xff;
const ABSENT: u8 = 0xfe;

impl Met {
    fn write_key(
        &mut self,
        fields: &EventFields,
        by: &[FieldId],
        leaves: &View<'_>,
        key_account: Option<&str>,
    ) {
        let key = &mut self.key;
        key.clear();
        match (fields.account(leaves), key_account) {
            (Some(account), _) => key.extend_from_slice(&account.decode_bytes()),
            (None, Some(account)) => key.extend_from_slice(account.as_bytes()),
            (None, None) => key.push(ABSENT),
        }
        key.push(END);
        match fields.aws_region(leaves) {
            Some(region) => key.extend_from_slice(&region.decode_bytes()),
            None => key.push(ABSENT),
        }
        key.push(END);
        for field in by {
            let start = key.len();
            for leaf in leaves.at(*field) {
                if key.len() > start {
                    key.extend_from_slice(b", ");
                }
                match leaf.value {
                    Scalar::String(text) => key.extend_from_slice(&text.decode_bytes()),
                    Scalar::Number(text) => key.extend_from_slice(text.as_bytes()),
                    Scalar::Bool(value) => key.extend_from_slice(if value { b"true" } else { b"false" }),
                    Scalar::Null => {}
                }
            }
            if key.len() == start {
                key.push(ABSENT);
            }
            key.push(END);
        }
    }
}

fn group(number: u32, key: &[u8]) -> Group {
    let texts = key[..key.len() - 1].split(|byte| *byte == END);
    let mut texts = texts.map(|text| (text != [ABSENT]).then(|| String::from_utf8_lossy(text).into_owned()));
    let (account, region) = (texts.next().flatten(), texts.next().flatten());
    Group { number, account, region, values: texts.collect() }
}
