//! CloudFormation's intrinsic functions inside event patterns: worked out where the template alone says what comes out,
//! refused where only a deployment knows. Guessing would make a pattern that silently never matches.

use crate::query::Reason;
use serde_json::{Map, Value};

/// How long a text may get by working out functions. EventBridge takes patterns of 4,096 characters.
const LONGEST: usize = 64 << 10;

/// Returns a pattern's text with its functions worked out. A text without functions comes back as it is, with the
/// spelling of its numbers.
///
/// # Errors
/// Returns the first function that cannot be worked out, and where it stands in the pattern.
pub(super) fn resolve(text: &str) -> Result<String, Reason> {
    // What is nested too deep for a tree is left to the pattern language, which says so better.
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Ok(text.to_owned()) };
    if !has_function(&value) {
        return Ok(match value {
            Value::String(pattern) => pattern,
            _ => text.to_owned(),
        });
    }
    Ok(match resolved(value, "")? {
        Value::String(pattern) => pattern,
        other => other.to_string(),
    })
}

/// Returns the name and the argument when an object is a function. `{"Ref": ["x"]}` is a condition on a field of that
/// name: the function's argument is text.
fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    let is_function = name.starts_with("Fn::") || (name == "Ref" && argument.is_string());
    is_function.then_some((name.as_str(), argument))
}

fn has_function(value: &Value) -> bool {
    match value {
        Value::Object(members) => function(members).is_some() || members.values().any(has_function),
        Value::Array(values) => values.iter().any(has_function),
        _ => false,
    }
}

/// Works out every function in `value`, which stands at `path`.
fn resolved(value: Value, path: &str) -> Result<Value, Reason> {
    match value {
        Value::Object(members) => {
            if let Some((name, argument)) = function(&members) {
                return call(name, argument, path);
            }
            let mut done = Map::new();
            for (name, value) in members {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                done.insert(name, resolved(value, &below)?);
            }
            Ok(Value::Object(done))
        }
        Value::Array(values) => {
            let places = values.into_iter().enumerate();
            places.map(|(place, value)| resolved(value, &format!("{path}[{place}]"))).collect()
        }
        other => Ok(other),
    }
}

fn call(name: &str, argument: &Value, path: &str) -> Result<Value, Reason> {
    let outcome = match name {
        "Fn::Sub" => substitute(argument, path)?,
        "Fn::Join" => join(&resolved(argument.clone(), path)?),
        "Fn::Split" => split(&resolved(argument.clone(), path)?),
        "Fn::Select" => pick(&resolved(argument.clone(), path)?),
        "Fn::If" => either(&resolved(argument.clone(), path)?),
        "Fn::ToJsonString" => Some(Value::String(resolved(argument.clone(), path)?.to_string())),
        _ => None,
    };
    let path = if path.is_empty() { "pattern" } else { path };
    let (function, path) = (name.to_owned(), path.to_owned());
    match outcome {
        // One function around the other, each may double what the one inside has given.
        Some(Value::String(text)) if text.len() > LONGEST => Err(Reason::Overlong { function, path }),
        Some(value) => Ok(value),
        None => Err(Reason::Unresolved { function, path }),
    }
}

/// Fills in `${Name}` from the function's own list; names of parameters and resources stay unknown.
fn substitute(argument: &Value, path: &str) -> Result<Option<Value>, Reason> {
    let (text, names) = match argument {
        Value::String(text) => (text, Map::new()),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(text), Value::Object(names)] => (text, names.clone()),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let names = resolved(Value::Object(names), path)?;
    Ok(filled(text, &names).map(Value::String))
}

fn filled(text: &str, names: &Value) -> Option<String> {
    let mut done = String::new();
    let mut rest = text;
    // What is too long already is refused, so nobody misses the rest.
    while done.len() <= LONGEST
        && let Some((before, after)) = rest.split_once("${")
    {
        let (name, behind) = after.split_once('}')?;
        done.push_str(before);
        match name.strip_prefix('!') {
            // `${!Name}` stands for the characters `${Name}`.
            Some(literal) => done.push_str(&format!("${{{literal}}}")),
            None => done.push_str(names.get(name.trim())?.as_str()?),
        }
        rest = behind;
    }
    done.push_str(rest);
    Some(done)
}

fn join(argument: &Value) -> Option<Value> {
    let [Value::String(delimiter), Value::Array(parts)] = argument.as_array()?.as_slice() else {
        return None;
    };
    let mut joined = String::new();
    for (place, part) in parts.iter().enumerate() {
        // As in `filled`: too long is long enough.
        if joined.len() <= LONGEST {
            joined.push_str(if place > 0 { delimiter } else { "" });
            joined.push_str(part.as_str()?);
        }
    }
    Some(Value::String(joined))
}

fn split(argument: &Value) -> Option<Value> {
    let [Value::String(delimiter), Value::String(text)] = argument.as_array()?.as_slice() else {
        return None;
    };
    if delimiter.is_empty() {
        return None;
    }
    Some(text.split(delimiter.as_str()).map(Value::from).collect())
}

fn pick(argument: &Value) -> Option<Value> {
    let [place, Value::Array(values)] = argument.as_array()?.as_slice() else { return None };
    let place = match place {
        // Templates write the index as a number or as text.
        Value::String(text) => text.parse().ok()?,
        other => usize::try_from(other.as_u64()?).ok()?,
    };
    values.get(place).cloned()
}

/// A choice between two equal things is none.
fn either(argument: &Value) -> Option<Value> {
    let [_, yes, no] = argument.as_array()?.as_slice() else { return None };
    (yes == no).then(|| yes.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        resolve(text).unwrap_err().to_string()
    }

    #[test]
    fn a_pattern_without_functions_keeps_its_spelling() {
        let text = r#"{ "n": [1.0, 12345678901234567890], "Ref": ["x"] }"#;
        assert_eq!(resolve(text).unwrap(), text);
        assert_eq!(resolve(r#""{\"a\":[\"x\"]}""#).unwrap(), r#"{"a":["x"]}"#);
    }

    #[test]
    fn functions_over_literals_are_worked_out() {
        for (text, pattern) in [
            (r#"{"a":[{"Fn::Sub":"plain"}]}"#, r#"{"a":["plain"]}"#),
            (r#"{"a":[{"Fn::Sub":["${X}-${!Y}",{"X":"x"}]}]}"#, r#"{"a":["x-${Y}"]}"#),
            (r#"{"a":[{"Fn::Join":["-",["x",{"Fn::Sub":"y"}]]}]}"#, r#"{"a":["x-y"]}"#),
            (r#"{"a":{"Fn::Split":[",","x,y"]}}"#, r#"{"a":["x","y"]}"#),
            (r#"{"a":[{"Fn::Select":["1",["x","y"]]}]}"#, r#"{"a":["y"]}"#),
            (r#"{"a":[{"Fn::If":["C","x","x"]}]}"#, r#"{"a":["x"]}"#),
            (r#"{"Fn::Sub":"{\"a\":[\"x\"]}"}"#, r#"{"a":["x"]}"#),
            (r#"{"Fn::ToJsonString":{"a":["x"]}}"#, r#"{"a":["x"]}"#),
        ] {
            assert_eq!(resolve(text).unwrap(), pattern, "{text}");
        }
    }

    #[test]
    fn functions_that_multiply_their_text_are_stopped() {
        let nested = |innermost: &str, open: &str, close: &str| {
            format!(r#"{{"a":[{}{innermost}{}]}}"#, open.repeat(30), close.repeat(30))
        };
        let long = "x".repeat(10_000);
        for (text, function) in [
            (nested(r#""\"""#, r#"{"Fn::ToJsonString":"#, "}"), "Fn::ToJsonString"),
            (nested(r#""x""#, r#"{"Fn::Sub":["${a}${a}",{"a":"#, "}]}"), "Fn::Sub"),
            (
                format!(r#"{{"a":[{{"Fn::Sub":["{}",{{"a":"{long}"}}]}}]}}"#, "${a}".repeat(1_000_000)),
                "Fn::Sub",
            ),
            (
                format!(r#"{{"a":[{{"Fn::Join":["{long}",[{}"x"]]}}]}}"#, r#""x","#.repeat(1_000_000)),
                "Fn::Join",
            ),
        ] {
            let refusal = refusal(&text);
            let expected = format!("`{function}` at `a[0]");
            assert!(refusal.starts_with(&expected), "{refusal}");
            assert!(refusal.ends_with("gives more text than any event pattern has"), "{refusal}");
        }
    }

    #[test]
    fn what_only_a_deployment_knows_is_refused_with_its_place() {
        assert_eq!(
            refusal(r#"{"detail":{"arn":["x",{"Fn::GetAtt":["Role","Arn"]}]}}"#),
            "`Fn::GetAtt` at `detail.arn[1]` can be resolved only by a deployment"
        );
        assert_eq!(
            refusal(r#"{"account":[{"Ref":"AWS::AccountId"}]}"#),
            "`Ref` at `account[0]` can be resolved only by a deployment"
        );
        assert_eq!(
            refusal(r#"{"a":[{"prefix":{"Fn::Sub":"arn:aws:iam::${AWS::AccountId}:"}}]}"#),
            "`Fn::Sub` at `a[0].prefix` can be resolved only by a deployment"
        );
        assert_eq!(
            refusal(r#"{"a":{"Fn::If":["C",["x"],["y"]]}}"#),
            "`Fn::If` at `a` can be resolved only by a deployment"
        );
        assert_eq!(
            refusal(r#"{"Fn::Sub":"{\"account\":[\"${AWS::AccountId}\"]}"}"#),
            "`Fn::Sub` at `pattern` can be resolved only by a deployment"
        );
    }
}
