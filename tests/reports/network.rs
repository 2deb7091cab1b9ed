use super::{rows, section};
use backtrail::query::Severity;
use backtrail::report::Section;

/// A call of EC2 by alice with its request.
fn call(id: u8, name: &str, request: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T10:00:{id:02}Z","eventSource":"ec2.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","eventID":"{id}","recipientAccountId":"111122223333","readOnly":false,"userIdentity":{{"type":"IAMUser","userName":"alice"}},"requestParameters":{request}}}"#
    )
}

fn denied(record: &str) -> String {
    record.replace(r#""readOnly""#, r#""errorCode":"Client.UnauthorizedOperation","readOnly""#)
}

fn ssh(range: &str) -> String {
    format!(
        r#"{{"groupId":"sg-1","ipPermissions":{{"items":[{{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{{}},"ipRanges":{{"items":[{{"cidrIp":"{range}"}}]}},"ipv6Ranges":{{}}}}]}}}}"#
    )
}

fn findings(section: &Section) -> Vec<&str> {
    section.findings.iter().map(|finding| finding.text.as_str()).collect()
}

/// Call, target, detail, error.
fn changes(section: &Section) -> Vec<String> {
    let wanted = |row: String| {
        let cells: Vec<&str> = row.split('|').collect();
        [cells[5], cells[6], cells[7], cells[10]].join("|")
    };
    rows(section, "changes").into_iter().map(wanted).collect()
}

/// Target, ports, range, direction, whether for administration, when closed, error.
fn openings(section: &Section) -> Vec<String> {
    let wanted = |row: String| {
        let cells: Vec<&str> = row.split('|').collect();
        [cells[5], cells[6], cells[7], cells[8], cells[9], cells[10], cells[14]].join("|")
    };
    rows(section, "openings").into_iter().map(wanted).collect()
}

#[test]
fn ingress_from_anywhere_is_flagged_with_its_ports_and_whether_it_was_taken_back() {
    let open = ssh("0.0.0.0/0");
    let web = r#"{"groupId":"sg-2","ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIp":"0.0.0.0/0","ipPermissions":{}}"#;
    let entry = r#"{"networkAclId":"acl-1","aclProtocol":"-1","ruleAction":"allow","egress":false,"cidrBlock":"0.0.0.0/0","portRange":{},"ruleNumber":1}"#;
    let made = section(
        "network",
        &[
            call(1, "AuthorizeSecurityGroupIngress", &open),
            call(2, "AuthorizeSecurityGroupIngress", &ssh("10.0.0.0/8")),
            call(3, "AuthorizeSecurityGroupIngress", web),
            call(4, "CreateNetworkAclEntry", entry),
            call(5, "RevokeSecurityGroupIngress", &open),
        ],
    );
    assert_eq!(
        openings(&made),
        [
            "sg-1|tcp 22|0.0.0.0/0|in|true|2026-03-02T10:00:05Z|-",
            "sg-2|tcp 443|0.0.0.0/0|in|false|-|-",
            "acl-1|all traffic|0.0.0.0/0|in|true|-|-",
        ]
    );
    assert_eq!(
        findings(&made),
        [
            "2 rules let anyone in over SSH, RDP or all ports, 1 not taken back as far as recorded",
            "1 rule lets anyone in over other ports, 1 not taken back as far as recorded",
            "5 network changes by 1 principal in 1 log file",
        ]
    );
    assert_eq!(made.worst(), Some(Severity::High));
}

#[test]
fn a_rule_that_was_opened_again_or_revoked_in_vain_is_left() {
    let open = ssh("::/0");
    let again = section(
        "network",
        &[
            call(1, "AuthorizeSecurityGroupIngress", &open),
            call(2, "RevokeSecurityGroupIngress", &open),
            call(3, "AuthorizeSecurityGroupIngress", &open),
            denied(&call(4, "RevokeSecurityGroupIngress", &open)),
        ],
    );
    assert_eq!(openings(&again), ["sg-1|tcp 22|::/0|in|true|-|-"]);
    let deleted = section(
        "network",
        &[
            call(1, "AuthorizeSecurityGroupIngress", &open),
            call(2, "DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#),
        ],
    );
    assert_eq!(openings(&deleted), ["sg-1|tcp 22|::/0|in|true|2026-03-02T10:00:02Z|-"]);
}

#[test]
fn attempts_to_open_are_listed_and_no_grave_finding() {
    let made = section("network", &[denied(&call(1, "AuthorizeSecurityGroupIngress", &ssh("0.0.0.0/0")))]);
    assert_eq!(openings(&made), ["sg-1|tcp 22|0.0.0.0/0|in|true|-|Client.UnauthorizedOperation"]);
    assert_eq!(
        findings(&made),
        ["1 attempt to change a network failed", "0 network changes by 1 principal in 1 log file"]
    );
    assert_eq!(rows(&made, "kinds"), ["security group|AuthorizeSecurityGroupIngress|0|1"]);
}

#[test]
fn changes_of_every_kind_name_what_they_are_about() {
    let update = r#"{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-3","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"CidrIpv4":"0.0.0.0/0","FromPort":80,"ToPort":80,"IpProtocol":"tcp"},"tag":1}}}"#;
    let create =
        call(5, "CreateVpc", r#"{"cidrBlock":"10.0.0.0/16"},"responseElements":{"vpc":{"vpcId":"vpc-1"}}"#);
    let nat = r#"{"CreateNatGatewayRequest":{"SubnetId":"subnet-1"}},"responseElements":{"CreateNatGatewayResponse":{"natGateway":{"natGatewayId":"nat-1"}}}"#;
    let made = section(
        "network",
        &[
            call(1, "ModifySecurityGroupRules", update),
            call(
                2,
                "CreateRoute",
                r#"{"routeTableId":"rtb-1","destinationCidrBlock":"0.0.0.0/0","gatewayId":"igw-1"}"#,
            ),
            call(3, "AttachInternetGateway", r#"{"internetGatewayId":"igw-1","vpcId":"vpc-1"}"#),
            call(4, "CreateNatGateway", nat),
            create,
            call(6, "DescribeVpcs", "{}"),
            call(7, "CreateVpc", "{}").replace("ec2.amazonaws.com", "other.amazonaws.com"),
        ],
    );
    assert_eq!(
        changes(&made),
        [
            "ModifySecurityGroupRules|sg-3|tcp 80 from or to 0.0.0.0/0|-",
            "CreateRoute|rtb-1|0.0.0.0/0 by igw-1|-",
            "AttachInternetGateway|igw-1|vpc-1|-",
            "CreateNatGateway|nat-1|subnet-1|-",
            "CreateVpc|vpc-1|10.0.0.0/16|-",
        ]
    );
    assert_eq!(openings(&made), ["sg-3|tcp 80|0.0.0.0/0|unknown|false|-|-"]);
    assert_eq!(
        rows(&made, "kinds"),
        [
            "security group|ModifySecurityGroupRules|1|0",
            "gateway|AttachInternetGateway|1|0",
            "gateway|CreateNatGateway|1|0",
            "route|CreateRoute|1|0",
            "VPC|CreateVpc|1|0",
        ]
    );
}

#[test]
fn requests_that_say_nothing_are_still_changes() {
    let omitted = r#"{"reason":"requestParameters too large","omitted":"true","originalSize":"149893"}"#;
    let made = section(
        "network",
        &[
            call(1, "AuthorizeSecurityGroupIngress", "null"),
            call(2, "AuthorizeSecurityGroupIngress", omitted),
            call(3, "AuthorizeSecurityGroupIngress", "[7]"),
        ],
    );
    assert_eq!(
        changes(&made),
        ["AuthorizeSecurityGroupIngress|-|-|-", "AuthorizeSecurityGroupIngress|-|content omitted|-",]
    );
    assert_eq!(openings(&made), [""; 0]);
}

#[test]
fn an_archive_without_network_changes_says_so() {
    let made = section("network", &[]);
    assert_eq!(findings(&made), ["0 network changes in 1 log file"]);
    assert_eq!(made.worst(), Some(Severity::Informational));
}
