//! Sigma rules in the shapes that published ones for CloudTrail have: every rule names its service and its calls, some look
//! into texts and objects, some filter, some choose between searches.

use std::fs;
use std::path::Path;

/// How many rules there are.
const RULES: usize = 1_000;

/// Calls that occur, those that occur often among them; one rule in twenty names one.
const REAL: [(&str, &str); 10] = [
    ("sts", "AssumeRole"),
    ("ssm", "GetParameter"),
    ("iam", "CreateUser"),
    ("cloudtrail", "StopLogging"),
    ("secretsmanager", "GetSecretValue"),
    ("ec2", "RunInstances"),
    ("s3", "PutBucketPolicy"),
    ("iam", "CreateAccessKey"),
    ("cloudtrail", "DeleteTrail"),
    ("ec2", "DescribeInstances"),
];

/// Writes the rules into a folder.
pub fn write(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    (0..RULES).try_for_each(|number| fs::write(folder.join(format!("rule-{number:03}.yml")), rule(number)))
}

fn rule(number: usize) -> String {
    let invented = format!("InventedCall{number}");
    let (service, name) = match number % 20 {
        0 => REAL[number / 20 % REAL.len()],
        _ => ("ec2", invented.as_str()),
    };
    let call = format!("        eventSource: '{service}.amazonaws.com'\n        eventName: '{name}'\n");
    let (searches, condition) = match number % 8 {
        0 | 1 => (format!("    selection:\n{call}"), "selection"),
        2 => {
            let names = format!("        eventName: ['{name}', 'Other{number}', 'More{number}*']\n");
            (format!("    selection:\n        eventSource: {service}.amazonaws.com\n{names}"), "selection")
        }
        3 => (format!("    selection:\n{call}        userAgent|contains: 'S3 Browser'\n"), "selection"),
        4 => (
            format!("    selection:\n{call}        requestParameters|contains: 'value-{number}'\n"),
            "selection",
        ),
        5 => {
            let filter = "    filter_main:\n        userIdentity.type: AWSService\n    filter_error:\n        errorCode|startswith: Access\n";
            (format!("    selection:\n{call}{filter}"), "selection and not 1 of filter_*")
        }
        6 => (
            format!("    selection_one:\n{call}    selection_two:\n        eventName: 'Second{number}'\n"),
            "1 of selection_*",
        ),
        _ => (
            format!(
                "    selection:\n{call}        sourceIPAddress|cidr: 10.0.0.0/8\n        responseElements: null\n"
            ),
            "selection",
        ),
    };
    format!(
        "title: Rule {number}\nlogsource:\n    product: aws\n    service: cloudtrail\n\
         detection:\n{searches}    condition: {condition}\nlevel: medium\n"
    )
}
