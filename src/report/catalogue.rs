//! All reports there are.

use super::{Definition, compliance};

/// All reports, in the order in which they are listed.
const ALL: &[Definition] = &[
    super::logins::DEFINITION,
    super::no_mfa::DEFINITION,
    super::root::DEFINITION,
    super::iam_changes::DEFINITION,
    super::roles::DEFINITION,
    super::trail::DEFINITION,
    super::instances::DEFINITION,
    super::denied::DEFINITION,
    super::network::DEFINITION,
    super::duplicates::DEFINITION,
    super::activity::DEFINITION,
    super::queries::DEFINITION,
    super::compliance::DEFINITION,
];

/// No report has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no report `{name}`; there are {known}")]
pub struct UnknownReport {
    /// What was asked for.
    pub name: String,
    /// The names there are.
    pub known: String,
}

/// Returns all reports.
pub fn all() -> &'static [Definition] {
    ALL
}

/// Returns the reports of these names, each once, in the order of the first mention; `compliance` brings all others
/// with it.
///
/// # Errors
/// Returns the first name that no report has.
pub fn select(names: &[String]) -> Result<Vec<&'static Definition>, UnknownReport> {
    let mut selected: Vec<&Definition> = Vec::new();
    for name in names {
        let Some(definition) = ALL.iter().find(|definition| definition.name == name) else {
            let known: Vec<_> = ALL.iter().map(|definition| format!("`{}`", definition.name)).collect();
            return Err(UnknownReport { name: name.clone(), known: known.join(", ") });
        };
        let others = ALL.iter().filter(|_| name == compliance::DEFINITION.name);
        for definition in std::iter::once(definition).chain(others) {
            if selected.iter().all(|known| known.name != definition.name) {
                selected.push(definition);
            }
        }
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_found_by_name_and_each_once() {
        let names = ["activity", "activity"].map(str::to_owned);
        let found: Vec<_> = select(&names).unwrap().iter().map(|definition| definition.name).collect();
        assert_eq!(found, ["activity"]);
        let error = select(&["logon".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("there is no report `logon`; there are `"), "{error}");
    }
}
