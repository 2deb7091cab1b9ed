//! What a call of IAM is about, and what it does, by its name.

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Concern {
    User,
    AccessKey,
    LoginProfile,
    MfaDevice,
    Policy,
    Group,
    Role,
    InstanceProfile,
    IdentityProvider,
    Certificate,
    Account,
    Other,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Created,
    Changed,
    Deleted,
}

/// Parts of names, the first that fits tells. The longer ones stand first: a `LoginProfile` is no user, an
/// `AccountPasswordPolicy` no policy.
const PARTS: [(&str, Concern); 26] = [
    ("AccessKey", Concern::AccessKey),
    ("LoginProfile", Concern::LoginProfile),
    ("ChangePassword", Concern::LoginProfile),
    ("MFADevice", Concern::MfaDevice),
    ("AccountPasswordPolicy", Concern::Account),
    ("AccountAlias", Concern::Account),
    ("SecurityTokenServicePreferences", Concern::Account),
    ("OrganizationsRoot", Concern::Account),
    ("AssumeRolePolicy", Concern::Role),
    ("PermissionsBoundary", Concern::Policy),
    ("InstanceProfile", Concern::InstanceProfile),
    ("SAMLProvider", Concern::IdentityProvider),
    ("OpenIDConnectProvider", Concern::IdentityProvider),
    ("ServerCertificate", Concern::Certificate),
    ("SigningCertificate", Concern::Certificate),
    ("SSHPublicKey", Concern::Certificate),
    ("ServiceSpecificCredential", Concern::Certificate),
    ("CloudFrontPublicKey", Concern::Certificate),
    ("Policy", Concern::Policy),
    ("UserToGroup", Concern::Group),
    ("UserFromGroup", Concern::Group),
    ("ServiceLinkedRole", Concern::Role),
    ("Group", Concern::Group),
    ("Role", Concern::Role),
    ("User", Concern::User),
    ("Delegation", Concern::Account),
];

impl Concern {
    pub(super) fn of(event_name: &str) -> Self {
        let part = PARTS.iter().find(|(part, _)| event_name.contains(part));
        part.map_or(Self::Other, |(_, concern)| *concern)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AccessKey => "access key",
            Self::LoginProfile => "login profile",
            Self::MfaDevice => "MFA device",
            Self::Policy => "policy",
            Self::Group => "group",
            Self::Role => "role",
            Self::InstanceProfile => "instance profile",
            Self::IdentityProvider => "identity provider",
            Self::Certificate => "certificate or other credential",
            Self::Account => "account",
            Self::Other => "other",
        }
    }

    /// Tells whether such calls act on the caller when they name no user.
    pub(super) fn is_own(self) -> bool {
        matches!(self, Self::AccessKey | Self::LoginProfile | Self::MfaDevice | Self::Certificate)
    }
}

impl Change {
    pub(super) fn of(event_name: &str) -> Self {
        let begins = |verbs: &[&str]| verbs.iter().any(|verb| event_name.starts_with(verb));
        if begins(&["Create", "Upload", "Attach", "Add", "Enable"]) {
            Self::Created
        } else if begins(&["Delete", "Detach", "Remove", "Deactivate", "Disable"]) {
            Self::Deleted
        } else {
            Self::Changed
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }
}

/// Tells whether a call reads, by its name: the prefixes of reading calls, and those that AWS lists as read-only for IAM
/// (EventBridge user guide, "management events from AWS services").
pub(super) fn is_reading(event_name: &str) -> bool {
    const READING: [&str; 8] =
        ["Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Generate", "Simulate"];
    READING.iter().any(|verb| event_name.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_call_is_about_and_what_it_does() {
        let told = |name| format!("{} {}", Concern::of(name).word(), Change::of(name).word());
        for (name, expected) in [
            ("CreateUser", "user created"),
            ("UpdateAccessKey", "access key changed"),
            ("DeleteLoginProfile", "login profile deleted"),
            ("DeactivateMFADevice", "MFA device deleted"),
            ("AttachUserPolicy", "policy created"),
            ("PutRolePolicy", "policy changed"),
            ("DeleteRolePermissionsBoundary", "policy deleted"),
            ("UpdateAssumeRolePolicy", "role changed"),
            ("AddUserToGroup", "group created"),
            ("RemoveRoleFromInstanceProfile", "instance profile deleted"),
            ("UpdateAccountPasswordPolicy", "account changed"),
            ("CreateSAMLProvider", "identity provider created"),
            ("TagUser", "user changed"),
            ("Frobnicate", "other changed"),
        ] {
            assert_eq!(told(name), expected, "{name}");
        }
    }
}
