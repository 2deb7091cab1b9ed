//! Fields that only the event has, told from those of the record.

use super::tree::Test;
use super::{Loss, Losses, Refusal};
use crate::event::{detail_type, source};
use crate::json::Step;
use crate::language::Test as FieldTest;
use crate::language::matcher::{Matcher, Texts};

/// The event types, as CloudTrail spells them, that can have a `detail-type`.
const EVENT_TYPES: [&str; 7] = [
    "AwsApiCall",
    "AwsServiceEvent",
    "AwsConsoleAction",
    "AwsConsoleSignIn",
    "AwsCloudTrailInsight",
    "AwsVpceEvent",
    "AwsVpceEvents",
];

/// Fields of the event that stand in the record under another name.
const RENAMED: [(&str, &str); 3] =
    [("account", "recipientAccountId"), ("region", "awsRegion"), ("time", "eventTime")];

/// Returns the tests on the record that say what a test on the event says; none when those on the record (`others`) say so
/// already.
pub(super) fn told(
    path: &str,
    test: &FieldTest,
    others: &[Test],
    lost: &mut Losses,
) -> Result<Option<Test>, Refusal> {
    match path {
        "source" => of_source(test, others, lost),
        "detail-type" => of_detail_type(test, lost).map(Some),
        _ => match RENAMED.into_iter().find(|(field, _)| *field == path) {
            Some((field, record)) => {
                lost.note(Loss::Envelope { field, record });
                let (matchers, accepts_absence) = (test.matchers.clone(), test.accepts_absence);
                Ok(Some(Test { steps: vec![Step::Name(record.into())], matchers, accepts_absence }))
            }
            None => Err(Refusal::NotInRecord { field: path.to_owned() }),
        },
    }
}

fn of_source(test: &FieldTest, others: &[Test], lost: &mut Losses) -> Result<Option<Test>, Refusal> {
    let wanted = texts("source", test)?;
    // Where the record's own field is asked for, too, it often says all that there is to say.
    let services = others.iter().find(|test| test.path() == "eventSource" && !test.accepts_absence);
    if let Some([Matcher::OneOf(services)]) = services.map(|test| test.matchers.as_slice()) {
        let is_wanted =
            |service: &str| source(None, Some(service)).is_some_and(|it| wanted.contains(&it.as_str()));
        if services.as_slice().iter().all(|service| is_wanted(service)) {
            return Ok(None);
        }
    }
    let mut services = Vec::new();
    for text in &wanted {
        let Some(service) = text.strip_prefix("aws.") else {
            return Err(Refusal::NotTold { field: "source", value: format!("`{text}`") });
        };
        services.push(format!("{service}.amazonaws.com"));
    }
    lost.note(Loss::Source);
    Ok(Some(one_of("eventSource", services)))
}

fn of_detail_type(test: &FieldTest, lost: &mut Losses) -> Result<Test, Refusal> {
    let mut event_types = Vec::new();
    for text in texts("detail-type", test)? {
        let leads_there = |event_type: &&str| detail_type(Some(event_type), None) == Some(text);
        let found: Vec<&str> = EVENT_TYPES.into_iter().filter(leads_there).collect();
        // What no bus carries for records (`AWS Console Signin via CloudTrail`) adds nothing beside one that it does.
        event_types.extend(found.into_iter().map(str::to_owned));
    }
    if event_types.is_empty() {
        let value = "what no event from CloudTrail has".to_owned();
        return Err(Refusal::NotTold { field: "detail-type", value });
    }
    lost.note(Loss::DetailType);
    Ok(one_of("eventType", event_types))
}

fn one_of(name: &str, texts: Vec<String>) -> Test {
    let texts: Texts = texts.into_iter().collect();
    Test {
        steps: vec![Step::Name(name.into())],
        matchers: vec![Matcher::OneOf(texts)],
        accepts_absence: false,
    }
}

fn texts<'a>(field: &'static str, test: &'a FieldTest) -> Result<Vec<&'a str>, Refusal> {
    test.texts().ok_or_else(|| Refusal::NotTold { field, value: "anything but a choice of texts".to_owned() })
}
