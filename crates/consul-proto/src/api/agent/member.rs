//! A member of the gossip pool.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::types::{null, port};

/// A member of the gossip pool, as the agent sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Member {
    /// Name of the node; in the pool between datacenters `node.dc`.
    pub name: String,
    /// IP address for gossip.
    #[serde(default)]
    pub addr: String,
    /// Port for gossip.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// What the member tells of itself: among others `role` (`consul` for a server, `node` for a client), `dc`, `id`,
    /// `build` and `segment`.
    #[serde(default, deserialize_with = "null::or_default")]
    pub tags: BTreeMap<String, String>,
    /// Whether the member is there.
    #[serde(default)]
    pub status: MemberStatus,
    /// Oldest version of the gossip protocol that the member understands.
    #[serde(default)]
    pub protocol_min: u8,
    /// Newest version of the gossip protocol that the member understands.
    #[serde(default)]
    pub protocol_max: u8,
    /// Version of the gossip protocol that the member speaks.
    #[serde(default)]
    pub protocol_cur: u8,
    /// Oldest version of the layer above that the member understands.
    #[serde(default)]
    pub delegate_min: u8,
    /// Newest version of the layer above that the member understands.
    #[serde(default)]
    pub delegate_max: u8,
    /// Version of the layer above that the member speaks.
    #[serde(default)]
    pub delegate_cur: u8,
}

/// The name, by which operations know a member.
impl From<&Member> for String {
    fn from(member: &Member) -> Self {
        member.name.clone()
    }
}

/// Whether a member is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "i64")]
#[non_exhaustive]
pub enum MemberStatus {
    /// Nothing is known.
    #[default]
    None,
    /// It is.
    Alive,
    /// It is about to leave.
    Leaving,
    /// It has left.
    Left,
    /// It does not answer.
    Failed,
    /// A number that this version does not know.
    Other(i64),
}

impl From<i64> for MemberStatus {
    fn from(number: i64) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Alive,
            2 => Self::Leaving,
            3 => Self::Left,
            4 => Self::Failed,
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_number() {
        for (json, status) in
            [("1", MemberStatus::Alive), ("4", MemberStatus::Failed), ("9", MemberStatus::Other(9))]
        {
            assert_eq!(serde_json::from_str::<MemberStatus>(json).unwrap(), status);
        }
    }
}
