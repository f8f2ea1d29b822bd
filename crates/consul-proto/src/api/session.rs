//! [Sessions](https://developer.hashicorp.com/consul/api-docs/session): leases that locks hang on.
//!
//! A session lives on a node. It ends when it is destroyed, when its TTL runs out, when its node leaves or fails, and
//! when one of its checks turns critical; what it held is then released or deleted.
//!
//! # Ids
//!
//! The id of a session is a UUID that the servers choose. Anything else is refused here, before it is sent: newer
//! servers take it for a session that does not exist, older ones answer with a server error.
//!
//! Servers look a session up without regard to case, but compare the holder of a lock letter by letter: a lock
//! acquired under an id in upper case cannot be released under the same id in lower case. So ids are always sent in
//! lower case, as servers write them.

mod create;
mod destroy;
mod info;
mod list;
mod model;
mod node;
mod renew;

use std::borrow::Cow;

pub use create::{Create, Created};
pub use destroy::Destroy;
pub use info::Info;
pub use list::List;
pub use model::{Behavior, ServiceCheck, Session};
pub use node::Node;
pub use renew::Renew;

use crate::{EncodeError, RequestWriter};

/// The id of a session as it is sent: a UUID, in lower case. Refuses the request where it is none.
///
/// The reason does not show the text, which may be a token that was put in the wrong place.
pub(crate) fn id<'a>(request: &mut RequestWriter, name: &'static str, id: &'a str) -> Cow<'a, str> {
    if !is_uuid(id) {
        let reason = "is not the id of a session, which is a UUID".to_owned();
        request.refuse(EncodeError::Invalid { name, reason });
    }
    lower_case(id)
}

/// An id in lower case.
pub(crate) fn lower_case(id: &str) -> Cow<'_, str> {
    if id.bytes().any(|byte| byte.is_ascii_uppercase()) { id.to_ascii_lowercase().into() } else { id.into() }
}

fn is_uuid(text: &str) -> bool {
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
    fn only_uuids_are_ids() {
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
    fn ids_are_sent_in_lower_case() {
        assert_eq!(lower_case("292EF953-27fa"), "292ef953-27fa");
        assert!(matches!(lower_case("292ef953-27fa"), Cow::Borrowed(_)));
    }
}
