//! For users of the official client of Go, `github.com/hashicorp/consul/api`. `client` is a [`Client`].
//!
//! | Go | here |
//! |---|---|
//! | `api.NewClient(api.DefaultConfig())` | [`Client::from_env`] |
//! | `api.NewClient(&api.Config{..})` | [`Client::builder`] |
//! | `QueryOptions{AllowStale, RequireConsistent}` | [`.stale()`](crate::Call::stale), [`.consistent()`](crate::Call::consistent); for all reads [`ClientBuilder::consistency`](crate::ClientBuilder::consistency) |
//! | `QueryOptions{WaitIndex, WaitTime}` | [`.block(index, wait)`](crate::Call::block) |
//! | `QueryOptions{WaitHash}` | [`.block_on_hash(hash, wait)`](crate::Call::block_on_hash) |
//! | `QueryOptions{UseCache, MaxAge, StaleIfError}` | [`.cached(..)`](crate::Call::cached) |
//! | `QueryOptions{Datacenter, Namespace, Partition, Token, Near, Filter, Peer}` | `.datacenter(..)`, `.namespace(..)`, `.partition(..)`, `.token(..)`, `.near(..)`, `.filter(..)`, `.peer(..)`, where servers heed them |
//! | `QueryOptions.WithContext(ctx)` | drop the future; [`.timeout(..)`](crate::Call::timeout) |
//! | `QueryMeta` | [`Meta`](crate::Meta), from [`.send()`](crate::Call::send)`.await` |
//! | `api.StatusError` | [`Error::status`](crate::Error::status), [`Error::message`](crate::Error::message); better [`Error::kind`](crate::Error::kind) |
//! | `api.IsRetryableError(err)` | [`Error::is_retryable`](crate::Error::is_retryable) |
//! | `client.Raw()` | [`Client::request`], or an [endpoint](crate::proto::Endpoint) of your own and [`Client::call`] |
//! | `watch.Parse`, `watch.Plan` | [`.watch()`](crate::Call::watch) of any read that can wait; see [below](#watches) |
//!
//! # KV and transactions
//!
//! | Go | here |
//! |---|---|
//! | `KV().Get(key, q)` | [`kv().get(key)`](Kv::get) |
//! | `KV().List(prefix, q)` | [`kv().list(prefix)`](Kv::list) |
//! | `KV().Keys(prefix, separator, q)` | [`kv().keys(prefix)`](Kv::keys)`.separator(..)` |
//! | `KV().Put(&KVPair{..}, w)` | [`kv().put(key, value)`](Kv::put)`.flags(..)` |
//! | `KV().CAS(&KVPair{ModifyIndex: ..}, w)` | … `.cas(index)` |
//! | `KV().Acquire(&KVPair{Session: ..}, w)`, `Release` | … `.acquire(&session)`, `.release(&session)` |
//! | `KV().Delete(key, w)`, `DeleteCAS` | [`kv().delete(key)`](Kv::delete), `.cas(index)` |
//! | `KV().DeleteTree(prefix, w)` | [`kv().delete(prefix)`](Kv::delete)`.recurse()`; for the empty prefix [`kv().delete_all()`](Kv::delete_all) |
//! | `Txn().Txn(ops, q)` | [`client.txn()`](crate::Client::txn)`.set(..).check_index(..)`: an [`Outcome`](crate::txn::Outcome) |
//!
//! # Watches
//!
//! A [watch](crate::watch) is a stream, and has no types of its own: it is made of the call that reads what is watched.
//!
//! | Go | here |
//! |---|---|
//! | a loop of `Health().Service(.., q)` with `q.WaitIndex = meta.LastIndex` | [`health().service(name)`](Health::service)`.passing()`[`.view()`](crate::Call::view): the newest instances at hand at any time |
//! | the same of any other read | [`.watch()`](crate::Call::watch), and [`while let Some(state) = watch.changed().await`](crate::Watch::changed) |
//! | `watch.Parse(params)`, `plan.Run(address)` | [`.watch()`](crate::Call::watch); it goes on while it is polled |
//! | `plan.Handler`, `plan.HybridHandler` | the body of that loop |
//! | `plan.Stop()` | drop the watch |
//! | `"type": "key"` | [`kv().get(key)`](Kv::get)`.watch()`, and [`.config::<T>()`](crate::watch::Config) for a value of a type |
//! | `"type": "keyprefix"` | [`kv().list(prefix)`](Kv::list)`.watch()`; [`.diffs()`](crate::watch::Diffs) for what has changed, [`.config::<T>()`](crate::watch::Config) for all of it as one value |
//! | `"type": "services"`, `"nodes"` | [`catalog().services()`](Catalog::services)`.watch()`, [`catalog().nodes()`](Catalog::nodes)`.watch()` |
//! | `"type": "service"`, with `tag`, `passingonly` | [`health().service(name)`](Health::service)`.tag(..).passing().watch()` |
//! | `"type": "checks"`, with `service` or `state` | [`health().checks(service)`](Health::checks)`.watch()`, [`health().state(state)`](Health::state)`.watch()` |
//! | `"type": "event"` | [`event().list()`](Events::list)`.name(..)`[`.feed()`](crate::event::Feed): each event once |
//! | `"type": "agent_service"` | [`agent().service().get(id)`](Services::get)`.watch()` |
//! | `"type": "connect_roots"`, `"connect_leaf"` | not typed yet |
//! | `"stale"`, `"token"`, `"datacenter"` | `.stale()`, `.token(..)`, `.datacenter(..)` before `.watch()` |
//!
//! # Agent
//!
//! | Go | here |
//! |---|---|
//! | `Agent().Self()`, `NodeName()` | [`agent().read_self()`](Agent::read_self) |
//! | `Agent().Host()`, `Metrics()`, `Version()` | [`host()`](Agent::host), [`metrics()`](Agent::metrics), also `.prometheus()`, [`version()`](Agent::version) |
//! | `Agent().Members(wan)`, `MembersOpts` | [`members()`](Agent::members)`.wan()` |
//! | `Agent().Join(addr, wan)`, `Leave()`, `ForceLeave(node)`, `ForceLeavePrune(node)` | [`join(addr)`](Agent::join), [`leave()`](Agent::leave), [`force_leave(node)`](Agent::force_leave), `.prune()` |
//! | `Agent().Reload()` | [`reload()`](Agent::reload) |
//! | `Agent().EnableNodeMaintenance(reason)`, `DisableNodeMaintenance()` | [`enable_maintenance()`](Agent::enable_maintenance)`.reason(..)`, [`disable_maintenance()`](Agent::disable_maintenance) |
//! | `Agent().UpdateDefaultACLToken(token, q)` and its like | [`update_token(kind, token)`](Agent::update_token) |
//! | `Agent().Services()`, `Service(id, q)` | [`service().list()`](Services::list), [`service().get(id)`](Services::get) |
//! | `Agent().ServiceRegister(&AgentServiceRegistration{..})` | [`service().register(definition)`](Services::register) with a [`Definition`](crate::agent::service::Definition) |
//! | `Agent().ServiceDeregister(id)` | [`service().deregister(id)`](Services::deregister) |
//! | `Agent().EnableServiceMaintenance(id, reason)`, `Disable…` | [`service().enable_maintenance(id)`](Services::enable_maintenance), [`disable_maintenance(id)`](Services::disable_maintenance) |
//! | `Agent().AgentHealthServiceByID(id)`, `…ByName(name)` | [`service().health_by_id(id)`](Services::health_by_id), [`health_by_name(name)`](Services::health_by_name) |
//! | `Agent().Checks()` | [`check().list()`](Checks::list) |
//! | `Agent().CheckRegister(&AgentCheckRegistration{..})` | [`check().register(name, Check::http(..))`](Checks::register) |
//! | `Agent().CheckDeregister(id)` | [`check().deregister(id)`](Checks::deregister) |
//! | `Agent().PassTTL(id, note)`, `WarnTTL`, `FailTTL` | [`check().pass(id)`](Checks::pass)`.note(..)`, [`warn`](Checks::warn), [`fail`](Checks::fail) |
//! | `Agent().UpdateTTL(id, output, status)` | [`check().update(id, status)`](Checks::update)`.output(..)` |
//!
//! # Catalog, health, sessions and the rest
//!
//! | Go | here |
//! |---|---|
//! | `Catalog().Datacenters()`, `Nodes(q)`, `Services(q)` | [`catalog().datacenters()`](Catalog::datacenters), [`nodes()`](Catalog::nodes), [`services()`](Catalog::services) |
//! | `Catalog().Service(name, tag, q)`, `ServiceMultipleTags` | [`catalog().service(name)`](Catalog::service)`.tag(..).tag(..)` |
//! | `Catalog().Node(node, q)`, `NodeServiceList(node, q)` | [`catalog().node(node)`](Catalog::node), [`node_services(node)`](Catalog::node_services) |
//! | `Catalog().Connect(..)`, `GatewayServices(..)` | [`catalog().connect(service)`](Catalog::connect), [`gateway_services(gateway)`](Catalog::gateway_services) |
//! | `Catalog().Register(&CatalogRegistration{..}, w)` | [`catalog().register(node)`](Catalog::register)`.service(..).check(..)` |
//! | `Catalog().Deregister(&CatalogDeregistration{..}, w)` | [`deregister_service`](Catalog::deregister_service), [`deregister_check`](Catalog::deregister_check), [`deregister_node`](Catalog::deregister_node) |
//! | `Health().Service(name, tag, passingOnly, q)`, `ServiceMultipleTags` | [`health().service(name)`](Health::service)`.tag(..).passing()` |
//! | `Health().Connect(..)`, `Ingress(..)` | [`health().connect(service)`](Health::connect), [`ingress(service)`](Health::ingress) |
//! | `Health().Node(node, q)`, `Checks(service, q)`, `State(state, q)` | [`health().node(node)`](Health::node), [`checks(service)`](Health::checks), [`state(state)`](Health::state) |
//! | `HealthChecks.AggregatedStatus()` | [`Status::of`](crate::health::Status::of), [`ServiceEntry::status`](crate::health::ServiceEntry::status) |
//! | `Session().Create(&SessionEntry{..}, w)` | [`session().create()`](Sessions::create)`.ttl(..)` |
//! | `Session().CreateNoChecks(..)` | … `.node_checks(Vec::<String>::new())` |
//! | `Session().Destroy(id, w)`, `Info(id, q)`, `Node(node, q)`, `List(q)` | [`session().destroy(id)`](Sessions::destroy), [`info(id)`](Sessions::info), [`node(node)`](Sessions::node), [`list()`](Sessions::list) |
//! | `Session().Renew(id, w)` | [`session().renew(id)`](Sessions::renew) |
//! | `Session().RenewPeriodic(..)`, `LockKey`, `SemaphorePrefix` | still to come |
//! | `Event().Fire(&UserEvent{..}, w)`, `List(name, q)` | [`event().fire(name)`](Events::fire)`.payload(..)`, [`event().list()`](Events::list)`.name(..)` |
//! | `Event().IDToIndex(uuid)` | [`Event::list_index`](crate::event::Event::list_index) |
//! | `Status().Leader()`, `Peers()` | [`status().leader()`](Status::leader), [`peers()`](Status::peers) |
//! | `ACL().Create(..)`, `Info(..)` and its like for legacy tokens | [`acl().legacy()`](crate::acl::Acl::legacy) |
//! | `ACL().TokenCreate(..)`, `PolicyCreate(..)` and its like | not typed yet: [`Client::request`] |
//!
//! # What is different
//!
//! - **`WaitIndex` is the caller's business in Go**: an index that went back, as after a snapshot was restored, has to
//!   be set to 0, and 0 does not wait, which turns a loop into a flood of requests. The same holds for
//!   [`.block`](crate::Call::block). A [watch](crate::watch) takes care of both, of outages, and of servers that answer
//!   without waiting.
//! - **A wait without `WaitTime`** lasts for the server's 5 minutes, and Go's client has no limit of its own: a
//!   connection that hangs, hangs. Here every call has one, 5 seconds unless [set](crate::ClientBuilder::timeout), on top of
//!   the wait.
//! - **`Lock` renews its session in the background and closes a channel when the lock is lost**, which it notices by
//!   reading the key. Whoever builds on [`acquire`](crate::kv::Put::acquire) has to renew the session well before its
//!   TTL is over, and has lost the lock once the TTL has passed since the last renewal was sent, whatever the servers
//!   may still say.
//! - **A lock that Go's `Lock` holds has flags of its own** (3304740253564472344), which it wants to find on the key.
//!   Set them with [`.flags`](crate::kv::Put::flags) where both are to exclude each other.
//! - **A write with a condition can be answered with `false`**, as in Go. Here it is the only result, and so is hard to
//!   miss.
//! - **Absence**: `nil` is `None`, or an empty list.
//! - **Errors are told apart by kind** instead of by text: the texts and statuses of servers change with their
//!   versions. Whether a write may have been carried out all the same is
//!   [`Error::is_outcome_unknown`](crate::Error::is_outcome_unknown).
//! - **Redirects are never followed.** A key such as `a//b` makes servers redirect to `a/b`; Go's client follows a
//!   read, and so gives another key. Here it is refused before it is sent, and a [transaction](crate::txn) reaches it.
//! - **The datacenter of the configuration counts for the catalog's writes too.** Go's client puts it into the query,
//!   where servers do not read it for these; here it goes into the body.
//! - **Times are [`Duration`](std::time::Duration)s**, also those that are texts in Go (`"10s"`).
//! - **Zero is not absence.** A lock delay of zero is sent as zero; Go's client leaves it out, which means 15 seconds.
//! - **Of the environment** `CONSUL_HTTP_ADDR`, `CONSUL_HTTP_TOKEN` and `CONSUL_HTTP_TOKEN_FILE` are read so far. TLS
//!   is not spoken yet; where `CONSUL_HTTP_SSL` asks for it, there is no client.
//!
//! [`Client`]: crate::Client
//! [`Client::from_env`]: crate::Client::from_env
//! [`Client::builder`]: crate::Client::builder
//! [`Client::request`]: crate::Client::request
//! [`Client::call`]: crate::Client::call

// What the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{
    agent::{Agent, check::Checks, service::Services},
    catalog::Catalog,
    event::Events,
    health::Health,
    kv::Kv,
    session::Sessions,
    status::Status,
};
