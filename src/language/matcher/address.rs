//! IP addresses and blocks of them. Text that only looks like an address is none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address, however it was spelled. An IPv4 address inside IPv6 (`::ffff:a00:1`) is the IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(IpAddr);

impl Address {
    /// Reads an address: four decimal groups without leading zeros, or hex groups with at most one `::`. No embedded
    /// dotted quad, no zone, no brackets.
    pub fn read(text: &[u8]) -> Option<Self> {
        // Most leaves are no addresses; the first byte or the length says so.
        if text.len() > 39 || !text.first().is_some_and(|byte| byte.is_ascii_hexdigit() || *byte == b':') {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        match (text.contains(':'), text.contains('.')) {
            (false, true) => Ipv4Addr::from_str(text).ok().map(|address| Self(address.into())),
            (true, false) => Ipv6Addr::from_str(text).ok().map(|address| Self(unmap(address))),
            _ => None,
        }
    }

    /// Returns the address as a number, and how many bits it has.
    fn bits(self) -> (u128, u32) {
        match self.0 {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        }
    }
}

fn unmap(address: Ipv6Addr) -> IpAddr {
    address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4)
}

/// A block of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    width: u32,
    shift: u32,
    network: u128,
}

/// Why a text is not a block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// Not of the form `address/bits`.
    #[error("is not a CIDR block: exactly one `/` is required")]
    Slash,
    /// The mask is no whole number.
    #[error("is not a CIDR block: mask bits must be an integer, not `{mask}`")]
    Mask {
        /// What stands behind the slash.
        mask: String,
    },
    /// The mask is below zero.
    #[error("is not a CIDR block: mask bits must not be negative")]
    NegativeMask,
    /// The mask leaves a single address or none.
    #[error("is not a CIDR block: mask bits must be below {width}; write a single address as a plain string")]
    MaskTooLong {
        /// 32 or 128.
        width: u32,
    },
    /// What stands in front of the slash is no address.
    #[error("is not a CIDR block: `{base}` is not an IP address")]
    Address {
        /// What stands in front of the slash.
        base: String,
    },
}

impl Block {
    /// Reads `address/bits`. Host bits may be set.
    ///
    /// # Errors
    /// Returns why it is none. A block of one address is refused too, as EventBridge does.
    pub fn read(text: &str) -> Result<Self, BlockError> {
        let (base, mask) = text.split_once('/').ok_or(BlockError::Slash)?;
        if mask.contains('/') {
            return Err(BlockError::Slash);
        }
        let bad_mask = || BlockError::Mask { mask: mask.to_owned() };
        let digits = mask.strip_prefix('-').unwrap_or(mask);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad_mask());
        }
        let bits: u32 = digits.parse().ok().filter(|bits| *bits <= i32::MAX as u32).ok_or_else(bad_mask)?;
        if mask.starts_with('-') {
            return Err(BlockError::NegativeMask);
        }
        let base =
            Address::read(base.as_bytes()).ok_or_else(|| BlockError::Address { base: base.to_owned() })?;
        let (address, width) = base.bits();
        if bits >= width {
            return Err(BlockError::MaskTooLong { width });
        }
        let shift = width - bits;
        Ok(Self { width, shift, network: network(address, shift) })
    }

    /// Tells whether an address is in the block; one of the other family never is.
    pub fn contains(&self, address: Address) -> bool {
        let (address, width) = address.bits();
        width == self.width && network(address, self.shift) == self.network
    }
}

impl std::fmt::Display for Address {
    /// Writes the address in its usual spelling.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::fmt::Display for Block {
    /// Writes `address/bits`, host bits not set.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = self.network.checked_shl(self.shift).unwrap_or(0);
        let bits = self.width - self.shift;
        match u32::try_from(address) {
            Ok(address) if self.width == 32 => {
                write!(formatter, "{}/{bits}", std::net::Ipv4Addr::from(address))
            }
            _ => write!(formatter, "{}/{bits}", std::net::Ipv6Addr::from(address)),
        }
    }
}

fn network(address: u128, shift: u32) -> u128 {
    address.checked_shr(shift).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        let left = Address::read(left.as_bytes());
        left.is_some() && left == Address::read(right.as_bytes())
    }

    #[test]
    fn one_address_has_many_spellings() {
        assert!(same("2001:db8::1", "2001:DB8:0:0:0:0:0:1"));
        assert!(same("::ffff:a00:1", "10.0.0.1"));
        assert!(same("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
        assert!(!same("::a00:1", "10.0.0.1"));
    }

    #[test]
    fn text_that_only_looks_like_an_address_is_none() {
        for text in [
            "",
            "1.2.3.999",
            "12:30",
            "010.0.0.1",
            "10.0.0",
            "10.0.0.1/32",
            " 10.0.0.1",
            "10.0.0.1 ",
            "[::1]",
            "::ffff:10.0.0.1",
            "fe80::1%eth0",
            "1::2::3",
            "1.2.3.4.5",
            "AWS Internal",
            "ec2.amazonaws.com",
            "12345::",
            "15",
            "+1.2.3.4",
            ":",
            ":::",
        ] {
            assert_eq!(Address::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_block_holds_the_addresses_of_its_family() {
        let holds = |block: &str, address: &str| {
            Block::read(block).unwrap().contains(Address::read(address.as_bytes()).unwrap())
        };
        assert!(holds("10.1.2.3/8", "10.255.0.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/31", "10.0.0.1") && !holds("10.0.0.0/31", "10.0.0.2"));
        assert!(holds("0.0.0.0/0", "255.255.255.255") && holds("::/0", "ffff::"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1") && !holds("::/0", "10.0.0.1"));
        assert!(holds("2001:db8::/32", "2001:0DB8:1::") && !holds("2001:db8::/127", "2001:db8::2"));
        assert!(holds("::ffff:a00:0/8", "10.1.1.1"));
    }

    #[test]
    fn what_is_no_block_says_why() {
        let error = |text: &str| Block::read(text).unwrap_err();
        assert_eq!(error("10.0.0.0"), BlockError::Slash);
        assert_eq!(error("10.0.0.0/8/"), BlockError::Slash);
        assert_eq!(error("10.0.0.0/32"), BlockError::MaskTooLong { width: 32 });
        assert_eq!(error("::/128"), BlockError::MaskTooLong { width: 128 });
        assert_eq!(error("10.0.0.0/-1"), BlockError::NegativeMask);
        for text in
            ["10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/a", "10.0.0.0/8.0", "10.0.0.0/-", "10.0.0.0/99999999999"]
        {
            assert!(matches!(error(text), BlockError::Mask { .. }), "{text}");
        }
        for text in ["/8", "010.0.0.0/8", "10.0.0/8", "a.b.c.d/8"] {
            assert!(matches!(error(text), BlockError::Address { .. }), "{text}");
        }
    }
}
