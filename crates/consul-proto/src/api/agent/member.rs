//! A member of the gossip pool.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::NodeName;
use crate::types::{null, number, port};

/// A member of the gossip pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Member {
    /// Name of the node; in the WAN pool `node.dc`.
    pub name: NodeName,
    /// IP address for gossip.
    #[serde(default, deserialize_with = "null::or_default")]
    pub addr: String,
    /// Port for gossip.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Tags that the member sets, among others `role` (`consul` for a server, `node` for a client), `dc`, `id`, `build`,
    /// `acls` and `segment`.
    #[serde(default, deserialize_with = "null::map")]
    pub tags: BTreeMap<String, String>,
    /// State of the member.
    #[serde(default, deserialize_with = "null::or_default")]
    pub status: MemberStatus,
    /// Oldest version of the gossip protocol that the member supports.
    #[serde(default, deserialize_with = "number::or_zero")]
    pub protocol_min: u8,
    /// Newest version of the gossip protocol that the member supports.
    #[serde(default, deserialize_with = "number::or_zero")]
    pub protocol_max: u8,
    /// Version of the gossip protocol that the member uses.
    #[serde(default, deserialize_with = "number::or_zero")]
    pub protocol_cur: u8,
    /// Oldest version of the layer above gossip that the member supports.
    #[serde(default, deserialize_with = "number::or_zero")]
    pub delegate_min: u8,
    /// Newest version of the layer above gossip that the member supports.
    #[serde(default, deserialize_with = "number::or_zero")]
    pub delegate_max: u8,
    /// Version of the layer above gossip that the member uses.
    #[serde(default, deserialize_with = "number::or_zero")]
    pub delegate_cur: u8,
}

impl Member {
    /// Returns whether the member is a server.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.tags.get("role").is_some_and(|role| role == "consul")
    }

    /// Returns the ACL mode of the member.
    #[must_use]
    pub fn acl_mode(&self) -> AclMode {
        match self.tags.get("acls").map(String::as_str) {
            Some("0") => AclMode::Disabled,
            Some("1") => AclMode::Enabled,
            Some("2") => AclMode::Legacy,
            _ => AclMode::Unknown,
        }
    }
}

impl From<&Member> for NodeName {
    fn from(member: &Member) -> Self {
        member.name.clone()
    }
}

/// The ACL mode of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AclMode {
    /// ACLs are disabled.
    Disabled,
    /// ACLs are enabled.
    Enabled,
    /// ACLs of the legacy system, from before 1.4, are enabled.
    Legacy,
    /// The member does not report its mode, or has not determined it yet.
    Unknown,
}

/// The state of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(from = "i64", into = "i64")]
#[non_exhaustive]
pub enum MemberStatus {
    /// Unknown.
    #[default]
    None,
    /// The member is alive.
    Alive,
    /// The member is leaving.
    Leaving,
    /// The member has left.
    Left,
    /// The member does not respond.
    Failed,
    /// A number that this version does not know.
    Other(UnknownMemberStatus),
}

/// The number of a member's state that this version does not know. `i64::from` of the state returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownMemberStatus(i64);

impl From<MemberStatus> for i64 {
    fn from(status: MemberStatus) -> Self {
        match status {
            MemberStatus::None => 0,
            MemberStatus::Alive => 1,
            MemberStatus::Leaving => 2,
            MemberStatus::Left => 3,
            MemberStatus::Failed => 4,
            MemberStatus::Other(UnknownMemberStatus(number)) => number,
        }
    }
}

impl From<i64> for MemberStatus {
    fn from(number: i64) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Alive,
            2 => Self::Leaving,
            3 => Self::Left,
            4 => Self::Failed,
            other => Self::Other(UnknownMemberStatus(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_and_acl_mode_are_tags() {
        let member = |role: &str, acls: Option<&str>| {
            let mut member = Member::default();
            member.tags.insert("role".to_owned(), role.to_owned());
            member.tags.extend(acls.map(|acls| ("acls".to_owned(), acls.to_owned())));
            member
        };
        assert!(member("consul", None).is_server() && !member("node", None).is_server());
        for (acls, mode) in [
            (Some("0"), AclMode::Disabled),
            (Some("1"), AclMode::Enabled),
            (Some("2"), AclMode::Legacy),
            (Some("3"), AclMode::Unknown),
            (None, AclMode::Unknown),
        ] {
            assert_eq!(member("node", acls).acl_mode(), mode, "{acls:?}");
        }
    }

    #[test]
    fn status_is_a_number() {
        for (json, status) in
            [("1", MemberStatus::Alive), ("4", MemberStatus::Failed), ("9", MemberStatus::from(9))]
        {
            assert_eq!(serde_json::from_str::<MemberStatus>(json).unwrap(), status);
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
        }
    }
}
