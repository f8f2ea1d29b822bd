//! What can go wrong in the protocol: before a request is sent, and in the answer.

mod api;
mod classify;
mod decode;
mod encode;

pub use api::{ApiError, ApiErrorKind};
pub use decode::{DecodeError, ResponseError};
pub use encode::{ArgumentFault, EncodeError};
