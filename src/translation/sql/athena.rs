//! The columns of Athena's tables for CloudTrail.
//!
//! Source: Athena user guide, "Create a table for CloudTrail logs in Athena using manual partitioning", and the same "using
//! partition projection".

/// Columns that hold a text.
const TEXTS: [&str; 20] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "apiVersion",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "sessionCredentialFromConsole",
];

/// Columns that hold JSON as a text.
const JSON: [&str; 5] = [
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "edgeDeviceDetails",
];

/// Fields inside of structures.
const NESTED: [&str; 25] = [
    "userIdentity.type",
    "userIdentity.principalId",
    "userIdentity.arn",
    "userIdentity.accountId",
    "userIdentity.invokedBy",
    "userIdentity.accessKeyId",
    "userIdentity.userName",
    "userIdentity.onBehalfOf.userId",
    "userIdentity.onBehalfOf.identityStoreArn",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.attributes.creationDate",
    "userIdentity.sessionContext.sessionIssuer.type",
    "userIdentity.sessionContext.sessionIssuer.principalId",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.sessionContext.sessionIssuer.accountId",
    "userIdentity.sessionContext.sessionIssuer.userName",
    "userIdentity.sessionContext.ec2RoleDelivery",
    "userIdentity.sessionContext.webIdFederationData.federatedProvider",
    "addendum.reason",
    "addendum.updatedFields",
    "addendum.originalRequestID",
    "addendum.originalEventID",
    "tlsDetails.tlsVersion",
    "tlsDetails.cipherSuite",
    "tlsDetails.clientProvidedHostHeader",
];

/// Where a field is.
pub(super) enum Column<'a> {
    /// A column, or a field of a structure.
    Text(String),
    /// Inside a column of JSON: the column, and the names below.
    Json(String, &'a [&'a str]),
}

/// Returns where a field is; `None` where the tables have no column for it.
pub(super) fn column<'a>(names: &'a [&'a str]) -> Option<Column<'a>> {
    let path = names.join(".");
    if TEXTS.contains(&path.as_str()) || NESTED.contains(&path.as_str()) {
        return Some(Column::Text(path.to_lowercase()));
    }
    match names.split_first() {
        Some((first, below)) if JSON.contains(first) && !below.is_empty() => {
            Some(Column::Json(first.to_lowercase(), below))
        }
        _ => None,
    }
}
