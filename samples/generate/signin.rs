//! Records of the sign-in family: the classic console's and Identity Center's.

use super::call::{Call, tls};
use super::cast::{BROWSER, Channel, PRODUCTION, Principal, STOCKHOLM, VIRGINIA};
use super::chance::{hex, principal_id, uuid};
use super::clock::Moment;
use serde_json::{Value, json};

/// What a sign-in says about MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mfa {
    /// It was used.
    Used,
    /// It was not.
    Unused,
}

/// Records a console sign-in that worked. `who` is the user or role session that signs in.
pub fn login(who: &Principal, region: &'static str, when: Moment, mfa: Mfa) -> Call {
    let mut signed_in = who.clone();
    if let Some(identity) = signed_in.identity.as_object_mut() {
        identity.remove("accessKeyId");
        // A user has no session yet; a federated session is known by its issuer.
        if identity.get("type") != Some(&json!("AssumedRole")) {
            identity.remove("sessionContext");
        }
        if identity.get("type") == Some(&json!("Root")) {
            identity.insert("accessKeyId".to_owned(), json!(""));
        }
    }
    let extra = additional(who, region, mfa);
    console_event(&signed_in, region, when, "ConsoleLogin")
        .response(json!({"ConsoleLogin": "Success"}))
        .set("additionalEventData", extra)
}

/// Records a console sign-in that failed: the name is known, the password or the code was wrong.
pub fn failed_login(name: &str, address: &str, when: Moment, mfa: Mfa) -> Call {
    let identity = json!({
        "type": "IAMUser",
        "principalId": principal_id("AIDA", name),
        "accountId": PRODUCTION,
        "accessKeyId": "",
        "userName": name,
    });
    failure(identity, address, when, mfa, "Failed authentication")
}

/// Records a console sign-in with a name that does not exist, which is never written down.
pub fn unknown_login(address: &str, when: Moment) -> Call {
    let identity = json!({
        "type": "IAMUser",
        "accountId": PRODUCTION,
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    });
    failure(identity, address, when, Mfa::Unused, "No username found in supplied account")
}

/// Records that a password was right and a code is asked for.
pub fn check_mfa(who: &Principal, region: &'static str, when: Moment) -> Call {
    let identity = json!({
        "type": "IAMUser",
        "principalId": who.identity["principalId"],
        "accountId": who.account,
        "accessKeyId": "",
        "userName": who.identity["userName"],
    });
    let asked = Principal::of(identity, who.account, Channel::Console).from(&who.address, BROWSER);
    console_event(&asked, region, when, "CheckMfa")
        .response(json!({"CheckMfa": "Success"}))
        .set("additionalEventData", json!({"MfaType": "Virtual MFA"}))
}

/// Records a role switch in the console, as the target account sees it.
pub fn switch_role(session: &Principal, from: &str, region: &'static str, when: Moment) -> Call {
    let mut switched = session.clone();
    if let Some(identity) = switched.identity.as_object_mut() {
        identity.remove("accessKeyId");
        identity.remove("sessionContext");
    }
    let extra = json!({
        "SwitchFrom": from,
        "RedirectTo": format!("https://{STOCKHOLM}.console.aws.amazon.com/ec2/home?region={STOCKHOLM}"),
    });
    console_event(&switched, region, when, "SwitchRole")
        .response(json!({"SwitchRole": "Success"}))
        .set("additionalEventData", extra)
}

/// Records a finished Identity Center sign-in.
pub fn identity_center(user: &str, address: &str, when: Moment) -> Call {
    let identity = json!({
        "type": "IdentityCenterUser",
        "accountId": PRODUCTION,
        "onBehalfOf": {
            "userId": uuid(&format!("identity-store/{user}")),
            "identityStoreArn": format!("arn:aws:identitystore::{PRODUCTION}:identitystore/d-0example00"),
        },
        "credentialId": uuid(&format!("credential/{user}/{when}")),
    });
    let who = Principal::of(identity, PRODUCTION, Channel::Console).from(address, BROWSER);
    console_event(&who, VIRGINIA, when, "UserAuthentication")
        .set("eventType", json!("AwsServiceEvent"))
        .set("serviceEventDetails", json!({"UserAuthentication": "Success"}))
        .set(
            "additionalEventData",
            json!({
                "AuthWorkflowID": uuid(&format!("workflow/{user}/{when}")),
                "CredentialType": "PASSWORD,TOTP",
                "LoginTo": "https://d-0example00.awsapps.com/start/",
            }),
        )
        .without("tlsDetails")
}

fn failure(identity: Value, address: &str, when: Moment, mfa: Mfa, message: &str) -> Call {
    let who = Principal::of(identity, PRODUCTION, Channel::Console).from(address, BROWSER);
    let extra = additional(&who, VIRGINIA, mfa);
    console_event(&who, VIRGINIA, when, "ConsoleLogin")
        .set("errorMessage", json!(message))
        .response(json!({"ConsoleLogin": "Failure"}))
        .set("additionalEventData", without_device(extra))
}

fn console_event(who: &Principal, region: &'static str, when: Moment, name: &str) -> Call {
    let host = if region == VIRGINIA {
        "signin.aws.amazon.com".to_owned()
    } else {
        format!("{region}.signin.aws.amazon.com")
    };
    who.call("signin", name)
        .when(when)
        .recorded_in(region)
        .set("eventType", json!("AwsConsoleSignIn"))
        .set("tlsDetails", tls(&host))
        .without("sessionCredentialFromConsole")
}

fn additional(who: &Principal, region: &str, mfa: Mfa) -> Value {
    let token = hex(16, &format!("{}{region}", who.address));
    let mut extra = json!({
        "LoginTo": format!("https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_{region}_{token}"),
        "MobileVersion": "No",
        "MFAUsed": if mfa == Mfa::Used { "Yes" } else { "No" },
    });
    if mfa == Mfa::Used {
        let device = who.identity["userName"].as_str().unwrap_or("root-account-mfa-device");
        extra["MFAIdentifier"] = json!(format!("arn:aws:iam::{}:mfa/{device}", who.account));
    }
    extra
}

fn without_device(mut extra: Value) -> Value {
    if let Some(members) = extra.as_object_mut() {
        members.remove("MFAIdentifier");
    }
    extra
}
