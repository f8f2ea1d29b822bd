//! Errors of the protocol: requests that are not sent, and responses without a value.

mod api;
mod bounded;
mod decode;
mod encode;
mod general;
mod kind;
pub(crate) mod media;
pub(crate) mod response;
pub(crate) mod texts;

pub use api::ApiError;
pub use bounded::Bounded;
pub use decode::{DecodeError, ResponseError};
pub use encode::{EncodeError, InvalidArgument};
pub use kind::ApiErrorKind;
pub use response::ErrorResponse;
