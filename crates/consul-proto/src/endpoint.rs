//! What an operation of Consul's API is: data that can write a request and knows the type of its answer.

use std::fmt::Debug;

use http::Method;

use crate::{FromResponse, RequestWriter};

/// One operation of the HTTP API.
///
/// An endpoint is plain data: public fields, and a `new` that takes what the operation cannot do without. The same
/// five facts define each: how its answer is read, its method, its path, how it writes itself, and whether it may be
/// sent twice. Programs can add endpoints of their own; they are called like any other.
///
/// ```
/// use consul_proto::{Endpoint, Json, Method, Options, Read, RequestWriter, encode};
///
/// /// Asks an agent for its build: `GET /v1/agent/version`.
/// #[derive(Debug)]
/// struct Version;
///
/// impl Endpoint for Version {
///     type Response = Json<serde_json::Value>;
///     const METHOD: Method = Method::GET;
///     const PATH: &'static str = "/v1/agent/version";
///     fn write(&self, _: &mut RequestWriter) {}
/// }
/// impl Read for Version {}
///
/// let request = encode(&Version, &Options::default())?;
/// assert_eq!(request.uri(), "/v1/agent/version");
/// # Ok::<_, consul_proto::EncodeError>(())
/// ```
pub trait Endpoint: Debug + Send + Sync + 'static {
    /// How an answer is judged and read; names the type of the value.
    type Response: FromResponse;

    /// The request's method.
    const METHOD: Method;

    /// The path's template. `{name}` takes one segment, a closing `{*name}` takes a key with its slashes.
    ///
    /// The template also labels errors: it holds no user data.
    const PATH: &'static str;

    /// Writes the path's arguments in their order, then the query, then the body.
    fn write(&self, request: &mut RequestWriter);

    /// Whether sending the request twice does no more than sending it once.
    ///
    /// Decides if a request whose outcome is unknown may be repeated. Reads may; a write only where the operation is
    /// idempotent by nature.
    fn is_replayable(&self) -> bool {
        Self::METHOD.is_safe()
    }
}

/// An operation that reads through the servers, and so takes a [consistency mode](crate::Consistency).
pub trait Read: Endpoint {}

/// A read that can wait for a change, so it takes an `index` and a `wait`.
///
/// [Blocking queries](https://developer.hashicorp.com/consul/api-docs/features/blocking)
pub trait Blocking: Read + Clone {}

/// A read that can wait for a change, but whose answers have a hash and no index: it takes a
/// [`hash`](crate::Options::hash) and a `wait`.
///
/// [Hash-based blocking](https://developer.hashicorp.com/consul/api-docs/features/blocking#hash-based-blocking-queries)
pub trait HashBlocking: Endpoint + Clone {}

/// A read that can be watched: asked again and again, each time waiting for another answer than the last.
///
/// [Watches](crate::machine::watch)
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched",
    note = "typed values of the key/value store are: `client.kv().get(key).watch().config::<T>()`"
)]
pub trait Watchable: Endpoint + Clone {
    /// What the next request waits on.
    const CURSOR: Cursor = Cursor::Index;
}

/// What an answer leaves for the next request to wait on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cursor {
    /// An index that rises with each change. One that falls means that the servers were set back.
    Index,
    /// An index of which any other value is a change, and none is lower than another; as the list of events has.
    Opaque,
    /// A hash, of [hash-based blocking](HashBlocking). Answers without one leave nothing to wait on.
    Hash,
}

/// An operation that changes something.
pub trait Write: Endpoint {}

/// A read that evaluates a [filter expression](https://developer.hashicorp.com/consul/api-docs/features/filtering).
/// Elsewhere servers ignore the filter without a word.
pub trait Filterable: Endpoint {}

/// A read that can sort its answer by round-trip time from a node (`near`).
pub trait Sortable: Read {}

/// A read that the agent can answer out of
/// [its cache](https://developer.hashicorp.com/consul/api-docs/features/caching) (`cached`).
pub trait Cacheable: Read {}

/// A read that can be asked for what a cluster peer has exported (`peer`).
pub trait Peerable: Read {}
