//! For users of the crate rs-consul, as of its version 0.14. `client` is a [`Client`].
//!
//! | rs-consul | here |
//! |---|---|
//! | `Config { address, token, .. }`, `Consul::new(config)` | [`Client::new`], [`Client::builder`] |
//! | `Config::from_env()` | [`Client::from_env`] |
//! | `Consul::new_with_client(config, https_client)` | [`ClientBuilder::executor`](crate::ClientBuilder::executor) |
//! | `QueryOptions { datacenter, namespace, timeout, index, wait }` | setters of each [call](crate::Call): `.datacenter(..).namespace(..).timeout(..).block(index, wait)` |
//! | `ResponseMeta { response, index }` | [`Response`](crate::Response)` { value, meta }`, from [`.send()`](crate::Call::send)`.await` |
//! | `read_key(ReadKeyRequest { key, .. })` | [`client.kv().get(key)`](Kv::get) |
//! | … with `recurse: true` | [`client.kv().list(prefix)`](Kv::list) |
//! | … with `consistency`, `index`, `wait` | `.stale()`, `.consistent()`, `.block(index, wait)` |
//! | `create_or_update_key(CreateOrUpdateKeyRequest { key, .. }, value)` | [`client.kv().put(key, value)`](Kv::put) |
//! | … with `flags`, `check_and_set`, `acquire`, `release` | `.flags(..)`, `.cas(..)`, `.acquire(..)`, `.release(..)` |
//! | `create_or_update_key_sync` | the protocol on a blocking transport of your own: [`proto`](crate::proto) |
//! | `delete_key(DeleteKeyRequest { key, .. })` | [`client.kv().delete(key)`](Kv::delete) |
//! | … with `recurse: true` | [`client.kv().delete(prefix)`](Kv::delete)`.recurse()` |
//! | `get_lock(LockRequest, value)` | [`session().create()`](Sessions::create)`.ttl(..)`, then [`kv().put(key, value)`](Kv::put)`.acquire(&session)`; a lock that does all of it is still to come |
//! | dropping a `Lock` | [`kv().put(key, value)`](Kv::put)`.release(&session)`, then [`session().destroy(session)`](Sessions::destroy) |
//! | `watch_lock(LockWatchRequest)` | [`client.kv().get(key)`](Kv::get)`.block(index, wait)` once, [`.watch()`](crate::Call::watch) for as long as it is polled; who holds the lock is [`session`](crate::kv::Entry::session) |
//! | a loop of any read with the last answer's `index` | [`.watch()`](crate::Call::watch); [`.view()`](crate::Call::view) for the newest state at hand at any time |
//! | `register_entity(&RegisterEntityPayload)` | [`client.catalog().register(node)`](Catalog::register)`.address(..).service(..).check(..)` |
//! | `deregister_entity(&DeregisterEntityPayload)` | [`client.catalog().deregister_service(node, id)`](Catalog::deregister_service), [`deregister_check`](Catalog::deregister_check), [`deregister_node`](Catalog::deregister_node) |
//! | `get_all_registered_service_names(options)` | [`client.catalog().services()`](Catalog::services): names and tags |
//! | `get_nodes(GetNodesRequest, options)` | [`client.catalog().nodes()`](Catalog::nodes)`.near(..).filter(..)` |
//! | `get_service_nodes(GetServiceNodesRequest, options)` | [`client.health().service(name)`](Health::service)`.passing()` |
//! | `get_service_addresses_and_ports(name, options)` | the same: each [`ServiceEntry`](crate::health::ServiceEntry) has `address()` and `port()` |
//! | `get_acl_tokens`, `create_acl_policy` and the like | not typed yet: [`Client::request`] |
//! | `ConsulError` | [`Error`](crate::Error): its [`kind`](crate::Error::kind), and whether it [can be sent again](crate::Error::is_retryable) |
//!
//! # What is different
//!
//! - **`delete_key` without `recurse` deleted everything below the key**: it sends `recurse=false`, and Consul only
//!   looks whether the word is there. `delete_key` of `app` takes `app/color` and `apple` away with it. Here
//!   [`kv.delete`](Kv::delete) deletes one key.
//! - **`read_key` without `recurse` read everything below the key**, for the same reason, and a key's own value was
//!   whichever came first. Here [`kv.get`](Kv::get) reads one key.
//! - **A key that does not exist** was `UnexpectedResponseCode(404, ..)`, and is `None`.
//! - **Values are bytes.** One value that is not UTF-8 made `read_key` fail as a whole; here [`Entry::text`] fails, for
//!   that one.
//! - **Keys and filters are escaped.** A key with a space, `?`, `#` or `%` was pasted into the URL as it is.
//! - **A lock's session was not renewed**, so that the lock ended after its timeout (10 seconds by default), at the
//!   latest after twice that, whatever the holder did. Nor was the session destroyed when the lock was dropped or not
//!   got. Sessions are renewed with [`renew`](Sessions::renew), and ended with [`destroy`](Sessions::destroy).
//! - **`watch_lock` was one blocking read**, of everything below the key as well: the loop around it, the index that goes
//!   back and the pause after a failure were the caller's. They are a [watch's](crate::watch#how-watches-behave).
//! - **Dropping a lock sent a blocking request** on the thread that it was dropped on, and its failure was not told.
//!   Here releasing is a call, with a result.
//! - **Every call has a limit of time**: 5 seconds, unless [set](crate::ClientBuilder::timeout). Reading and writing keys had
//!   none.
//! - **Connections are kept and used again**; each request had one of its own, unless the builder was changed.
//! - **The environment**: without `CONSUL_HTTP_ADDR` both use `http://127.0.0.1:8500`; here the address may be without
//!   `http://`, or a unix socket.
//! - **What was registered with `register_entity` on the node of an agent** is taken away by that agent. Services
//!   beside an agent are [registered with it](crate::agent::service).
//!
//! [`Client`]: crate::Client
//! [`Client::new`]: crate::Client::new
//! [`Client::from_env`]: crate::Client::from_env
//! [`Client::builder`]: crate::Client::builder
//! [`Client::request`]: crate::Client::request
//! [`Entry::text`]: crate::kv::Entry::text

// What the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{catalog::Catalog, health::Health, kv::Kv, session::Sessions};
