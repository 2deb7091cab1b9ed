//! A glance at a record must never decide otherwise than its projection: the same records are replayed from a compact
//! log file, where they are glanced at, and from one with a space in front of the array, where they are not.

use crate::support::hostile::{MEMBERS, PATTERNS, replay_both_ways};
use backtrail::query::Query;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// One member of a record, in some spelling.
fn member() -> impl Strategy<Value = &'static str> {
    select(&MEMBERS[..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_glance_decides_as_the_projection_does(
        records in prop::collection::vec(prop::collection::vec(member(), 0..7), 0..12),
        patterns in subsequence(&PATTERNS[..], 1..5),
        is_limited_in_time in any::<bool>(),
    ) {
        let records: Vec<String> = records.iter().map(|members| format!("{{{}}}", members.join(","))).collect();
        let queries: Vec<Query> = patterns
            .iter()
            .zip(0..)
            .map(|(pattern, number)| Query::from_pattern_text(&format!("q{number}"), pattern, "test").unwrap())
            .collect();
        replay_both_ways(&records, &queries, is_limited_in_time);
    }
}
