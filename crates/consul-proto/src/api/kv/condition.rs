//! The condition of a write, and its result.

use crate::RequestWriter;
use crate::model::SessionId;

/// The condition of a write to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Cas(u64),
    Acquire(SessionId),
    Release(SessionId),
}

impl Condition {
    pub(super) fn write(&self, request: &mut RequestWriter) {
        let (name, session) = match self {
            Self::Cas(index) => return request.pair("cas", index),
            Self::Acquire(session) => ("acquire", session),
            Self::Release(session) => ("release", session),
        };
        let id = session.validated(request, name);
        request.pair(name, id);
    }
}

/// Whether a conditional write was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the write was applied only if its condition held"]
#[expect(clippy::exhaustive_enums, reason = "a condition either held or did not")]
pub enum Applied {
    /// The condition held, and the write was applied.
    Yes,
    /// The condition did not hold, and nothing changed.
    No,
}

impl Applied {
    /// Returns whether the write was applied.
    #[must_use]
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

impl From<bool> for Applied {
    fn from(is_applied: bool) -> Self {
        if is_applied { Self::Yes } else { Self::No }
    }
}
