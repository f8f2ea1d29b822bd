//! The trait of an operation: data that writes a request and knows the type of its response.

use std::fmt::Debug;

use http::Method;

use crate::{ApiErrorKind, ErrorResponse, FromResponse, OutputOf, RequestWriter};

/// One operation of the HTTP API.
///
/// An endpoint is plain data: `new` takes the required arguments, consuming setters add the optional ones. The same
/// facts define each: how its response is read, its method, its path, and how it writes itself into a request; the
/// defaults of the others are right for most. Programs can define endpoints of their own, which are called like any
/// other.
///
/// ```
/// use consul_proto::{Endpoint, Json, Method, Options, Read, RequestWriter, encode};
///
/// /// Reads the version of an agent: `GET /v1/agent/version`.
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
    /// The kind of the response: how it is judged, and the type of its value.
    type Response: FromResponse;

    /// The method of the request.
    const METHOD: Method;

    /// The template of the path. `{name}` stands for one segment, a final `{*name}` for a key with its slashes.
    ///
    /// The template also labels errors, logs and metrics. It contains no data of the user.
    const PATH: &'static str;

    /// Writes the path's arguments in their order, then the query, then the body.
    fn write(&self, request: &mut RequestWriter);

    /// Which parts of a cluster the operation can be sent to. Defaults to [`Scope::ALL`].
    const SCOPE: Scope = Scope::ALL;

    /// Which agents can serve the operation. Defaults to [`Target::AnyAgent`].
    const TARGET: Target = Target::AnyAgent;

    /// Completes a decoded value with what only the request knows. Defaults to returning the value.
    ///
    /// A client calls it with the value that [`decode`](crate::decode) returned.
    fn complete(&self, value: OutputOf<Self>) -> OutputOf<Self>
    where
        Self: Sized,
    {
        value
    }

    /// Returns whether sending the request twice has the same effect as sending it once.
    ///
    /// A request whose outcome is unknown is retried only if it is idempotent. Defaults to whether the method is
    /// [safe](Method::is_safe).
    fn is_idempotent(&self) -> bool {
        Self::METHOD.is_safe()
    }

    /// Returns whether the request changes something. Defaults to whether the method is not
    /// [safe](Method::is_safe).
    fn is_write(&self) -> bool {
        !Self::METHOD.is_safe()
    }

    /// Returns what an error response means for this operation; `None` for what it means in the group of the path, or
    /// in general.
    ///
    /// Only responses that Consul wrote come here. For example, the agent responds to `/v1/coordinate/node/nope` with a
    /// 404 without a body. In general that is an unknown route, as old servers have no text for it; here the node is
    /// missing:
    ///
    /// ```
    /// # use consul_proto::{ApiErrorKind, Endpoint, ErrorResponse, Json, Method, RequestWriter};
    /// # #[derive(Debug)]
    /// # struct Coordinates;
    /// # impl Endpoint for Coordinates {
    /// #     type Response = Json<serde_json::Value>;
    /// #     const METHOD: Method = Method::GET;
    /// #     const PATH: &'static str = "/v1/coordinate/node/{node}";
    /// #     fn write(&self, _: &mut RequestWriter) {}
    /// fn error_kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    ///     response.is_empty_404().then_some(ApiErrorKind::UnknownNode)
    /// }
    /// # }
    /// # let response = http::Response::builder().status(404).body(Default::default())?;
    /// # let error = consul_proto::decode::<Coordinates>(response).unwrap_err();
    /// # assert!(matches!(error, consul_proto::ResponseError::Api(error) if error.kind() == ApiErrorKind::UnknownNode));
    /// # Ok::<_, http::Error>(())
    /// ```
    fn error_kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
        let _ = response;
        None
    }
}

/// The parts of a cluster that a request can name: its datacenter, and in Consul Enterprise its namespace and admin
/// partition.
///
/// Servers ignore a datacenter that an operation does not read, and reject a namespace that they do not know. So an
/// option outside of an operation's scope is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// Whether the request can name a datacenter (`dc`).
    pub datacenter: bool,
    /// Whether the request can name a namespace (`ns`).
    pub namespace: bool,
    /// Whether the request can name an admin partition (`partition`).
    pub partition: bool,
}

impl Scope {
    /// Datacenter, namespace and partition, as the key/value store has them.
    pub const ALL: Self = Self { datacenter: true, namespace: true, partition: true };
    /// The datacenter only, as transactions have it.
    pub const DATACENTER: Self = Self { datacenter: true, namespace: false, partition: false };
    /// Datacenter and partition, as lists of nodes have them.
    pub const DATACENTER_AND_PARTITION: Self = Self { datacenter: true, namespace: false, partition: true };
    /// Namespace and partition, as services of an agent have them.
    pub const NAMESPACE: Self = Self { datacenter: false, namespace: true, partition: true };
    /// None of them, as the settings of an agent have them.
    pub const NONE: Self = Self { datacenter: false, namespace: false, partition: false };
    /// The partition only, as the members of an agent have it.
    pub const PARTITION: Self = Self { datacenter: false, namespace: false, partition: true };
}

/// The agents that can serve an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// Any agent of the cluster: it forwards the request to the servers.
    AnyAgent,
    /// The agent that has the object, such as the one that a service is registered with.
    SameAgent,
}

/// An operation that reads from the servers, and accepts a [consistency mode](crate::Consistency).
pub trait Read: Endpoint {}

/// A read that can wait for a change, and accepts an `index` and a `wait`.
///
/// [Blocking queries](https://developer.hashicorp.com/consul/api-docs/features/blocking)
pub trait Blocking: Endpoint + Clone {}

/// A read that can wait for a change, and whose responses have a hash instead of an index. It accepts a
/// [`hash`](crate::Options::hash) and a `wait`.
///
/// [Hash-based blocking](https://developer.hashicorp.com/consul/api-docs/features/blocking#hash-based-blocking-queries)
pub trait HashBlocking: Endpoint + Clone {}

/// A read that can be watched: it is sent repeatedly, and each request waits for a change since the last response.
///
/// [Watches](crate::machine::watch)
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched",
    note = "typed values of the key/value store are: `client.kv().get(key).watch().config::<T>()`"
)]
pub trait Watchable: Endpoint + Clone {
    /// The cursor that the next request waits on. Defaults to [`Cursor::Index`].
    const CURSOR: Cursor = Cursor::Index;
}

/// The part of a response that the next request waits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cursor {
    /// An index that rises with each change. A lower index means that the state of the servers was restored.
    Index,
    /// An index without an order: any other value is a change. The list of events has one.
    Opaque,
    /// The hash of [hash-based blocking](HashBlocking). A response without one cannot be waited on.
    Hash,
}

/// A read that evaluates a [filter expression](https://developer.hashicorp.com/consul/api-docs/features/filtering).
/// Servers silently ignore the filter of other operations.
pub trait Filterable: Endpoint {}

/// A read that can sort its results by round-trip time from a node (`near`).
pub trait Sortable: Read {}

/// A read that the agent can serve from
/// [its cache](https://developer.hashicorp.com/consul/api-docs/features/caching) (`cached`).
pub trait Cacheable: Read {}

/// A read that can return the exported services of a cluster peer (`peer`).
pub trait Peerable: Read {}
