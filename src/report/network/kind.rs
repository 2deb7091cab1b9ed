//! The calls of EC2 that change a network, and how the things are called that they change.

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    SecurityGroup,
    NetworkAcl,
    Gateway,
    Route,
    Vpc,
}

/// The calls. Those of the CIS AWS Foundations Benchmark (security groups, network ACLs, gateways, route tables, VPC) are
/// all among them; NAT, VPN, transit, egress-only and carrier gateways, subnets, endpoints and address ranges, which it
/// leaves out, are added.
pub(super) const CALLS: [(Kind, &[&str]); 5] = [
    (
        Kind::SecurityGroup,
        &[
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "ModifySecurityGroupRules",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
            "AssociateSecurityGroupVpc",
            "DisassociateSecurityGroupVpc",
        ],
    ),
    (
        Kind::NetworkAcl,
        &[
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ],
    ),
    (
        Kind::Gateway,
        &[
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "CreateInternetGateway",
            "AttachInternetGateway",
            "DetachInternetGateway",
            "DeleteInternetGateway",
            "CreateNatGateway",
            "DeleteNatGateway",
            "CreateEgressOnlyInternetGateway",
            "DeleteEgressOnlyInternetGateway",
            "CreateCarrierGateway",
            "DeleteCarrierGateway",
            "CreateVpnGateway",
            "AttachVpnGateway",
            "DetachVpnGateway",
            "DeleteVpnGateway",
            "CreateVpnConnection",
            "ModifyVpnConnection",
            "DeleteVpnConnection",
            "CreateTransitGateway",
            "ModifyTransitGateway",
            "DeleteTransitGateway",
            "CreateTransitGatewayVpcAttachment",
            "AcceptTransitGatewayVpcAttachment",
            "ModifyTransitGatewayVpcAttachment",
            "DeleteTransitGatewayVpcAttachment",
        ],
    ),
    (
        Kind::Route,
        &[
            "CreateRoute",
            "ReplaceRoute",
            "DeleteRoute",
            "CreateRouteTable",
            "DeleteRouteTable",
            "AssociateRouteTable",
            "DisassociateRouteTable",
            "ReplaceRouteTableAssociation",
            "CreateTransitGatewayRoute",
            "DeleteTransitGatewayRoute",
        ],
    ),
    (
        Kind::Vpc,
        &[
            "CreateVpc",
            "CreateDefaultVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AssociateVpcCidrBlock",
            "DisassociateVpcCidrBlock",
            "CreateVpcPeeringConnection",
            "AcceptVpcPeeringConnection",
            "RejectVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "ModifyVpcPeeringConnectionOptions",
            "AttachClassicLinkVpc",
            "DetachClassicLinkVpc",
            "DisableVpcClassicLink",
            "EnableVpcClassicLink",
            "CreateSubnet",
            "DeleteSubnet",
            "ModifySubnetAttribute",
            "CreateVpcEndpoint",
            "ModifyVpcEndpoint",
            "DeleteVpcEndpoints",
        ],
    ),
];

impl Kind {
    pub(super) fn of(event_name: &str) -> Option<Self> {
        CALLS.iter().find(|(_, names)| names.contains(&event_name)).map(|(kind, _)| *kind)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::SecurityGroup => "security group",
            Self::NetworkAcl => "network ACL",
            Self::Gateway => "gateway",
            Self::Route => "route",
            Self::Vpc => "VPC",
        }
    }

    /// Returns the members that name the thing, in requests or else in answers; the first that is there counts.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::SecurityGroup => &["groupId", "groupName"],
            Self::NetworkAcl => &["networkAclId", "associationId"],
            Self::Gateway => &[
                "internetGatewayId",
                "natGatewayId",
                "egressOnlyInternetGatewayId",
                "carrierGatewayId",
                "vpnConnectionId",
                "vpnGatewayId",
                "customerGatewayId",
                "transitGatewayAttachmentId",
                "transitGatewayId",
            ],
            Self::Route => &["routeTableId", "transitGatewayRouteTableId", "associationId"],
            Self::Vpc => &["subnetId", "vpcPeeringConnectionId", "vpcEndpointId", "vpcId", "associationId"],
        }
    }
}
