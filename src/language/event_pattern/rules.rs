//! Expands `$or`: the pattern becomes a list of rules, each a map from path to wanted values.

use super::tree::{Content, Members};
use super::wanted::Wanted;
use super::{ParseError, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// How many rules EventBridge lets `$or` make.
const MAX_COMBINATIONS: usize = 1_000;

/// How many different fields a rule may name.
const MAX_FIELDS: usize = 256;

/// A dotted path that sorts by UTF-16 code units: the order in which fields are tested, and for `exists: false` inside
/// arrays of objects it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SortedPath<'a>(pub(super) &'a str);

impl Ord for SortedPath<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.encode_utf16().cmp(other.0.encode_utf16())
    }
}

impl PartialOrd for SortedPath<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A condition of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) wanted: &'a [Wanted],
    /// The branch of `$or` it was written in; 0 is none.
    branch: usize,
}

/// One rule: which of the paths (by their rank in order) wants what.
pub(super) type Rule<'a> = BTreeMap<usize, Entry<'a>>;

/// All rules of a pattern.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    /// In the order of [`SortedPath`].
    pub(super) paths: Vec<&'a str>,
    pub(super) rules: Vec<Rule<'a>>,
    /// Paths that a rule wanted twice, and whether the two stood in different branches.
    pub(super) replaced: BTreeMap<&'a str, bool>,
}

/// Lists every array of wanted values with its path, in text order.
pub(super) fn conditions(members: &Members) -> Vec<(String, &[Wanted])> {
    let mut conditions = Vec::new();
    collect(members, None, &mut conditions);
    conditions
}

fn collect<'a>(members: &'a Members, parent: Option<&str>, found: &mut Vec<(String, &'a [Wanted])>) {
    for member in &members.0 {
        match &member.content {
            Content::Below(below) => collect(below, Some(&join(parent, &member.name)), found),
            Content::Wanted(wanted) => found.push((join(parent, &member.name), wanted)),
            Content::Branches(branches) => {
                branches.iter().for_each(|branch| collect(branch, parent, found));
            }
        }
    }
}

/// Returns the path of a name; at the top there is nothing to join, not an empty name.
pub(super) fn join(parent: Option<&str>, name: &str) -> String {
    parent.map_or_else(|| name.to_owned(), |parent| format!("{parent}.{name}"))
}

/// Refuses what EventBridge refuses to expand.
///
/// # Errors
/// Returns the limit that the pattern is beyond.
pub(super) fn check_size(members: &Members) -> Result<(), ParseError> {
    if count_rules(members) > MAX_COMBINATIONS {
        return Err(Reason::TooManyCombinations { limit: MAX_COMBINATIONS }.at(""));
    }
    let conditions = conditions(members);
    let paths: BTreeSet<_> = conditions.iter().map(|(path, _)| path.as_str()).collect();
    let is_large = paths.len() > MAX_FIELDS
        && Rules::expand(members, &conditions).rules.iter().any(|rule| rule.len() > MAX_FIELDS);
    if is_large { Err(Reason::TooManyFields { limit: MAX_FIELDS }.at("")) } else { Ok(()) }
}

fn count_rules(members: &Members) -> usize {
    members.0.iter().fold(1, |count: usize, member| {
        count.saturating_mul(match &member.content {
            Content::Below(below) => count_rules(below),
            Content::Wanted(_) => 1,
            Content::Branches(branches) => branches.iter().map(count_rules).fold(0, usize::saturating_add),
        })
    })
}

impl<'a> Rules<'a> {
    /// Expands a pattern, whose [`conditions`] give the paths.
    pub(super) fn expand(members: &'a Members, conditions: &'a [(String, &'a [Wanted])]) -> Self {
        let paths: BTreeSet<_> = conditions.iter().map(|(path, _)| SortedPath(path)).collect();
        let mut expansion = Expansion {
            rules: Self {
                paths: paths.into_iter().map(|path| path.0).collect(),
                rules: vec![Rule::new()],
                replaced: BTreeMap::new(),
            },
            conditions: conditions.iter(),
            branches: 0,
        };
        expansion.add(members, 0);
        expansion.rules
    }
}

struct Expansion<'a> {
    rules: Rules<'a>,
    /// What is still to come, in text order.
    conditions: std::slice::Iter<'a, (String, &'a [Wanted])>,
    /// Branches met so far.
    branches: usize,
}

impl Expansion<'_> {
    /// Adds members to every rule so far; what comes later replaces.
    fn add(&mut self, members: &Members, branch: usize) {
        for member in &members.0 {
            match &member.content {
                Content::Below(below) => self.add(below, branch),
                Content::Wanted(_) => self.add_condition(branch),
                Content::Branches(branches) => {
                    let before = std::mem::take(&mut self.rules.rules);
                    let mut after = Vec::new();
                    for members in branches {
                        self.branches += 1;
                        self.rules.rules.clone_from(&before);
                        self.add(members, self.branches);
                        after.append(&mut self.rules.rules);
                    }
                    self.rules.rules = after;
                }
            }
        }
    }

    fn add_condition(&mut self, branch: usize) {
        let Some((path, wanted)) = self.conditions.next() else {
            return;
        };
        let rank = self.rules.paths.binary_search_by(|known| SortedPath(known).cmp(&SortedPath(path)));
        let Ok(rank) = rank else {
            return;
        };
        for rule in &mut self.rules.rules {
            if let Some(earlier) = rule.insert(rank, Entry { wanted, branch }) {
                *self.rules.replaced.entry(path).or_default() |= earlier.branch != branch;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader;
    use super::*;

    fn expand(text: &str) -> Vec<Vec<String>> {
        let members = Members::read(reader::read(text).unwrap()).unwrap();
        let conditions = conditions(&members);
        let rules = Rules::expand(&members, &conditions);
        let show =
            |(rank, entry): (&usize, &Entry<'_>)| format!("{}={:?}", rules.paths[*rank], entry.wanted.len());
        rules.rules.iter().map(|rule| rule.iter().map(show).collect()).collect()
    }

    #[test]
    fn branches_multiply_and_nested_ones_add_up() {
        let text =
            r#"{"a":[1],"$or":[{"b":[1]},{"$or":[{"c":[1]},{"d":[1]}]}],"x":{"$or":[{"e":[1]},{"f":[1]}]}}"#;
        let rules = expand(text);
        assert_eq!(rules.len(), 6);
        assert_eq!(rules[0], ["a=1", "b=1", "x.e=1"]);
        assert_eq!(rules[5], ["a=1", "d=1", "x.f=1"]);
    }

    #[test]
    fn the_later_in_text_order_replaces() {
        let rules = expand(r#"{"z":[1],"$or":[{"a":[1],"z":[1,2]},{"b":[1]}]}"#);
        assert_eq!(rules, [vec!["a=1", "z=2"], vec!["b=1", "z=1"]]);
        let rules = expand(r#"{"$or":[{"a":[1],"z":[1,2]},{"b":[1]}],"z":[1]}"#);
        assert_eq!(rules, [vec!["a=1", "z=1"], vec!["b=1", "z=1"]]);
    }

    #[test]
    fn paths_sort_by_utf16_code_units() {
        let rules = expand(r#"{"\uffff":[1],"\ud83d\ude00":[1],"a":{"b":[1]},"a-b":[1],"":{"x":[1]}}"#);
        assert_eq!(rules[0], [".x=1", "a-b=1", "a.b=1", "😀=1", "\u{ffff}=1"]);
    }
}
