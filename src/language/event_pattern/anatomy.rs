//! Lays a pattern out as a tree of clauses, with what each of them wants in the pattern's own words.

use super::compile::{compile, test};
use super::print::write_wanted;
use super::rules::{Rules, conditions, join};
use super::tree::{Content, Members, OR};
use super::wanted::Wanted;
use crate::json::Fields;
use crate::language::explain::{Anatomy, Part};
use crate::language::{Clause, Condition, Rule};

pub(super) fn anatomy(members: &Members, fields: &mut Fields) -> Anatomy {
    let whole = compile(members, fields);
    let all = conditions(members);
    let expanded = Rules::expand(members, &all);
    let mut rules = Vec::new();
    for rule in &expanded.rules {
        let tests = rule.iter().map(|(rank, entry)| part(expanded.paths[*rank], entry.wanted, fields));
        rules.push(tests.collect::<Vec<_>>());
    }
    let part = match expanded.replaced.is_empty() {
        true => Part::All(parts(members, None, fields)),
        // What is written twice counts once, and another one in each rule: only the rules tell.
        false => Part::Any(rules.iter().cloned().map(Part::All).collect()),
    };
    Anatomy::new(whole, part, rules)
}

fn parts(members: &Members, parent: Option<&str>, fields: &mut Fields) -> Vec<Part> {
    let mut found = Vec::new();
    for member in &members.0 {
        match &member.content {
            Content::Below(below) => found.extend(parts(below, Some(&join(parent, &member.name)), fields)),
            Content::Wanted(wanted) => found.push(part(&join(parent, &member.name), wanted, fields)),
            Content::Branches(branches) => {
                let branches = branches.iter().map(|branch| Part::All(parts(branch, parent, fields)));
                found.push(Part::Any(branches.collect()));
            }
        }
    }
    found
}

fn part(path: &str, wanted: &[Wanted], fields: &mut Fields) -> Part {
    let condition = Condition::new(vec![Rule { tests: vec![test(fields.intern(path), wanted)] }]);
    Part::Test { path: path.to_owned(), wanted: wanted.iter().map(words).collect(), condition }
}

fn words(wanted: &Wanted) -> String {
    let mut words = String::new();
    write_wanted(wanted, &mut words);
    words
}

/// Returns wanted values as JSON.
pub(super) fn values(wanted: &[Wanted]) -> Vec<serde_json::Value> {
    // What is written here is JSON; a number beyond every range is shown as its text.
    let read = |text: String| serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text));
    wanted.iter().map(words).map(read).collect()
}

pub(super) fn alternatives(members: &Members) -> Vec<Vec<(String, Vec<serde_json::Value>)>> {
    let conditions = conditions(members);
    let expanded = Rules::expand(members, &conditions);
    let rules = expanded.rules.iter().map(|rule| {
        let tests = rule.iter().map(|(rank, entry)| (expanded.paths[*rank].to_owned(), values(entry.wanted)));
        tests.collect()
    });
    rules.collect()
}

/// Lists the clauses that must all be met, in text order.
pub(super) fn clauses(members: &Members) -> Vec<Clause> {
    let mut found = Vec::new();
    collect(members, None, &mut found);
    found
}

fn collect(members: &Members, parent: Option<&str>, found: &mut Vec<Clause>) {
    for member in &members.0 {
        match &member.content {
            Content::Below(below) => collect(below, Some(&join(parent, &member.name)), found),
            Content::Wanted(wanted) => {
                let path = join(parent, &member.name);
                found.push(Clause {
                    fields: vec![path.clone()],
                    path,
                    wanted: wanted.iter().map(words).collect(),
                    is_narrow: wanted.iter().all(is_narrow),
                });
            }
            Content::Branches(branches) => {
                let mut fields = Vec::new();
                for (path, _) in branches.iter().flat_map(conditions) {
                    let path = join(parent, &path);
                    if !fields.contains(&path) {
                        fields.push(path);
                    }
                }
                let (path, wanted) = (join(parent, OR), Vec::new());
                found.push(Clause { path, fields, wanted, is_narrow: false });
            }
        }
    }
}

fn is_narrow(wanted: &Wanted) -> bool {
    !matches!(wanted, Wanted::Exists(_) | Wanted::AnythingBut(_) | Wanted::Null | Wanted::Bool(_))
}

/// Returns the pattern with only the clauses whose numbers are kept.
pub(super) fn keep(members: &Members, is_kept: &dyn Fn(usize) -> bool) -> Members {
    filtered(members, is_kept, &mut 0)
}

fn filtered(members: &Members, is_kept: &dyn Fn(usize) -> bool, next: &mut usize) -> Members {
    let mut kept = Vec::new();
    for member in &members.0 {
        let mut member = member.clone();
        if let Content::Below(below) = &member.content {
            let below = filtered(below, is_kept, next);
            if below.0.is_empty() {
                continue;
            }
            member.content = Content::Below(below);
            kept.push(member);
            continue;
        }
        if is_kept(*next) {
            kept.push(member);
        }
        *next += 1;
    }
    Members(kept)
}

#[cfg(test)]
mod tests {
    use super::super::EventPattern;

    #[test]
    fn clauses_are_what_must_all_be_met() {
        let text = r#"{"source":["aws.iam"],"detail":{"a":{"b":[{"exists":true}],"$or":[{"c":[1]},{"d":["x"],"c":[2]}]},"e":[1,2]}}"#;
        let pattern = EventPattern::parse(text).unwrap();
        let clauses = pattern.clauses();
        let paths: Vec<_> = clauses.iter().map(|clause| clause.path.as_str()).collect();
        assert_eq!(paths, ["source", "detail.a.b", "detail.a.$or", "detail.e"]);
        assert_eq!(clauses[2].fields, ["detail.a.c", "detail.a.d"]);
        assert_eq!(clauses[3].wanted, ["1", "2"]);
        let narrow: Vec<_> = clauses.iter().map(|clause| clause.is_narrow).collect();
        assert_eq!(narrow, [true, false, false, true]);
        assert_eq!(
            pattern.without_clause(2).to_json(),
            r#"{"source":["aws.iam"],"detail":{"a":{"b":[{"exists":true}]},"e":[1,2]}}"#
        );
        assert_eq!(pattern.only_clause(0).to_json(), r#"{"source":["aws.iam"]}"#);
        assert_eq!(pattern.only_clause(0).without_clause(0), EventPattern::everything());
    }
}
