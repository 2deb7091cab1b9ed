//! From the pattern's tree to a neutral [`Condition`].

use super::rules::{Entry, Rules, conditions};
use super::tree::Members;
use super::wanted::{Affix, Wanted};
use crate::json::{FieldId, Fields};
use crate::language::matcher::{Address, CaseInsensitive, Matcher, Texts};
use crate::language::{Condition, Rule, Test};

pub(super) fn compile(members: &Members, fields: &mut Fields) -> Condition {
    let conditions = conditions(members);
    let expanded = Rules::expand(members, &conditions);
    let ids: Vec<_> = expanded.paths.iter().map(|path| fields.intern(path)).collect();
    let test = |(rank, entry): (&usize, &Entry<'_>)| test(ids[*rank], entry.wanted);
    let rules = expanded.rules.iter().map(|rule| Rule { tests: rule.iter().map(test).collect() });
    Condition::new(rules.collect())
}

/// Compiles the condition on one field.
pub(super) fn test(field: FieldId, wanted: &[Wanted]) -> Test {
    Test { field, matchers: matchers(wanted), accepts_absence: wanted.contains(&Wanted::Exists(false)) }
}

fn matchers(wanted: &[Wanted]) -> Vec<Matcher> {
    let plain: Texts = wanted.iter().filter_map(plain_text).collect();
    let plain = (!plain.as_slice().is_empty()).then_some(Matcher::OneOf(plain));
    plain.into_iter().chain(wanted.iter().filter_map(matcher)).collect()
}

/// Returns the text when it is compared character by character; a plain address is not.
fn plain_text(wanted: &Wanted) -> Option<&str> {
    match wanted {
        Wanted::Exactly(text) => Some(text),
        Wanted::Text(text) if Address::read(text.as_bytes()).is_none() => Some(text),
        _ => None,
    }
}

/// Returns the matcher of everything that is no [`plain_text`]; `exists: false` has none.
fn matcher(wanted: &Wanted) -> Option<Matcher> {
    Some(match wanted {
        Wanted::Text(text) => Matcher::Address(Address::read(text.as_bytes())?),
        Wanted::Exactly(_) | Wanted::Exists(false) => return None,
        Wanted::Number(number) => Matcher::Number(number.clone()),
        Wanted::Bool(value) => Matcher::Bool(*value),
        Wanted::Null => Matcher::Null,
        Wanted::Exists(true) => Matcher::Any,
        Wanted::EqualsIgnoreCase(text) => Matcher::EqualsIgnoringCase(CaseInsensitive::new(text)),
        Wanted::Prefix(Affix { text, ignores_case: true }) => {
            Matcher::PrefixIgnoringCase(CaseInsensitive::new(text))
        }
        Wanted::Prefix(affix) => Matcher::Prefix(affix.text.as_str().into()),
        Wanted::Suffix(Affix { text, ignores_case: true }) => {
            Matcher::SuffixIgnoringCase(CaseInsensitive::new(text))
        }
        Wanted::Suffix(affix) => Matcher::Suffix(affix.text.as_str().into()),
        Wanted::Wildcard { wildcard, .. } => Matcher::Wildcard(wildcard.clone()),
        Wanted::Cidr { block, .. } => Matcher::Block(*block),
        Wanted::Numeric(numeric) => Matcher::Range(numeric.range),
        Wanted::AnythingBut(anything_but) => anything_but.matcher(),
    })
}
