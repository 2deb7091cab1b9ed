//! Rules of security groups and network ACLs as calls write them, and whether they let anyone in.

use super::super::request::{Members, Request, Value, member, objects, text};
use std::fmt;

/// A rule that a call adds, replaces or removes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    pub(super) direction: Direction,
    pub(super) is_allowing: bool,
    /// A range of addresses, another group, or a prefix list.
    pub(super) peer: String,
    pub(super) ports: Ports,
}

/// Which way the traffic goes that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    In,
    Out,
    /// `ModifySecurityGroupRules` names rules by their ids only.
    Unknown,
}

/// A protocol and its ports.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ports {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or a number.
    protocol: String,
    /// First and last; none for all of them.
    range: Option<(i64, i64)>,
}

/// The ports over which servers are administered: SSH and RDP (CIS AWS Foundations Benchmark, networking).
const ADMINISTRATION: [i64; 2] = [22, 3389];

/// Returns the rules that a call names.
pub(super) fn rules(event_name: &str, request: &Request<'_>) -> Vec<Rule> {
    let of_group = |direction| {
        let mut rules = of_permissions(&request.asked, direction);
        if rules.is_empty() {
            rules = of_answer(request, direction);
        }
        rules
    };
    match event_name {
        "AuthorizeSecurityGroupIngress" | "RevokeSecurityGroupIngress" => of_group(Direction::In),
        "AuthorizeSecurityGroupEgress" | "RevokeSecurityGroupEgress" => of_group(Direction::Out),
        "ModifySecurityGroupRules" => {
            let updates = ["securityGroupRule", "securityGroupRules", "securityGroupRuleSet"];
            let updates = updates.iter().flat_map(|name| objects(member(&request.asked, name)));
            let rules = updates.flat_map(|update| objects(member(update, "securityGroupRule")));
            rules.flat_map(|rule| of_group_rule(rule, Direction::Unknown)).collect()
        }
        "CreateNetworkAclEntry" | "ReplaceNetworkAclEntry" => of_entry(&request.asked).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Reads `ipPermissions`, and the flat members that stand in for a list of one.
fn of_permissions(asked: &Members<'_>, direction: Direction) -> Vec<Rule> {
    let permissions = objects(member(asked, "ipPermissions"));
    permissions
        .into_iter()
        .chain([asked])
        .flat_map(|permission| of_permission(permission, direction))
        .collect()
}

fn of_permission(permission: &Members<'_>, direction: Direction) -> Vec<Rule> {
    const PEERS: [(&str, &str); 4] = [
        ("ipRanges", "cidrIp"),
        ("ipv6Ranges", "cidrIpv6"),
        ("groups", "groupId"),
        ("prefixListIds", "prefixListId"),
    ];
    let flat = ["cidrIp", "cidrIpv6", "sourceSecurityGroupName"].iter();
    let flat = flat.filter_map(|name| text(member(permission, name)));
    let listed = PEERS.iter().flat_map(|(list, name)| {
        let elements = objects(member(permission, list)).into_iter();
        elements.filter_map(|element| text(member(element, name)))
    });
    let ports = Ports::read(permission, "ipProtocol");
    let rule = |peer| Rule { direction, is_allowing: true, peer, ports: ports.clone() };
    flat.chain(listed).map(rule).collect()
}

/// Reads one rule of a group as the newer calls write it.
fn of_group_rule(rule: &Members<'_>, direction: Direction) -> Vec<Rule> {
    let peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedGroupId"].iter();
    let peers = peers.filter_map(|name| text(member(rule, name)));
    let ports = Ports::read(rule, "ipProtocol");
    peers.map(|peer| Rule { direction, is_allowing: true, peer, ports: ports.clone() }).collect()
}

/// Reads the rules that were made from the answer, for requests that were left out.
fn of_answer(request: &Request<'_>, direction: Direction) -> Vec<Rule> {
    let made = objects(request.answer("securityGroupRuleSet")).into_iter();
    made.flat_map(|rule| of_group_rule(rule, direction)).collect()
}

fn of_entry(asked: &Members<'_>) -> Option<Rule> {
    let peer = ["cidrBlock", "ipv6CidrBlock"].iter().find_map(|name| text(member(asked, name)))?;
    let direction = match text(member(asked, "egress")).as_deref() {
        Some("true") => Direction::Out,
        _ => Direction::In,
    };
    let is_allowing = text(member(asked, "ruleAction")).as_deref() == Some("allow");
    let protocol = ["aclProtocol", "protocol"].iter().find(|name| member(asked, name).is_some());
    let mut ports = Ports::read(asked, protocol.unwrap_or(&"aclProtocol"));
    if let Some(range) = member(asked, "portRange").and_then(Value::as_members) {
        ports.range = ports.range_of(number(member(range, "from")), number(member(range, "to")));
    }
    Some(Rule { direction, is_allowing, peer, ports })
}

impl Rule {
    /// Tells whether the rule lets traffic from any address in, as far as its direction is known.
    pub(super) fn is_open(&self) -> bool {
        self.is_allowing && self.direction != Direction::Out && is_anywhere(&self.peer)
    }

    /// Tells whether the rule is about ports over which servers are administered.
    pub(super) fn is_for_administration(&self) -> bool {
        self.ports.has_any(&ADMINISTRATION)
    }
}

/// Tells whether a range holds all addresses: its prefix has no bits, whatever stands before them.
fn is_anywhere(range: &str) -> bool {
    range.rsplit_once('/').is_some_and(|(_, bits)| bits.parse() == Ok(0_u8))
}

impl Ports {
    fn read(members: &Members<'_>, protocol: &str) -> Self {
        let protocol = match text(member(members, protocol)).as_deref() {
            Some("-1") | None => "all".to_owned(),
            Some("6") => "tcp".to_owned(),
            Some("17") => "udp".to_owned(),
            Some("1") => "icmp".to_owned(),
            Some("58") => "icmpv6".to_owned(),
            Some(other) => other.to_lowercase(),
        };
        let mut ports = Self { protocol, range: None };
        ports.range = ports.range_of(number(member(members, "fromPort")), number(member(members, "toPort")));
        ports
    }

    /// Returns the range from one port to another; none where that is all of them, or the protocol has no ports.
    fn range_of(&self, from: Option<i64>, to: Option<i64>) -> Option<(i64, i64)> {
        let (from, to) = (from?, to?);
        let has_ports = !matches!(self.protocol.as_str(), "all" | "icmp" | "icmpv6");
        (has_ports && from >= 0 && (from, to) != (0, 65_535)).then_some((from, to))
    }

    fn has_any(&self, wanted: &[i64]) -> bool {
        if matches!(self.protocol.as_str(), "icmp" | "icmpv6") {
            return false;
        }
        self.range.is_none_or(|(from, to)| wanted.iter().any(|port| (from..=to).contains(port)))
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.protocol.as_str(), self.range) {
            ("all", _) => formatter.write_str("all traffic"),
            (protocol @ ("icmp" | "icmpv6"), _) => formatter.write_str(protocol),
            (protocol, None) => write!(formatter, "{protocol} all ports"),
            (protocol, Some((from, to))) if from == to => write!(formatter, "{protocol} {from}"),
            (protocol, Some((from, to))) => write!(formatter, "{protocol} {from}-{to}"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { direction, is_allowing, peer, ports } = self;
        let denied = if *is_allowing { "" } else { "deny " };
        match direction {
            Direction::In => write!(formatter, "{denied}{ports} from {peer}"),
            Direction::Out => write!(formatter, "{denied}{ports} to {peer}"),
            Direction::Unknown => write!(formatter, "{denied}{ports} from or to {peer}"),
        }
    }
}

fn number(value: Option<&Value<'_>>) -> Option<i64> {
    text(value)?.parse().ok() // no number, no port
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event_name: &str, request: &str) -> Vec<(String, bool)> {
        let record = format!(r#"{{"requestParameters":{request}}}"#);
        let rules = rules(event_name, &Request::read(record.as_bytes()));
        rules.iter().map(|rule| (rule.to_string(), rule.is_open())).collect()
    }

    fn one(event_name: &str, request: &str) -> (String, bool) {
        let mut rules = read(event_name, request);
        assert_eq!(rules.len(), 1, "{rules:?}");
        rules.remove(0)
    }

    fn told(text: &str, is_open: bool) -> (String, bool) {
        (text.to_owned(), is_open)
    }

    const INGRESS: &str = "AuthorizeSecurityGroupIngress";

    #[test]
    fn permissions_are_read_in_lists_and_flat() {
        let listed = r#"{"groupId":"sg-1","ipPermissions":{"items":[
            {"ipProtocol":"tcp","fromPort":"22","toPort":"22","groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"},{"cidrIp":"10.0.0.0/8"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}},
            {"ipProtocol":"-1","groups":{"items":[{"groupId":"sg-2"}]},"ipRanges":{},"ipv6Ranges":{}}]}}"#;
        assert_eq!(
            read(INGRESS, listed),
            [
                told("tcp 22 from 0.0.0.0/0", true),
                told("tcp 22 from 10.0.0.0/8", false),
                told("tcp 22 from ::/0", true),
                told("all traffic from sg-2", false),
            ]
        );
        let flat =
            r#"{"cidrIp":"0.0.0.0/0","fromPort":0,"toPort":65535,"ipPermissions":{},"ipProtocol":"tcp"}"#;
        assert_eq!(one(INGRESS, flat), told("tcp all ports from 0.0.0.0/0", true));
        assert_eq!(one("AuthorizeSecurityGroupEgress", flat), told("tcp all ports to 0.0.0.0/0", false));
    }

    #[test]
    fn a_range_of_no_bits_is_anywhere_whatever_stands_before() {
        let flat = |range: &str| {
            one(INGRESS, &format!(r#"{{"cidrIp":"{range}","ipProtocol":"udp","fromPort":53,"toPort":54}}"#))
        };
        assert_eq!(flat("203.0.113.9/0"), told("udp 53-54 from 203.0.113.9/0", true));
        assert_eq!(flat("0.0.0.0/00"), told("udp 53-54 from 0.0.0.0/00", true));
        assert_eq!(flat("0.0.0.0/16"), told("udp 53-54 from 0.0.0.0/16", false));
        assert_eq!(flat("0.0.0.0"), told("udp 53-54 from 0.0.0.0", false));
    }

    #[test]
    fn changed_rules_are_read_with_and_without_a_list() {
        let update = r#"{"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"CidrIpv6":"::/0","FromPort":3389,"ToPort":3389,"IpProtocol":"tcp"},"tag":1}"#;
        let single = format!(
            r#"{{"ModifySecurityGroupRulesRequest":{{"GroupId":"sg-1","SecurityGroupRule":{update}}}}}"#
        );
        assert_eq!(one("ModifySecurityGroupRules", &single), told("tcp 3389 from or to ::/0", true));
        let several = single.replace(update, &format!("[{update},{update}]"));
        assert_eq!(read("ModifySecurityGroupRules", &several).len(), 2);
    }

    #[test]
    fn entries_of_network_acls_deny_or_go_out_or_let_in() {
        let entry = r#"{"aclProtocol":"6","cidrBlock":"0.0.0.0/0","egress":false,"icmpTypeCode":{},"networkAclId":"acl-1","portRange":{"from":700,"to":702},"ruleAction":"allow","ruleNumber":12}"#;
        let name = "CreateNetworkAclEntry";
        assert_eq!(one(name, entry), told("tcp 700-702 from 0.0.0.0/0", true));
        assert_eq!(
            one(name, &entry.replace("allow", "deny")),
            told("deny tcp 700-702 from 0.0.0.0/0", false)
        );
        assert_eq!(one(name, &entry.replace("false", "true")), told("tcp 700-702 to 0.0.0.0/0", false));
        let all =
            entry.replace(r#""6""#, r#""-1""#).replace("cidrBlock", "ipv6CidrBlock").replace("0.0.0.0", "::");
        assert_eq!(one(name, &all), told("all traffic from ::/0", true));
    }

    #[test]
    fn rules_of_a_request_that_was_left_out_are_read_from_the_answer() {
        let record = r#"{"requestParameters":{"omitted":true,"reason":"requestParameters too large"},"responseElements":{"_return":true,"securityGroupRuleSet":{"items":[{"cidrIpv4":"0.0.0.0/0","fromPort":22,"toPort":22,"ipProtocol":"tcp"}]}}}"#;
        let request = Request::read(record.as_bytes());
        assert!(request.is_omitted());
        assert_eq!(rules(INGRESS, &request)[0].to_string(), "tcp 22 from 0.0.0.0/0");
    }

    #[test]
    fn requests_of_another_shape_name_no_rule() {
        for request in ["null", "7", "[]", "{}", r#"{"ipPermissions":[7,{"ipRanges":"x"}],"cidrIp":{}}"#] {
            assert_eq!(read(INGRESS, request), [], "{request}");
            assert_eq!(read("ModifySecurityGroupRules", request), [], "{request}");
        }
    }

    #[test]
    fn administration_is_over_ssh_rdp_or_all_ports() {
        let is_for = |ports: &str| {
            let request = format!(r#"{{"requestParameters":{{"cidrIp":"0.0.0.0/0",{ports}}}}}"#);
            rules(INGRESS, &Request::read(request.as_bytes()))[0].is_for_administration()
        };
        assert!(is_for(r#""ipProtocol":"tcp","fromPort":20,"toPort":25"#));
        assert!(is_for(r#""ipProtocol":"-1""#));
        assert!(!is_for(r#""ipProtocol":"tcp","fromPort":443,"toPort":443"#));
        assert!(!is_for(r#""ipProtocol":"icmp","fromPort":-1,"toPort":-1"#));
    }
}
