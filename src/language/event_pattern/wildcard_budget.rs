//! How complex wildcards are together, as far as EventBridge cares: how many of their beginnings some text can
//! complete at the same time.

use crate::language::matcher::Wildcard;
use std::collections::{BTreeMap, BTreeSet};

/// The service is known to take 7 and to refuse 11.
const KNOWN_TO_PASS: usize = 7;

/// How many sets of beginnings are looked at, and how many steps are taken between them, before the wildcards count as
/// harmless.
const MAX_SETS: usize = 5_000;
const MAX_STEPS: usize = 100_000;

/// A beginning of one or more wildcards; what several share is one.
#[derive(Debug, Default)]
struct Beginning {
    next: BTreeMap<char, usize>,
    /// The beginning with one more star.
    star: Option<usize>,
    ends_with_star: bool,
    has_star: bool,
}

/// Tells whether the wildcards of one field are more complex than EventBridge is known to take.
pub(super) fn is_exceeded(wildcards: &[&str]) -> bool {
    let beginnings = beginnings(wildcards);
    let first = closed(BTreeSet::from([0]), &beginnings);
    let mut known = BTreeSet::from([first.clone()]);
    let mut open = vec![first];
    let mut steps = 0;
    while let Some(set) = open.pop() {
        if set.iter().filter(|beginning| beginnings[**beginning].has_star).count() > KNOWN_TO_PASS {
            return true;
        }
        // One character more, for all that goes on nowhere.
        let named = set.iter().flat_map(|beginning| beginnings[*beginning].next.keys().copied());
        let alphabet: BTreeSet<Option<char>> = named.map(Some).chain([None]).collect();
        for character in alphabet {
            steps += 1;
            if steps > MAX_STEPS {
                return false;
            }
            let next = step(&set, character, &beginnings);
            if known.len() < MAX_SETS && known.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    false
}

fn beginnings(wildcards: &[&str]) -> Vec<Beginning> {
    let mut beginnings = vec![Beginning::default()];
    // What was parsed as a wildcard once is one still.
    for wildcard in wildcards.iter().filter_map(|text| Wildcard::read(text).ok()) {
        let mut at = 0;
        for (index, piece) in wildcard.pieces().iter().enumerate() {
            if index > 0 {
                at = add_star(&mut beginnings, at);
            }
            for character in piece.chars() {
                at = add_character(&mut beginnings, at, character);
            }
        }
    }
    beginnings
}

fn add_star(beginnings: &mut Vec<Beginning>, at: usize) -> usize {
    let added = beginnings.len();
    let star = *beginnings[at].star.get_or_insert(added);
    if star == added {
        beginnings.push(Beginning { ends_with_star: true, has_star: true, ..Beginning::default() });
    }
    star
}

fn add_character(beginnings: &mut Vec<Beginning>, at: usize, character: char) -> usize {
    let added = beginnings.len();
    let has_star = beginnings[at].has_star;
    let next = *beginnings[at].next.entry(character).or_insert(added);
    if next == added {
        beginnings.push(Beginning { has_star, ..Beginning::default() });
    }
    next
}

/// Adds the beginnings that are complete as well because a star may stand for nothing.
fn closed(mut set: BTreeSet<usize>, beginnings: &[Beginning]) -> BTreeSet<usize> {
    let stars: Vec<_> = set.iter().filter_map(|beginning| beginnings[*beginning].star).collect();
    set.extend(stars);
    set
}

fn step(set: &BTreeSet<usize>, character: Option<char>, beginnings: &[Beginning]) -> BTreeSet<usize> {
    let stays = set.iter().copied().filter(|beginning| beginnings[*beginning].ends_with_star);
    let moves = set.iter().filter_map(|beginning| beginnings[*beginning].next.get(&character?).copied());
    closed(stays.chain(moves).collect(), beginnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_is_known_to_take_passes() {
        assert!(!is_exceeded(&["*/init/*", "*/dir/*"]));
        assert!(!is_exceeded(&["/Users/*/dir/dir/dir/dir/dir/doc.txt"]));
        assert!(!is_exceeded(&["arn:aws:iam::*:role/*"]));
        assert!(!is_exceeded(&[]));
    }

    #[test]
    fn what_the_service_is_known_to_refuse_does_not() {
        assert!(is_exceeded(&["*:*:*:*:*:event-bus/*"]));
    }

    #[test]
    fn hostile_wildcards_are_answered() {
        let many: Vec<String> = (0..200).map(|number| format!("*{number}*a{number}b*")).collect();
        is_exceeded(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(is_exceeded(&[&"*a".repeat(500)]));
        // Every step must look at a few characters of the thousands only.
        let characters: Vec<String> = ('\u{4e00}'..'\u{9000}').map(String::from).collect();
        let wildcards: Vec<String> =
            characters.chunks(40).map(|chunk| format!("*{}*", chunk.concat())).collect();
        assert!(!is_exceeded(&wildcards.iter().map(String::as_str).collect::<Vec<_>>()));
    }
}
