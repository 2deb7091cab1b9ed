//! The CIS AWS Foundations Benchmark: its versions, their numbers, and what its texts leave to be desired.
//!
//! Numbers and lists of events are those of the benchmark's versions 1.2 to 7.0; the sentences are ours.

use std::fmt;
use std::str::FromStr;

/// A version of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Benchmark {
    /// 1.2
    V1_2,
    /// 1.4
    V1_4,
    /// 1.5
    V1_5,
    /// 2.0
    V2_0,
    /// 3.0
    V3_0,
    /// 4.0
    V4_0,
    /// 5.0
    V5_0,
    /// 6.0
    V6_0,
    /// 7.0, the newest
    #[default]
    V7_0,
}

/// No version of the benchmark is called that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no version of the CIS AWS Foundations Benchmark that is known; known are {known}")]
pub struct UnknownBenchmark {
    /// What was asked for.
    pub name: String,
    /// The versions there are.
    pub known: String,
}

/// A theme of the benchmark's monitoring section that records can answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theme {
    /// Its number within the section.
    pub(super) number: u8,
    /// What is looked for.
    pub(super) title: &'static str,
    /// The stored query that looks for it.
    pub(super) query: &'static str,
    /// Where our reading parts from the benchmark's text, or what that text misses.
    pub(super) remark: &'static str,
}

impl Benchmark {
    /// All versions, the oldest first.
    pub const ALL: [Self; 9] = [
        Self::V1_2,
        Self::V1_4,
        Self::V1_5,
        Self::V2_0,
        Self::V3_0,
        Self::V4_0,
        Self::V5_0,
        Self::V6_0,
        Self::V7_0,
    ];

    /// Returns the version's number.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
            Self::V2_0 => "2.0",
            Self::V3_0 => "3.0",
            Self::V4_0 => "4.0",
            Self::V5_0 => "5.0",
            Self::V6_0 => "6.0",
            Self::V7_0 => "7.0",
        }
    }

    /// Returns the number of the section on monitoring.
    fn section(self) -> u8 {
        match self {
            Self::V1_2 => 3,
            Self::V6_0 | Self::V7_0 => 5,
            _ => 4,
        }
    }

    /// Returns the id of a theme's control, if this version has it.
    pub(super) fn control(self, theme: &Theme) -> Option<String> {
        let is_there = theme.number < 15 || self > Self::V1_2;
        is_there.then(|| format!("{}.{}", self.section(), theme.number))
    }

    /// Returns the id of the control that wants the root user not to be used day by day.
    pub(super) fn root_use(self) -> &'static str {
        match self {
            Self::V1_2 => "1.1",
            Self::V5_0 => "1.6",
            Self::V6_0 => "2.6",
            Self::V7_0 => "2.7",
            _ => "1.7",
        }
    }

    /// Returns the id of the control that wants Security Hub to be enabled: a matter of configuration.
    pub(super) fn security_hub(self) -> Option<String> {
        (self >= Self::V1_5).then(|| format!("{}.16", self.section()))
    }

    /// Tells whether changes of security groups include `ModifySecurityGroupRules`.
    pub(super) fn has_rule_changes(self) -> bool {
        self >= Self::V5_0
    }
}

impl fmt::Display for Benchmark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Benchmark {
    type Err = UnknownBenchmark;

    fn from_str(name: &str) -> Result<Self, UnknownBenchmark> {
        let short = name.strip_suffix(".0").filter(|short| short.contains('.')).unwrap_or(name);
        Self::ALL.into_iter().find(|version| version.name() == short).ok_or_else(|| UnknownBenchmark {
            name: name.to_owned(),
            known: Self::ALL.map(|version| format!("`{version}`")).join(", "),
        })
    }
}

/// The number of the theme on security groups, whose list of events grew.
pub(super) const SECURITY_GROUPS: u8 = 10;

/// The number of the theme on the root user.
pub(super) const ROOT: u8 = 3;

/// The themes, in the order of their numbers.
pub(super) const THEMES: [Theme; 15] = [
    Theme {
        number: 1,
        title: "Unauthorized API calls",
        query: "api/unauthorized-calls",
        remark: "as intended: denied, and neither log delivery nor `HeadBucket`; the texts of 1.4 to 3.0 join these \
                 with OR and so match nearly every record",
    },
    Theme {
        number: 2,
        title: "Console sign-in without MFA",
        query: "signin/console-login-without-mfa",
        remark: "the basic form: failures and federated sign-ins count, and so do records without `MFAUsed`, which the \
                 benchmark's metric filter misses; `no-mfa` tells them apart",
    },
    Theme {
        number: ROOT,
        title: "Use of the root user",
        query: "root/root-activity",
        remark: "calls that a service made for root and service events do not count",
    },
    Theme {
        number: 4,
        title: "IAM policy changes",
        query: "iam/policy-changes",
        remark: "calls of IAM only; the benchmark's filter also matches calls of other services with the same names",
    },
    Theme {
        number: 5,
        title: "CloudTrail configuration changes",
        query: "cloudtrail/trail-changes",
        remark: "the list leaves out event selectors, Insights selectors and event data stores; `trail` has them",
    },
    Theme {
        number: 6,
        title: "Console authentication failures",
        query: "signin/console-authentication-failed",
        remark: "failures with a user name that does not exist have another message and do not count; `logins` has them",
    },
    Theme {
        number: 7,
        title: "Customer managed keys disabled or scheduled for deletion",
        query: "kms/key-disabled",
        remark: "key policies and deleted key material are not on the list",
    },
    Theme {
        number: 8,
        title: "S3 bucket policy changes",
        query: "s3/bucket-policy-changed",
        remark: "public access blocks, ownership and versioning are not on the list",
    },
    Theme {
        number: 9,
        title: "AWS Config changes",
        query: "config/recorder-changes",
        remark: "`DeleteConfigurationRecorder` is not on the list",
    },
    Theme {
        number: SECURITY_GROUPS,
        title: "Security group changes",
        query: "network/security-group-changes",
        remark: "`ModifySecurityGroupRules` counts from version 5.0 on",
    },
    Theme {
        number: 11,
        title: "Network ACL changes",
        query: "network/acl-changes",
        remark: "calls of EC2 only",
    },
    Theme {
        number: 12,
        title: "Network gateway changes",
        query: "network/gateway-changes",
        remark: "VPN, NAT, transit and egress-only gateways are not on the list",
    },
    Theme {
        number: 13,
        title: "Route table changes",
        query: "network/route-table-changes",
        remark: "calls of EC2 only",
    },
    Theme { number: 14, title: "VPC changes", query: "network/vpc-changes", remark: "calls of EC2 only" },
    Theme {
        number: 15,
        title: "AWS Organizations changes",
        query: "organizations/changes",
        remark: "recorded in the management account, in us-east-1",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_with_and_without_its_last_number() {
        assert_eq!("7.0.0".parse(), Ok(Benchmark::V7_0));
        assert_eq!("7.0".parse(), Ok(Benchmark::default()));
        assert_eq!("1.2.0".parse(), Ok(Benchmark::V1_2));
        let error = "8".parse::<Benchmark>().unwrap_err().to_string();
        assert!(error.contains("`8` is no version") && error.contains("`7.0`"), "{error}");
    }

    #[test]
    fn controls_have_the_numbers_of_their_version() {
        let control = |version: Benchmark, number: usize| version.control(&THEMES[number - 1]);
        assert_eq!(control(Benchmark::V1_2, 14).as_deref(), Some("3.14"));
        assert_eq!(control(Benchmark::V1_2, 15), None);
        assert_eq!(control(Benchmark::V5_0, 15).as_deref(), Some("4.15"));
        assert_eq!(control(Benchmark::V7_0, 1).as_deref(), Some("5.1"));
        assert!(THEMES.iter().zip(1..).all(|(theme, number)| theme.number == number));
    }
}
