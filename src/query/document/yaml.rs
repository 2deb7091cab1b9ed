//! YAML documents, rewritten as JSON. CloudFormation's short tags become the long form: `!Sub x` is `{"Fn::Sub": "x"}`.

use serde::de::Error as _;
use serde_json::{Map, Number, Value as Json};
use serde_yaml_ng::value::TaggedValue;
use serde_yaml_ng::{Error, Value as Yaml};

/// Rewrites a YAML text as JSON text.
///
/// # Errors
/// Returns where and why the text is not YAML.
pub(in crate::query) fn to_json(text: &str) -> Result<String, Error> {
    let mut document: Yaml = serde_yaml_ng::from_str(text)?;
    document.apply_merge()?;
    Ok(json(document)?.to_string())
}

fn json(value: Yaml) -> Result<Json, Error> {
    Ok(match value {
        Yaml::Null => Json::Null,
        Yaml::Bool(value) => Json::Bool(value),
        Yaml::Number(value) => number(&value),
        Yaml::String(value) => Json::String(value),
        Yaml::Sequence(values) => Json::Array(values.into_iter().map(json).collect::<Result<_, _>>()?),
        Yaml::Mapping(members) => {
            let members = members.into_iter().map(|(key, value)| Ok((name(key)?, json(value)?)));
            Json::Object(members.collect::<Result<_, Error>>()?)
        }
        Yaml::Tagged(tagged) => function(*tagged)?,
    })
}

fn number(value: &serde_yaml_ng::Number) -> Json {
    let integer = value.as_u64().map(Number::from).or_else(|| value.as_i64().map(Number::from));
    let number = integer.or_else(|| value.as_f64().and_then(Number::from_f64));
    // Infinity and NaN are no JSON; as strings the pattern language sees what the author wrote.
    number.map_or_else(|| Json::String(value.to_string()), Json::Number)
}

/// Returns a key as JSON has it: `404:` is the name `"404"`. Keys that hold other keys would have to be quoted once more
/// at each level, and double in length.
fn name(key: Yaml) -> Result<String, Error> {
    match key {
        Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
            Err(Error::custom("a key must be a text, a number, a boolean or null"))
        }
        scalar => Ok(match json(scalar)? {
            Json::String(text) => text,
            other => other.to_string(),
        }),
    }
}

/// Writes a tag in CloudFormation's long form: `Ref` and `Condition` as they are, all others behind `Fn::`.
fn function(tagged: TaggedValue) -> Result<Json, Error> {
    let tag = tagged.tag.to_string();
    let short = tag.trim_start_matches('!');
    let long = match short {
        "Ref" | "Condition" => short.to_owned(),
        _ => format!("Fn::{short}"),
    };
    Ok(Json::Object(Map::from_iter([(long, json(tagged.value)?)])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_long_functions_wherever_they_stand() {
        let text = "a: !Ref X\nb: !GetAtt X.Arn\nc: [!Sub 'x ${Y}', !Join ['-', [a, !Ref B]]]\nd: !If\n  - C\n  - !Sub e\n  - f\n";
        assert_eq!(
            to_json(text).unwrap(),
            r#"{"a":{"Ref":"X"},"b":{"Fn::GetAtt":"X.Arn"},"c":[{"Fn::Sub":"x ${Y}"},{"Fn::Join":["-",["a",{"Ref":"B"}]]}],"d":{"Fn::If":["C",{"Fn::Sub":"e"},"f"]}}"#
        );
    }

    #[test]
    fn keys_numbers_and_dates_stay_what_they_look_like() {
        let text = "404: 1.5\nversion: 2010-09-09\naccount: '012345678901'\nbig: 12\nno: false\n";
        assert_eq!(
            to_json(text).unwrap(),
            r#"{"404":1.5,"account":"012345678901","big":12,"no":false,"version":"2010-09-09"}"#
        );
    }

    #[test]
    fn anchors_and_merges_are_filled_in() {
        let text = "base: &base {a: 1}\nuse:\n  <<: *base\n  b: 2\n";
        assert_eq!(to_json(text).unwrap(), r#"{"base":{"a":1},"use":{"a":1,"b":2}}"#);
    }

    #[test]
    fn a_text_that_is_no_yaml_is_refused() {
        assert!(to_json("a: [").is_err());
    }

    #[test]
    fn a_key_must_be_a_scalar() {
        for text in ["? [a, b]\n: 1\n", "{{a: 1}: 1}", "? !Ref x\n: 1\n", &"? ".repeat(100)] {
            let error = to_json(text).unwrap_err();
            assert_eq!(error.to_string(), "a key must be a text, a number, a boolean or null", "{text}");
        }
    }
}
