//! One record of root.

use crate::hit::Hit;
use crate::record::Paths;
use crate::report::sign_in::{Mfa, SignIn, Verdict};
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A record whose `userIdentity.type` is `Root`.
#[derive(Debug, Clone)]
pub(super) struct RootUse {
    pub(super) time: Option<Timestamp>,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) event_source: Option<String>,
    pub(super) event_name: Option<String>,
    pub(super) way: Way,
    /// Of a sign-in to the console, whether it succeeded.
    pub(super) sign_in: Option<bool>,
    pub(super) error: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) access_key_id: Option<String>,
    /// Whether root's own password, keys or MFA devices were changed, or their change was begun.
    pub(super) is_own_credential: bool,
    pub(super) source_ip: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) event_id: Option<String>,
}

/// How root's identity came into a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Root did it, as the benchmark means it: nobody was invoked, and no service says it happened.
    Root,
    /// A service did it with root's credentials: `invokedBy`.
    Invoked,
    /// A service says that it happened.
    ServiceEvent,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    Paths::new([
        "eventType",
        "userIdentity.invokedBy",
        "userIdentity.accessKeyId",
        "userIdentity.sessionContext.attributes.mfaAuthenticated",
        "requestParameters.userName",
    ])
});

/// Events that change somebody's password, keys or MFA devices; root's own when they name nobody else. `PasswordUpdated`
/// and `EmailUpdated` are old.
const CREDENTIALS: [&str; 16] = [
    "ChangePassword",
    "CreateAccessKey",
    "CreateVirtualMFADevice",
    "DeactivateMFADevice",
    "DeleteAccessKey",
    "DeleteSigningCertificate",
    "DeleteVirtualMFADevice",
    "EmailUpdated",
    "EnableMFADevice",
    "PasswordRecoveryCompleted",
    "PasswordRecoveryRequested",
    "PasswordUpdated",
    "ResyncMFADevice",
    "UpdateAccessKey",
    "UpdateSigningCertificate",
    "UploadSigningCertificate",
];

/// How events name root where they name a user.
const ROOT_USER: [&str; 2] = ["AWS ROOT USER", "root"];

impl RootUse {
    /// Reads a record of root.
    pub(super) fn read(hit: &Hit<'_>) -> Self {
        let picked = PATHS.pick(hit.record);
        let text = |path| picked.text(path).map(Cow::into_owned);
        let facts = hit.facts;
        let name = facts.event_name.as_deref();
        let is_invoked = text("userIdentity.invokedBy").is_some();
        let way = match text("eventType").as_deref() {
            Some("AwsServiceEvent") => Way::ServiceEvent,
            _ if is_invoked => Way::Invoked,
            _ => Way::Root,
        };
        let console = (name == Some("ConsoleLogin")).then(|| SignIn::read(hit));
        let access_key_id = text("userIdentity.accessKeyId");
        let mfa = text("userIdentity.sessionContext.attributes.mfaAuthenticated");
        let target = text("requestParameters.userName");
        let is_own = target.as_deref().is_none_or(|target| ROOT_USER.contains(&target));
        Self {
            time: facts.time,
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
            event_source: facts.event_source.clone(),
            event_name: facts.event_name.clone(),
            way,
            sign_in: console.as_ref().map(SignIn::is_success),
            error: facts.outcome.error().map(str::to_owned),
            verdict: match &console {
                Some(console) => console.verdict,
                None => verdict(mfa.as_deref(), access_key_id.as_deref()),
            },
            access_key_id,
            is_own_credential: is_own && name.is_some_and(|name| CREDENTIALS.contains(&name)),
            source_ip: facts.source_ip.clone(),
            user_agent: facts.user_agent.clone(),
            event_id: facts.event_id.clone(),
        }
    }
}

/// Tells a key that lasts by its beginning, `AKIA`; that of a session begins with `ASIA`:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
pub(super) fn is_long_term(access_key_id: Option<&str>) -> bool {
    access_key_id.is_some_and(|key| key.starts_with("AKIA"))
}

fn verdict(mfa_authenticated: Option<&str>, access_key_id: Option<&str>) -> Verdict {
    let (mfa, reason) = match mfa_authenticated {
        Some("true") => (Mfa::Yes, "`mfaAuthenticated` is true"),
        Some("false") => (Mfa::No, "`mfaAuthenticated` is false"),
        _ if is_long_term(access_key_id) => (Mfa::No, "an access key that lasts was used"),
        _ => (Mfa::Unknown, "the record has neither a session nor an access key"),
    };
    Verdict { mfa, reason }
}

impl Way {
    /// Returns its name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Invoked => "service",
            Self::ServiceEvent => "service event",
        }
    }
}
