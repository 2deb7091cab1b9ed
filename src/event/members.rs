//! Sets of a record's members.

/// A set of members by their numbers (see [`super::EventFields::member_names`]). Numbers from 64 on cannot be in it; who
/// wants such a member has to read the whole record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Members(u64);

impl Members {
    /// No member.
    pub const NONE: Self = Self(0);

    /// Tells whether a member is in the set.
    #[inline]
    pub fn has(self, member: u32) -> bool {
        self.0.checked_shr(member).unwrap_or_default() & 1 == 1
    }

    /// Returns the numbers of the members, ascending.
    #[inline]
    pub fn numbers(self) -> impl Iterator<Item = u32> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let number = (rest != 0).then(|| rest.trailing_zeros())?;
            rest &= rest - 1;
            Some(number)
        })
    }

    /// Returns the set as a number, one bit a member.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Returns the set of one member.
    #[inline]
    pub fn of(member: u32) -> Self {
        Self(1_u64.checked_shl(member).unwrap_or_default())
    }

    /// Returns the set with those of another one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the set without those of another one.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns what is in both sets.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Tells whether nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Tells whether all of the set is in another one.
    pub fn is_within(self, other: Self) -> bool {
        self.without(other).is_empty()
    }
}

impl FromIterator<u32> for Members {
    fn from_iter<I: IntoIterator<Item = u32>>(members: I) -> Self {
        members.into_iter().map(Self::of).fold(Self::NONE, Self::and)
    }
}
