//! What an address means: one object, a listing, or what a list of objects says.

use super::address::Address;
use super::list::{Listed, Listing};
use super::object::Object;
use crate::source::known::Known;
use crate::source::plan::Plan;
use crate::source::sieve::{Sieve, Sieved};
use crate::source::{Error, ListedObject, ObjectList};
use std::sync::Arc;

/// What is found in a bucket, in the order of keys.
pub(super) enum Found {
    Single(Option<Object>),
    Listing(Box<Listing>),
    List(Given),
}

/// The part of a list that lies below an address.
pub(super) struct Given {
    list: Arc<ObjectList>,
    address: Address,
    sieve: Sieve,
    known: Arc<Known>,
    /// How many were taken.
    taken: usize,
}

impl Found {
    /// Returns what comes next.
    pub async fn next(&mut self) -> Result<Option<Listed>, Error> {
        match self {
            Self::Single(object) => Ok(object.take().map(Listed::Object)),
            Self::Listing(listing) => listing.next().await,
            Self::List(given) => Ok(given.next()),
        }
    }
}

impl Given {
    pub fn new(list: &Arc<ObjectList>, address: &Address, plan: Plan, known: Arc<Known>) -> Self {
        Self { list: Arc::clone(list), address: address.clone(), sieve: Sieve::new(plan), known, taken: 0 }
    }

    /// Returns the first object, whether it is wanted or not.
    pub fn first(&self) -> Option<&ListedObject> {
        self.at(0)
    }

    fn at(&self, index: usize) -> Option<&ListedObject> {
        let single = self.address.single.as_deref();
        let named = single.and_then(|key| self.list.find(&self.address.bucket, key));
        match named {
            Some(object) => Some(object).filter(|_| index == 0),
            None => self.list.below(&self.address.bucket, &self.address.prefix).get(index),
        }
    }

    fn next(&mut self) -> Option<Listed> {
        loop {
            let object = self.at(self.taken)?.clone();
            self.taken += 1;
            let is_single = self.address.single.as_deref() == Some(object.key.as_str());
            let name = match is_single {
                true => self.address.single_name(&object.key),
                false => self.address.name(&object.key),
            };
            match self.sieve.judge(&name, object.size.unwrap_or(1)) {
                Sieved::Nothing => {}
                Sieved::Skip(key, reason) => return Some(Listed::Skipped { key, reason }),
                Sieved::Read(key) => {
                    self.known.add(1, object.size.unwrap_or(0));
                    let ListedObject { key: full, size, etag, class, .. } = object;
                    return Some(Listed::Object(Object { key, full, size, etag, class, is_restored: false }));
                }
            }
        }
    }
}
