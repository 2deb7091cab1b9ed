//! Files that hold queries: patterns, Sigma rules, answers of the AWS command line, CloudFormation templates in JSON and
//! YAML, Terraform plans. No text may cost much time or memory, and what is loaded is sound.

#![no_main]

use backtrail::query::load;
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::LazyLock;

/// A file that is read as JSON and, failing that, as YAML. Loading begins at a path, so there must be one.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| std::env::temp_dir().join("document.yaml"));

fuzz_target!(|text: &[u8]| {
    std::fs::write(&*FILE, text).expect("the file can be written");
    let Ok(loaded) = load(&FILE) else { return };
    assert!(!loaded.queries.is_empty() || !loaded.unusable.is_empty(), "nothing is an error");
    assert!(loaded.queries.is_sorted_by(|one, other| one.id < other.id), "ids are sorted and differ");
    for query in &loaded.queries {
        let printed = query.pattern.to_text();
        let again = query.pattern.language().read(&printed);
        assert!(again.is_ok_and(|again| query.pattern == again), "{printed}");
        assert!(loaded.proof(query).is_ok_and(|proof| proof.cases().is_empty()));
    }
});
