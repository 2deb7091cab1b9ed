//! The search for one consistent choice of leaves, for the rare text where arrays of objects make it necessary.
//!
//! The procedure goes through the tests in order and remembers which array elements have been chosen. It keeps all
//! choices that are still open side by side, forgets what no later test can ask about, and so drops equal ones: with
//! arrays nested in each other, however long, there are never more than there are elements.

use super::condition::Test;
use crate::json::{Place, View};
use std::cell::Cell;

/// How much work is always granted; more for a text with more leaves. A choice costs one, and so does a jump. Only keys
/// with dots that put several arrays at one path can need more, and no service writes such records.
const GRANTED: usize = 200_000;

/// The elements chosen so far, sorted; none is above another.
type Choice = Vec<Place>;

/// What one test can choose from; places in text order, each once.
struct Step {
    accepted: Vec<Place>,
    /// All places that have a leaf, when their absence would do too.
    all: Option<Vec<Place>>,
}

/// Tells whether the tests hold for one consistent choice of leaves. `is_order_free` says that no test can find its
/// leaves ruled out. A record built to exhaust the search passes: in a log of an attack it is worth a look.
pub(super) fn is_consistent(tests: &[Test], leaves: &View<'_>, is_order_free: bool) -> bool {
    let mut steps: Vec<_> = tests.iter().map(|test| Step::new(test, leaves)).collect();
    if is_order_free {
        steps.iter_mut().for_each(Step::prefer_top);
    }
    let last_use = last_use(&steps, leaves);
    let budget = Budget::new(&steps);
    let mut choices = vec![Choice::new()];
    for (number, step) in steps.iter().enumerate() {
        let mut next = Vec::new();
        for choice in &choices {
            for place in step.additions(choice, leaves, &budget) {
                if budget.is_spent() {
                    return true;
                }
                next.push(extended(choice, place, leaves, |array| last_use[array as usize] > number));
            }
        }
        next.sort_unstable();
        next.dedup();
        choices = next;
    }
    !choices.is_empty()
}

/// Work that may still be done.
struct Budget(Cell<usize>);

impl Budget {
    fn new(steps: &[Step]) -> Self {
        let places = steps.iter().map(|step| step.accepted.len() + step.all.as_ref().map_or(0, Vec::len));
        Self(Cell::new(GRANTED + 8 * places.sum::<usize>()))
    }

    fn spend(&self) {
        self.0.set(self.0.get().saturating_sub(1));
    }

    fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

impl Step {
    fn new(test: &Test, leaves: &View<'_>) -> Self {
        let accepted = leaves.at(test.field).filter(|leaf| test.accepts(leaf)).map(|leaf| leaf.place);
        let all = || leaves.at(test.field).map(|leaf| leaf.place);
        Self { accepted: distinct(accepted), all: test.accepts_absence.then(|| distinct(all())) }
    }

    /// Chooses the top alone where that is possible: it contradicts nothing.
    fn prefer_top(&mut self) {
        if self.accepted.first() == Some(&Place::TOP) {
            self.accepted.truncate(1);
        }
    }

    /// Returns every place that the step can add to a choice; the top when it adds nothing.
    fn additions<'a>(
        &'a self,
        choice: &'a Choice,
        leaves: &View<'a>,
        budget: &'a Budget,
    ) -> impl Iterator<Item = Place> {
        let open = |places: &'a [Place]| Open { places, choice, leaves: *leaves, budget };
        let is_absent = self.all.as_ref().is_some_and(|all| open(all).next().is_none());
        is_absent.then_some(Place::TOP).into_iter().chain(open(&self.accepted))
    }
}

fn distinct(places: impl Iterator<Item = Place>) -> Vec<Place> {
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The places of a list that do not contradict a choice. What lies in the other elements of a chosen array is jumped
/// over, not looked at.
struct Open<'a> {
    places: &'a [Place],
    choice: &'a [Place],
    leaves: View<'a>,
    budget: &'a Budget,
}

impl Iterator for Open<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        'places: loop {
            self.budget.spend();
            let (place, rest) = self.places.split_first()?;
            for chosen in self.choice {
                if let Some(conflict) = self.leaves.conflict(*place, *chosen) {
                    let resume = if conflict.first < conflict.second {
                        conflict.second
                    } else {
                        self.leaves.end_of(conflict.array)
                    };
                    let skipped = self.places.partition_point(|place| *place < resume);
                    self.places = &self.places[skipped..];
                    continue 'places;
                }
            }
            self.places = rest;
            return Some(*place);
        }
    }
}

/// Returns for every array the number of the last step that has a place in it.
fn last_use(steps: &[Step], leaves: &View<'_>) -> Vec<usize> {
    let mut last_use = vec![0; leaves.array_count()];
    for (number, step) in steps.iter().enumerate() {
        for place in step.accepted.iter().chain(step.all.iter().flatten()) {
            let mut place = *place;
            while let Some(array) = leaves.array(place) {
                // What is above was marked together with what is below.
                if std::mem::replace(&mut last_use[array as usize], number) == number && number > 0 {
                    break;
                }
                place = leaves.parent(place);
            }
        }
    }
    last_use
}

/// Returns the choice with a place added and without the elements of arrays that nobody will ask about.
fn extended(choice: &Choice, place: Place, leaves: &View<'_>, is_live: impl Fn(u32) -> bool) -> Choice {
    let mut extended: Choice = choice
        .iter()
        .copied()
        .chain([place])
        .map(|mut place| {
            while leaves.array(place).is_some_and(|array| !is_live(array)) {
                place = leaves.parent(place);
            }
            place
        })
        .filter(|place| *place != Place::TOP)
        .collect();
    extended.sort_unstable();
    extended.dedup();
    remove_ancestors(&mut extended, leaves);
    extended
}

/// Drops the elements around other chosen elements: whatever contradicts the outer contradicts the inner one too.
fn remove_ancestors(choice: &mut Choice, leaves: &View<'_>) {
    let all = choice.clone();
    if all.len() > 1 {
        choice.retain(|place| !all.iter().any(|other| other != place && is_inside(*other, *place, leaves)));
    }
}

fn is_inside(mut inner: Place, outer: Place, leaves: &View<'_>) -> bool {
    while inner > outer {
        inner = leaves.parent(inner);
    }
    inner == outer
}
