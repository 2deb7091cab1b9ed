//! What was checked, as JUnit XML, which every CI shows: a suite for each query, a test for each case.

use super::Checked;
use backtrail::query::Verdict;
use std::io::Write;

/// A test: its name, and what is wrong.
type Test = (String, Option<String>);

/// Writes all suites.
pub fn write(checked: &[Checked], out: &mut dyn Write) -> anyhow::Result<()> {
    let suites: Vec<(&Checked, Vec<Test>)> = checked.iter().map(|one| (one, tests(one))).collect();
    let failed = |tests: &[Test]| tests.iter().filter(|(_, wrong)| wrong.is_some()).count();
    let all: usize = suites.iter().map(|(_, tests)| tests.len()).sum();
    let wrong: usize = suites.iter().map(|(_, tests)| failed(tests)).sum();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="backtrail check" tests="{all}" failures="{wrong}">"#)?;
    for (one, tests) in &suites {
        let name = escaped(&one.name);
        let failed = failed(tests);
        writeln!(out, r#"  <testsuite name="{name}" tests="{}" failures="{failed}">"#, tests.len())?;
        for (test, wrong) in tests {
            write!(out, r#"    <testcase classname="{name}" name="{}""#, escaped(test))?;
            match wrong {
                Some(why) => writeln!(out, r#"><failure message="{}"/></testcase>"#, escaped(why))?,
                None => writeln!(out, "/>")?,
            }
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")?;
    Ok(())
}

fn tests(one: &Checked) -> Vec<Test> {
    if let Some((why, is_harmless)) = &one.unusable {
        return vec![("pattern".to_owned(), (!is_harmless).then(|| why.clone()))];
    }
    let denied = one.findings.iter().filter(|finding| one.is_denied(finding));
    let denied: Vec<String> =
        denied.map(|finding| format!("{} [{}]", finding.sentence(), finding.id)).collect();
    let mut tests = vec![("pattern".to_owned(), (!denied.is_empty()).then(|| denied.join("; ")))];
    let mut card = Vec::new();
    for verdict in &one.verdicts {
        match verdict {
            Verdict::Holds { case } => tests.push((case.clone(), None)),
            Verdict::Fails { case, .. } | Verdict::Unreadable { case, .. } => {
                tests.push((case.clone(), Some(verdict.to_string())));
            }
            other if other.is_failure() => card.push(other.to_string()),
            _ => {}
        }
    }
    tests.push(("card".to_owned(), (!card.is_empty()).then(|| card.join("; "))));
    tests
}

/// Escapes a text for an attribute. What XML 1.0 cannot hold at all is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}')
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_strangers_are_escaped() {
        assert_eq!(escaped("a<b>&\"c\"\u{1b}\n"), "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd} ");
    }
}
