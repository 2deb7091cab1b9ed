//! The condition of a rule: which of its searches must hold.

use super::error::Reason;

/// A condition over searches, by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    All(Vec<Formula>),
    Any(Vec<Formula>),
    Not(Box<Formula>),
    Search(String),
}

/// Reading recurses, and no author nests so deep.
const MOST_NESTED: usize = 100;

/// Reads a condition; `names` are those of the searches there are.
pub(super) fn read(text: &str, names: &[&str]) -> Result<Formula, Reason> {
    let mut reader = Reader { tokens: tokens(text), at: 0, depth: 0, names };
    let formula = reader.any()?;
    match reader.peek() {
        None => Ok(formula),
        Some("|") => Err(Reason::Unsupported("an aggregation in the condition (`|`)")),
        Some(_) => Err(reader.expected("`and`, `or` or the end")),
    }
}

/// Parts a text into words and signs.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let is_sign = |letter: char| matches!(letter, '(' | ')' | '|');
            let end = if is_sign(first) { 1 } else { rest.find(is_sign).unwrap_or(rest.len()) };
            tokens.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    tokens
}

struct Reader<'a> {
    tokens: Vec<&'a str>,
    at: usize,
    depth: usize,
    names: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<Formula, Reason> {
        let mut parts = vec![self.all()?];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Formula::Any(parts) })
    }

    fn all(&mut self) -> Result<Formula, Reason> {
        let mut parts = vec![self.not()?];
        while self.take("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Formula::All(parts) })
    }

    fn not(&mut self) -> Result<Formula, Reason> {
        if self.depth == MOST_NESTED {
            return Err(Reason::TooDeep);
        }
        self.depth += 1;
        let formula = if self.take("not") { Formula::Not(Box::new(self.not()?)) } else { self.atom()? };
        self.depth -= 1;
        Ok(formula)
    }

    fn atom(&mut self) -> Result<Formula, Reason> {
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") { Ok(inner) } else { Err(self.expected("`)`")) };
        }
        let Some(word) = self.peek().filter(|word| !matches!(*word, ")" | "|")) else {
            return Err(self.expected("the name of a search, `not`, `1 of`, `all of` or `(`"));
        };
        let is_of = self.tokens.get(self.at + 1).is_some_and(|next| next.eq_ignore_ascii_case("of"));
        if is_of {
            return self.of(word);
        }
        if !self.names.contains(&word) {
            return Err(Reason::UnknownSearch(word.to_owned()));
        }
        self.at += 1;
        Ok(Formula::Search(word.to_owned()))
    }

    /// Reads `1 of x*` and its kin.
    fn of(&mut self, count: &str) -> Result<Formula, Reason> {
        let join = match count.to_lowercase().as_str() {
            "1" | "any" => Formula::Any,
            "all" => Formula::All,
            _ => return Err(self.expected("`1 of`, `any of` or `all of`")),
        };
        self.at += 2;
        let Some(pattern) = self.peek() else { return Err(self.expected("`them` or the names of searches")) };
        self.at += 1;
        let is_named = |name: &str| match pattern {
            // Names that begin so are for `1 of _x*` and the like only.
            "them" => !name.starts_with('_'),
            pattern => fits(name, pattern),
        };
        let names = self.names.iter().filter(|name| is_named(name));
        let searches: Vec<_> = names.map(|name| Formula::Search((*name).to_owned())).collect();
        if searches.is_empty() { Err(Reason::UnknownSearch(pattern.to_owned())) } else { Ok(join(searches)) }
    }

    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let is_here = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(is_here);
        is_here
    }

    fn expected(&self, expected: &'static str) -> Reason {
        let found = self.peek().map_or_else(|| "the end".to_owned(), |word| format!("`{word}`"));
        Reason::Condition { expected, found }
    }
}

/// Tells whether a name is a pattern with its stars filled in.
fn fits(name: &str, pattern: &str) -> bool {
    let pieces = pattern.split('*');
    crate::language::matcher::Wildcard::of_pieces(pieces).accepts(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["sel_a", "sel_b", "filter", "_hidden"];

    fn search(name: &str) -> Formula {
        Formula::Search(name.to_owned())
    }

    fn refusal(text: &str) -> String {
        read(text, &NAMES).unwrap_err().to_string()
    }

    #[test]
    fn not_binds_closest_then_and_then_or() {
        let formula = read("sel_a or not sel_b and (filter OR sel_a)", &NAMES).unwrap();
        let inner = Formula::Any(vec![search("filter"), search("sel_a")]);
        let and = Formula::All(vec![Formula::Not(Box::new(search("sel_b"))), inner]);
        assert_eq!(formula, Formula::Any(vec![search("sel_a"), and]));
    }

    #[test]
    fn searches_are_named_by_pattern() {
        let both = vec![search("sel_a"), search("sel_b")];
        assert_eq!(read("1 of sel_*", &NAMES).unwrap(), Formula::Any(both.clone()));
        assert_eq!(read("all of sel*", &NAMES).unwrap(), Formula::All(both.clone()));
        let three = [both, vec![search("filter")]].concat();
        assert_eq!(read("any of them", &NAMES).unwrap(), Formula::Any(three));
        assert_eq!(read("1 of _*", &NAMES).unwrap(), Formula::Any(vec![search("_hidden")]));
        assert_eq!(
            read("not 1 of filter*", &NAMES).unwrap(),
            Formula::Not(Box::new(Formula::Any(vec![search("filter")])))
        );
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        assert_eq!(refusal("sel_a | count() > 5"), "an aggregation in the condition (`|`) is not supported");
        assert_eq!(refusal("sel_c"), "no search is called `sel_c`");
        assert_eq!(refusal("1 of x*"), "no search is called `x*`");
        assert_eq!(refusal("2 of sel_*"), "expected `1 of`, `any of` or `all of`, found `2`");
        assert_eq!(
            refusal("sel_a and"),
            "expected the name of a search, `not`, `1 of`, `all of` or `(`, found the end"
        );
        assert_eq!(refusal("(sel_a"), "expected `)`, found the end");
        assert_eq!(refusal("sel_a sel_b"), "expected `and`, `or` or the end, found `sel_b`");
        assert_eq!(refusal(&"not ".repeat(1_000)), "is nested too deep");
    }
}
