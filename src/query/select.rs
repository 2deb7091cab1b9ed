//! Finding stored queries by what the user calls them.

use super::Error;
use strsim::levenshtein;

/// How many ids an unknown name is answered with.
const SUGGESTIONS: usize = 3;

/// Returns the positions of the ids that a name asks for. It is an id (`iam/user-created`), a folder (`iam`), or either
/// with stars for any characters (`*/root-*`); a `queries/` before it and a `.json` or slash behind it are as good as
/// absent.
///
/// # Errors
/// Returns the ids closest to a name that none answers to.
pub(super) fn places(ids: &[&str], name: &str) -> Result<Vec<usize>, Error> {
    let plain = plain(name);
    let answers: Vec<usize> = (0..ids.len()).filter(|&place| answers_to(ids[place], plain)).collect();
    if answers.is_empty() {
        return Err(Error::UnknownQuery { name: name.to_owned(), closest: closest(ids, plain) });
    }
    Ok(answers)
}

/// Takes off what a path has and an id has not.
fn plain(name: &str) -> &str {
    let name = name.trim_start_matches("./").trim_end_matches('/');
    if name == "queries" {
        return "*";
    }
    let name = name.strip_prefix("queries/").unwrap_or(name);
    name.strip_suffix(".json").unwrap_or(name)
}

fn answers_to(id: &str, name: &str) -> bool {
    if name.contains('*') {
        return fits(id, name);
    }
    id.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Tells whether `id` is `glob` with its stars filled in.
fn fits(id: &str, glob: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = id.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

/// Returns the ids that look most like `name`: the closest first, and none that takes more edits than half the name.
fn closest(ids: &[&str], name: &str) -> Vec<String> {
    let limit = (name.chars().count() / 2).max(2);
    let mut ranked: Vec<(usize, &str)> =
        ids.iter().map(|id| (likeness(id, name), *id)).filter(|(edits, _)| *edits <= limit).collect();
    ranked.sort_unstable();
    ranked.into_iter().take(SUGGESTIONS).map(|(_, id)| id.to_owned()).collect()
}

/// Returns how far an id is from a name: people leave out folders, so an id's last part counts as well.
fn likeness(id: &str, name: &str) -> usize {
    if !name.is_empty() && id.contains(name) {
        return 1;
    }
    let last = id.rsplit('/').next().unwrap_or(id);
    levenshtein(id, name).min(levenshtein(last, name) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 4] =
        ["cloudtrail/trail-stopped", "iam/access-key-created", "iam/user-created", "iamx/root-used"];

    fn found(name: &str) -> Vec<&'static str> {
        places(&IDS, name).unwrap().into_iter().map(|place| IDS[place]).collect()
    }

    fn refusal(name: &str) -> String {
        places(&IDS, name).unwrap_err().to_string()
    }

    #[test]
    fn an_id_a_folder_and_a_path_that_does_not_exist_find_queries() {
        assert_eq!(found("iam/user-created"), ["iam/user-created"]);
        assert_eq!(found("iam"), ["iam/access-key-created", "iam/user-created"]);
        assert_eq!(found("./queries/iam/"), ["iam/access-key-created", "iam/user-created"]);
        assert_eq!(found("queries/iam/user-created.json"), ["iam/user-created"]);
        assert_eq!(found("queries"), IDS);
    }

    #[test]
    fn stars_stand_for_any_characters() {
        assert_eq!(found("iam/*"), ["iam/access-key-created", "iam/user-created"]);
        assert_eq!(found("*-created"), ["iam/access-key-created", "iam/user-created"]);
        assert_eq!(found("*/r*t*"), ["iamx/root-used"]);
        assert!(!fits("aba", "ab*ba"));
        assert!(fits("abba", "ab*ba"));
    }

    #[test]
    fn half_a_name_is_not_a_folder() {
        assert_eq!(
            refusal("iam/user"),
            "no file or stored query is called `iam/user`; did you mean `iam/user-created`?"
        );
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_closest_ids() {
        assert_eq!(
            refusal("iam/user-craeted"),
            "no file or stored query is called `iam/user-craeted`; did you mean `iam/user-created`?"
        );
        assert_eq!(
            refusal("created"),
            "no file or stored query is called `created`; the closest are `iam/access-key-created`, `iam/user-created`"
        );
        assert_eq!(refusal("zzzz"), "no file or stored query is called `zzzz`");
    }
}
