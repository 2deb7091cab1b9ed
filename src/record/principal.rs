//! Names the principal of a record by its identity type, following the table of types in the CloudTrail user guide
//! (`cloudtrail-event-reference-user-identity`).

use std::borrow::Cow;

/// The members of `userIdentity` (and the few beside it) that a name is made of. Empty texts count as absent.
#[derive(Debug, Clone, Default)]
pub struct Identity<'a> {
    /// `userIdentity.type`.
    pub kind: Option<Cow<'a, str>>,
    /// `userIdentity.principalId`.
    pub principal_id: Option<Cow<'a, str>>,
    /// `userIdentity.arn`.
    pub arn: Option<Cow<'a, str>>,
    /// `userIdentity.accountId`.
    pub account_id: Option<Cow<'a, str>>,
    /// `userIdentity.userName`.
    pub user_name: Option<Cow<'a, str>>,
    /// `userIdentity.invokedBy`.
    pub invoked_by: Option<Cow<'a, str>>,
    /// `userIdentity.identityProvider`.
    pub identity_provider: Option<Cow<'a, str>>,
    /// `userIdentity.onBehalfOf.userId`.
    pub on_behalf_of: Option<Cow<'a, str>>,
    /// `userIdentity.sessionContext.sessionIssuer.userName`.
    pub issuer_name: Option<Cow<'a, str>>,
    /// `additionalEventData.UserName`.
    pub sign_in_name: Option<Cow<'a, str>>,
}

impl<'a> Identity<'a> {
    /// The fields of a record that an identity is read from, in the order of [`Identity::from_values`].
    pub const FIELDS: [&'static str; 9] = [
        "userIdentity.type",
        "userIdentity.principalId",
        "userIdentity.arn",
        "userIdentity.accountId",
        "userIdentity.userName",
        "userIdentity.invokedBy",
        "userIdentity.identityProvider",
        "userIdentity.onBehalfOf.userId",
        "userIdentity.sessionContext.sessionIssuer.userName",
    ];

    /// Makes an identity of what stands at [`Identity::FIELDS`], as a group of records has it.
    pub fn from_values(values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut values = values.into_iter();
        Self::read(|_| values.next().flatten().filter(|text| !text.is_empty()).map(Cow::Borrowed))
    }

    /// Makes an identity of what `text` returns for each of [`Identity::FIELDS`], asked for in their order.
    pub fn read(mut text: impl FnMut(&'static str) -> Option<Cow<'a, str>>) -> Self {
        let [kind, principal_id, arn, account_id, user_name, invoked_by, provider, on_behalf_of, issuer_name] =
            Self::FIELDS.map(&mut text);
        Self {
            kind,
            principal_id,
            arn,
            account_id,
            user_name,
            invoked_by,
            identity_provider: provider,
            on_behalf_of,
            issuer_name,
            sign_in_name: None,
        }
    }

    /// Returns one that stands for itself.
    pub fn into_owned(self) -> Identity<'static> {
        let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        Identity {
            kind: own(self.kind),
            principal_id: own(self.principal_id),
            arn: own(self.arn),
            account_id: own(self.account_id),
            user_name: own(self.user_name),
            invoked_by: own(self.invoked_by),
            identity_provider: own(self.identity_provider),
            on_behalf_of: own(self.on_behalf_of),
            issuer_name: own(self.issuer_name),
            sign_in_name: own(self.sign_in_name),
        }
    }

    /// Returns the name to print: what the type is best known by, and in parentheses what narrows it down. When the
    /// members that a type should have are missing, `principalId` or `arn` must do.
    pub fn name(&self) -> Option<String> {
        self.name_by_kind().or_else(|| owned(&self.principal_id)).or_else(|| owned(&self.arn))
    }

    fn name_by_kind(&self) -> Option<String> {
        match self.kind.as_deref() {
            Some("Root") => Some(with_detail("root", self.user_name.as_deref())),
            Some("IAMUser") => prefixed("user/", &self.user_name).or_else(|| self.arn_tail()),
            Some("AssumedRole") => self.role_session(),
            Some("Role") => self.arn_tail(),
            Some("FederatedUser") => {
                self.arn_tail().map(|tail| with_detail(&tail, self.issuer_name.as_deref()))
            }
            Some("Directory") => owned(&self.user_name),
            Some("AWSAccount") => prefixed("account/", &self.account_id)
                .map(|account| with_detail(&account, self.principal_id.as_deref())),
            Some("AWSService") => prefixed("service/", &self.invoked_by),
            Some("IdentityCenterUser") => owned(&self.on_behalf_of),
            Some("SAMLUser" | "WebIdentityUser") => {
                let name = self.user_name.as_deref()?;
                Some(with_detail(name, self.identity_provider.as_deref()))
            }
            Some("Unknown") => owned(&self.sign_in_name),
            None => owned(&self.invoked_by),
            Some(_) => None,
        }
    }

    /// Returns `role/ROLE/SESSION`. Switched console roles come without session issuer; then the ARN
    /// (`assumed-role/ROLE/SESSION`) names the role.
    fn role_session(&self) -> Option<String> {
        let tail = self.arn_tail();
        let of_arn = tail.as_deref().and_then(|tail| tail.strip_prefix("assumed-role/"));
        let role = self.issuer_name.as_deref().or_else(|| of_arn?.split('/').next());
        let Some(role) = role.filter(|role| !role.is_empty()) else {
            return tail;
        };
        let of_principal =
            self.principal_id.as_deref().and_then(|id| id.split_once(':')).map(|(_, name)| name);
        let session = of_principal.or_else(|| of_arn?.rsplit_once('/').map(|(_, name)| name));
        match session.filter(|session| !session.is_empty()) {
            Some(session) => Some(["role/", role, "/", session].concat()),
            None => Some(["role/", role].concat()),
        }
    }

    /// Returns the resource part of the ARN: what stands behind its fifth colon.
    fn arn_tail(&self) -> Option<String> {
        let arn = self.arn.as_deref()?;
        let tail = arn.splitn(6, ':').nth(5).unwrap_or(arn);
        (!tail.is_empty()).then(|| tail.to_owned())
    }
}

fn owned(name: &Option<Cow<'_, str>>) -> Option<String> {
    name.as_deref().map(str::to_owned)
}

fn prefixed(prefix: &str, name: &Option<Cow<'_, str>>) -> Option<String> {
    name.as_deref().map(|name| [prefix, name].concat())
}

fn with_detail(name: &str, detail: Option<&str>) -> String {
    match detail {
        Some(detail) => [name, " (", detail, ")"].concat(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<Cow<'_, str>> {
        Some(text.into())
    }

    fn of(kind: &str) -> Identity<'_> {
        Identity { kind: text(kind), account_id: text("111122223333"), ..Identity::default() }
    }

    fn name(identity: Identity<'_>) -> String {
        identity.name().unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn root_is_root_with_its_alias() {
        let root = Identity {
            principal_id: text("111122223333"),
            arn: text("arn:aws:iam::111122223333:root"),
            ..of("Root")
        };
        assert_eq!(name(root.clone()), "root");
        assert_eq!(name(Identity { user_name: text("harbour"), ..root }), "root (harbour)");
    }

    #[test]
    fn an_iam_user_is_named_by_user_name_then_arn_then_id() {
        let user = Identity {
            principal_id: text("AIDAEXAMPLE"),
            arn: text("arn:aws:iam::111122223333:user/crew/alice"),
            ..of("IAMUser")
        };
        assert_eq!(name(Identity { user_name: text("alice"), ..user.clone() }), "user/alice");
        assert_eq!(name(user.clone()), "user/crew/alice");
        assert_eq!(name(Identity { arn: None, ..user }), "AIDAEXAMPLE");
    }

    #[test]
    fn a_role_session_is_named_by_role_then_session() {
        let session = Identity {
            principal_id: text("AROAEXAMPLE:alice@example.com"),
            arn: text("arn:aws:sts::111122223333:assumed-role/Admin/other"),
            issuer_name: text("Admin"),
            ..of("AssumedRole")
        };
        assert_eq!(name(session.clone()), "role/Admin/alice@example.com");
        let without_session = Identity { principal_id: text("AROAEXAMPLE"), ..session.clone() };
        assert_eq!(name(without_session), "role/Admin/other");
        let with_colon = Identity { principal_id: text("AROAEXAMPLE:a:b"), ..session };
        assert_eq!(name(with_colon), "role/Admin/a:b");
    }

    #[test]
    fn a_role_session_without_issuer_is_named_by_its_arn() {
        let switched = Identity {
            principal_id: text("AROAEXAMPLE:alice"),
            arn: text("arn:aws:sts::111122223333:assumed-role/Admin/alice"),
            ..of("AssumedRole")
        };
        assert_eq!(name(switched.clone()), "role/Admin/alice");
        let rooted = Identity { arn: text("arn:aws:sts::111122223333:assumed-root"), ..switched.clone() };
        assert_eq!(name(rooted), "assumed-root");
        assert_eq!(name(Identity { arn: None, ..switched }), "AROAEXAMPLE:alice");
        assert_eq!(name(Identity { issuer_name: text("Admin"), ..of("AssumedRole") }), "role/Admin");
    }

    #[test]
    fn a_role_is_named_by_its_arn() {
        let arn = text("arn:aws:iam::111122223333:role/Deploy");
        assert_eq!(name(Identity { arn, ..of("Role") }), "role/Deploy");
    }

    #[test]
    fn a_federated_user_is_named_with_its_issuer() {
        let federated = Identity {
            arn: text("arn:aws:sts::111122223333:federated-user/bob"),
            principal_id: text("111122223333:bob"),
            ..of("FederatedUser")
        };
        assert_eq!(name(federated.clone()), "federated-user/bob");
        assert_eq!(name(Identity { issuer_name: text("alice"), ..federated }), "federated-user/bob (alice)");
    }

    #[test]
    fn a_directory_user_is_named_by_user_name_then_id() {
        let user = Identity { principal_id: text("d-1/S-1"), ..of("Directory") };
        assert_eq!(name(Identity { user_name: text("carol"), ..user.clone() }), "carol");
        assert_eq!(name(user), "d-1/S-1");
    }

    #[test]
    fn another_account_is_named_by_its_number_and_principal() {
        assert_eq!(name(of("AWSAccount")), "account/111122223333");
        let known = Identity { principal_id: text("AIDAEXAMPLE"), ..of("AWSAccount") };
        assert_eq!(name(known), "account/111122223333 (AIDAEXAMPLE)");
        let anonymous = Identity { account_id: text("ANONYMOUS_PRINCIPAL"), ..of("AWSAccount") };
        assert_eq!(name(anonymous), "account/ANONYMOUS_PRINCIPAL");
    }

    #[test]
    fn a_service_is_named_by_who_invoked() {
        let service = Identity { invoked_by: text("ec2.amazonaws.com"), ..of("AWSService") };
        assert_eq!(name(service), "service/ec2.amazonaws.com");
    }

    #[test]
    fn an_identity_center_user_is_named_by_id() {
        let user = Identity { on_behalf_of: text("94d8-1"), ..of("IdentityCenterUser") };
        assert_eq!(name(user), "94d8-1");
    }

    #[test]
    fn saml_and_web_identity_users_are_named_with_their_provider() {
        for kind in ["SAMLUser", "WebIdentityUser"] {
            let user = Identity {
                user_name: text("sub-1"),
                identity_provider: text("idp.example.com"),
                principal_id: text("idp.example.com:sub-1"),
                ..of(kind)
            };
            assert_eq!(name(user.clone()), "sub-1 (idp.example.com)");
            assert_eq!(name(Identity { user_name: None, ..user }), "idp.example.com:sub-1");
        }
    }

    #[test]
    fn an_unknown_identity_is_named_by_the_sign_in_then_id() {
        let unknown = Identity { principal_id: text("Anonymous"), ..of("Unknown") };
        assert_eq!(name(Identity { sign_in_name: text("dana"), ..unknown.clone() }), "dana");
        assert_eq!(name(unknown), "Anonymous");
    }

    #[test]
    fn a_record_without_type_is_named_by_who_invoked() {
        let service_event = Identity { invoked_by: text("AWS Internal"), ..Identity::default() };
        assert_eq!(name(service_event), "AWS Internal");
        assert_eq!(name(Identity::default()), "-");
    }

    #[test]
    fn a_type_of_the_future_is_named_by_id_then_arn() {
        let future = Identity { principal_id: text("id"), arn: text("arn:x"), ..of("Robot") };
        assert_eq!(name(future.clone()), "id");
        assert_eq!(name(Identity { principal_id: None, ..future }), "arn:x");
    }
}
