//! The trait of operations.

use std::fmt::Debug;

use http::Method;

use crate::{ApiErrorKind, ErrorResponse, FromResponse, OutputOf, RequestWriter};

/// One operation of the HTTP API.
///
/// An endpoint is plain data: `new` takes the required arguments, and consuming setters add the optional ones. It
/// defines the type of its response, its method and path, and how to write the request. The other items have defaults
/// that are right for most operations. Programs can define their own endpoints, and use them like the endpoints of
/// this crate.
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
    /// The kind of the response, which decides if a response has a value, and how to decode it.
    type Response: FromResponse;

    /// The method of the request.
    const METHOD: Method;

    /// The template of the path. `{name}` is one segment, and a final `{*name}` is a key, which can contain slashes.
    ///
    /// The template is also the label in errors, logs and metrics. It contains no user data.
    const PATH: &'static str;

    /// Writes the arguments of the path in order, then the query, and then the body.
    fn write(&self, request: &mut RequestWriter);

    /// The scope parameters that the operation accepts. Defaults to [`Scope::ALL`].
    const SCOPE: Scope = Scope::ALL;

    /// The agents that can serve the operation. Defaults to [`Target::AnyAgent`].
    const TARGET: Target = Target::AnyAgent;

    /// Completes a decoded value with data of the request. Returns the value unchanged by default.
    ///
    /// A client calls this method with the value that [`decode`](crate::decode) returns.
    fn complete(&self, value: OutputOf<Self>) -> OutputOf<Self>
    where
        Self: Sized,
    {
        value
    }

    /// Returns `true` if sending the request twice has the same effect as sending it once.
    ///
    /// A request whose outcome is unknown is retried only if it is idempotent. By default, requests with a
    /// [safe](Method::is_safe) method are idempotent.
    fn is_idempotent(&self) -> bool {
        Self::METHOD.is_safe()
    }

    /// Returns `true` if the request is a write. By default, requests with a method that is not
    /// [safe](Method::is_safe) are writes.
    fn is_write(&self) -> bool {
        !Self::METHOD.is_safe()
    }

    /// Returns the kind of an error that is permanent in general, and may pass by itself for this request. Defaults to
    /// `None`.
    ///
    /// For example, a node that does not exist is the caller's mistake, unless it is the node of an agent that has just
    /// started.
    fn transient_error(&self) -> Option<ApiErrorKind> {
        None
    }

    /// Returns the kind of an error response that has a special meaning for this operation. Returns `None` for the
    /// meaning in the group of the path, or in general.
    ///
    /// This method is only called for responses from Consul. For example, the agent responds to
    /// `/v1/coordinate/node/nope` with a 404 without a body. In general, this is an unknown route, since old servers
    /// have no text for it. For this operation, the node is missing:
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

/// The scope parameters that an operation accepts: datacenter, and in Consul Enterprise namespace and admin
/// partition.
///
/// Servers ignore a datacenter if the operation does not use it, and reject a namespace if they do not support it. So
/// the parameters outside of the scope are not sent.
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
    /// Datacenter, namespace and partition, for example for the key/value store.
    pub const ALL: Self = Self { datacenter: true, namespace: true, partition: true };
    /// Only the datacenter, for example for transactions.
    pub const DATACENTER: Self = Self { datacenter: true, namespace: false, partition: false };
    /// Datacenter and partition, for example for lists of nodes.
    pub const DATACENTER_AND_PARTITION: Self = Self { datacenter: true, namespace: false, partition: true };
    /// Namespace and partition, for example for services of an agent.
    pub const NAMESPACE: Self = Self { datacenter: false, namespace: true, partition: true };
    /// No parameter, for example for the settings of an agent.
    pub const NONE: Self = Self { datacenter: false, namespace: false, partition: false };
    /// Only the partition, for example for the members of an agent.
    pub const PARTITION: Self = Self { datacenter: false, namespace: false, partition: true };
}

/// The agents that can serve an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// Any agent of the cluster, which forwards the request to the servers.
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
    /// An index without an order: any other value is a change. Only the list of events has such an index.
    Opaque,
    /// The hash of [hash-based blocking](HashBlocking). A request cannot wait on a response without a hash.
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
