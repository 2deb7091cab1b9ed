//! To whom a call of IAM did something, and what the request says besides.

use super::kind::{Concern, is_reading};
use super::policy;
use crate::hit::Hit;
use crate::record::{Paths, Picked};
use std::sync::LazyLock;

/// What a record says of its target.
pub(super) struct Target {
    /// Whether the call changes anything.
    pub(super) is_write: bool,
    pub(super) name: Option<String>,
    pub(super) detail: Option<String>,
}

/// Where targets stand, and what is put before their names. The first that a record has is the target, the others are
/// details.
const NAMED: [(&str, &str); 15] = [
    ("requestParameters.userName", "user/"),
    ("requestParameters.roleName", "role/"),
    ("requestParameters.groupName", "group/"),
    ("requestParameters.instanceProfileName", "instance-profile/"),
    ("requestParameters.serialNumber", ""),
    ("requestParameters.virtualMFADeviceName", "mfa/"),
    ("requestParameters.policyArn", ""),
    ("requestParameters.policyName", "policy/"),
    ("requestParameters.sAMLProviderArn", ""),
    ("requestParameters.name", ""),
    ("requestParameters.openIDConnectProviderArn", ""),
    ("requestParameters.url", ""),
    ("requestParameters.serverCertificateName", "server-certificate/"),
    ("requestParameters.accountAlias", "alias/"),
    ("requestParameters.aWSServiceName", "service/"),
];

/// Where the target stands when the request does not name it.
const ANSWERED: [(&str, &str); 4] = [
    ("responseElements.accessKey.userName", "user/"),
    ("responseElements.user.userName", "user/"),
    ("responseElements.role.roleName", "role/"),
    ("responseElements.virtualMFADevice.serialNumber", ""),
];

/// Details, and what is put before them.
const DETAILS: [(&str, &str); 6] = [
    ("requestParameters.accessKeyId", "key "),
    ("responseElements.accessKey.accessKeyId", "key "),
    ("requestParameters.status", "status "),
    ("requestParameters.permissionsBoundary", "boundary "),
    ("requestParameters.newUserName", "new name "),
    ("requestParameters.versionId", "version "),
];

const DOCUMENTS: [&str; 2] =
    ["requestParameters.policyDocument", "requestParameters.assumeRolePolicyDocument"];

const POLICY_ARN: &str = "requestParameters.policyArn";
const OMITTED: &str = "requestParameters.omitted";
const READ_ONLY: &str = "readOnly";

static WANTED: LazyLock<Paths> = LazyLock::new(|| {
    let named = NAMED.iter().chain(&ANSWERED).chain(&DETAILS).map(|(path, _)| *path);
    Paths::new(named.chain(DOCUMENTS).chain([OMITTED, READ_ONLY]))
});

impl Target {
    /// Reads the record of a hit.
    pub(super) fn read(hit: &Hit<'_>) -> Self {
        let picked = WANTED.pick(hit.record);
        let name = hit.facts.event_name.as_deref().unwrap_or_default();
        let is_write = picked.first(READ_ONLY).is_some() || !is_reading(name);
        let mut named = spelled(&NAMED, &picked);
        let is_omitted = picked.first(OMITTED).as_deref() == Some("true");
        // What deactivates or enables a device names its user first: the device is a detail.
        let target = (!named.is_empty()).then(|| named.remove(0));
        let target = target.or_else(|| spelled(&ANSWERED, &picked).into_iter().next());
        let own = || hit.facts.principal.clone().filter(|_| Concern::of(name).is_own() && !is_omitted);
        let mut details = named;
        details.extend(spelled(&DETAILS, &picked));
        if is_omitted {
            details.push("content omitted".to_owned());
        }
        if name.starts_with("Attach")
            && picked.text(POLICY_ARN).is_some_and(|arn| policy::is_administrator(&arn))
        {
            details.push(policy::ADMINISTRATOR.to_owned());
        }
        let documents = DOCUMENTS.iter().filter_map(|path| picked.text(path));
        details.extend(documents.filter_map(|text| policy::judge(&text)).map(str::to_owned));
        details.dedup();
        let detail = (!details.is_empty()).then(|| details.join(", "));
        Self { is_write, name: target.or_else(own), detail }
    }
}

fn spelled(places: &[(&'static str, &str)], picked: &Picked<'_>) -> Vec<String> {
    let texts = places.iter().filter_map(|(path, before)| Some(format!("{before}{}", picked.text(path)?)));
    texts.collect()
}
