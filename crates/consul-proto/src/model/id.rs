//! Names and IDs of objects.

use std::borrow::Cow;

use crate::types::id::string_id;
use crate::{EncodeError, RequestWriter};

string_id! {
    /// The id of a service instance, unique on its node. If a registration has none, it is the service's name.
    ///
    /// Converts from text, and from a reference to an instance.
    ServiceId
}

string_id! {
    /// The name of a service, which all of its instances share.
    ///
    /// Converts from text, and from a reference to an instance.
    ServiceName
}

string_id! {
    /// The id of a check, unique on its node. If a registration has none, it is the check's name, or `service:` and
    /// the service's id if the check was registered with a service.
    ///
    /// Converts from text, and from a reference to a check.
    CheckId
}

string_id! {
    /// The name of a node.
    ///
    /// Converts from text, and from a reference to a node.
    NodeName
}

string_id! {
    /// The id of a node: a UUID that its agent chooses. Empty for an external node without an ID.
    NodeId
}

string_id! {
    /// The id of a session: a UUID that the servers choose.
    ///
    /// Converts from text, and from a reference to a session. Text that is not a UUID is rejected before a request is
    /// sent. The ID is always sent in lower case, like in responses: servers ignore the case when they look up a
    /// session, but not when they compare the holder of a lock.
    SessionId
}

impl SessionId {
    /// Returns the ID in lower case, as it is sent. Rejects the request if the ID is not a UUID.
    ///
    /// The reason does not contain the text, which may be a token that was passed by mistake.
    pub(crate) fn validated(&self, request: &mut RequestWriter, name: &'static str) -> Cow<'_, str> {
        if !is_uuid(self.as_str()) {
            let reason = "is not the id of a session, which is a UUID".to_owned();
            request.reject(EncodeError::Invalid { name, reason });
        }
        self.lower_case()
    }

    /// Returns the id in lower case.
    pub(crate) fn lower_case(&self) -> Cow<'_, str> {
        let id = self.as_str();
        if id.bytes().any(|byte| byte.is_ascii_uppercase()) {
            id.to_ascii_lowercase().into()
        } else {
            id.into()
        }
    }
}

pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_are_uuids() {
        assert!(is_uuid("292ef953-27fa-b363-60a3-95ffc3cc1acb"));
        assert!(is_uuid("292EF953-27FA-B363-60A3-95FFC3CC1ACB"));
        for text in [
            "",
            "abc",
            "292ef95327fab36360a395ffc3cc1acb",
            "292ef953-27fa-b363-60a3-95ffc3cc1ac",
            "292ef953-27fa-b363-60a3-95ffc3cc1acbb",
            "292ef953-27fa-b363-60a3-95ffc3cc1ac/",
            "292ef953-27fa-b363-60a3-95ffc3cc1acg",
            "292ef953-27fa-b363-60a3095ffc3cc1acb",
            "292ef953-27fa-b363-60a3-95ffc3cc1aé",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }

    #[test]
    fn session_ids_are_sent_in_lower_case() {
        assert_eq!(SessionId::from("292EF953-27fa").lower_case(), "292ef953-27fa");
        assert!(matches!(SessionId::from("292ef953-27fa").lower_case(), Cow::Borrowed(_)));
    }

    #[test]
    fn ids_compare_and_hash_like_text() {
        let id = ServiceId::from("web-1");
        assert!(id == "web-1" && id == *"web-1" && id.as_str() == "web-1");
        assert_eq!(format!("[{id:>6}]"), "[ web-1]");
        let ids = std::collections::HashSet::from([id]);
        assert!(ids.contains("web-1"));
    }
}
