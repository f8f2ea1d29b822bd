//! The shared parts of the benchmark programs: the canned server's responses and watchable objects, the rows, and the
//! measuring loop.

pub mod canned;
pub mod drive;
pub mod floor;
pub mod watched;

/// The token that every contender sends.
pub const TOKEN: &str = "7c4a1f0e-95d2-4b7e-8a66-3f2f0b1d9c58";
