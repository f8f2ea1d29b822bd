//! For users of AIOConsul, the asyncio client of Python. `client` is a [`Client`](crate::Client).
//!
//! | AIOConsul | here |
//! |---|---|
//! | `Consul(host)` | [`Client::new`], [`Client::from_env`] |
//! | `Consul(host, token=, consistency=)` | [`Client::builder`] with [`token`](crate::ClientBuilder::token), [`consistency`](crate::ClientBuilder::consistency) |
//! | `token`, `consistency` | [`Client::token`], [`Client::options`]; `host` is in the `Debug` form of [`Client::executor`] |
//! | `request`, `get`, `post`, `put`, `delete` | [`Client::request`]`(Method::GET, path)` and so on: every status is an answer |
//! | `endpoint.dc(name)` | `datacenter(name)` of the group, or of one [call](crate::Call::datacenter), or [`Client::with_datacenter`] |
//! | results with `modify_index`, `last_contact`, `known_leader` | [`send`](crate::Call::send)`().await`: a [`Response`](crate::Response) with its [`Meta`](crate::Meta) |
//! | ids or objects | the same: where an id is asked for, a reference to what was read will do |
//!
//! # ACL
//!
//! `let acl = client.acl().legacy();` for servers up to 1.10; later ones answer with
//! [`UnknownRoute`](crate::ApiErrorKind::UnknownRoute).
//!
//! | AIOConsul | here |
//! |---|---|
//! | `acl()`, `acl.items()` | [`acl.list()`](Legacy::list) |
//! | `acl.create(name, type=, rules=)` | [`acl.create()`](Legacy::create)`.name(..).kind(..).rules(..)` |
//! | `acl.create(.., obj=True)` | the same, then [`acl.info(&id)`](Legacy::info) |
//! | `acl.update(token, ..)` | [`acl.update(&token)`](Legacy::update)`.name(..)`: keeps what is not given |
//! | `acl.clone(token)` | [`acl.clone(&token)`](Legacy::clone) |
//! | `acl.delete(token)`, `acl.destroy(token)` | [`acl.destroy(&token)`](Legacy::destroy) |
//! | `acl.get(token)` | [`acl.info(&token)`](Legacy::info) |
//! | `acl.is_supported()`, `acl.supported` | [`acl.is_supported()`](Legacy::is_supported): one of four [answers](crate::acl::legacy::Support), asked anew each time |
//! | `Rule`, 3-tuples | [`Rule`](crate::acl::legacy::Rule); [`Rules::from`](crate::acl::legacy::Rules)`([("key", "foo/", "read")])` |
//! | a `Token` as token of a client | [`Token::try_from(&token)`](crate::Token), then [`Client::with_token`] |
//! | `ACLSupportDisabled` | [`AclDisabled`](crate::ApiErrorKind::AclDisabled) |
//! | `ACLPermissionDenied` | [`Error::is_permission_denied`](crate::Error::is_permission_denied) |
//!
//! # Agent
//!
//! `let agent = client.agent();`, with `agent.check()` and `agent.service()`.
//!
//! | AIOConsul | here |
//! |---|---|
//! | `agent.config()`, `agent.me()` | [`agent.read_self()`](Agent::read_self): `config`, all of it in `debug_config`, and `member` |
//! | `agent.members()` | [`agent.members()`](Agent::members) |
//! | `agent.disable(reason)`, `agent.enable()` | [`agent.enable_maintenance()`](Agent::enable_maintenance)`.reason(..)`, [`agent.disable_maintenance()`](Agent::disable_maintenance) |
//! | `agent.join(address, wan=)` | [`agent.join(address)`](Agent::join), with `.wan()` |
//! | `agent.force_leave(member)` | [`agent.force_leave(&member)`](Agent::force_leave) |
//! | `agent.checks()`, `.items()` | [`check().list()`](Checks::list) |
//! | `agent.checks.register(name, ..)`, `.create` | [`check().register(name, check)`](Checks::register) with a [`Check`](crate::agent::Check) |
//! | `agent.checks.register_http(name, http, interval=)` | … with [`Check::http`](crate::agent::Check::http) |
//! | `agent.checks.register_script(name, script, interval=)` | … with [`Check::shell`](crate::agent::Check::shell), or [`Check::script`](crate::agent::Check::script) for a program and its arguments |
//! | `agent.checks.register_ttl(name, ttl)` | … with [`Check::ttl`](crate::agent::Check::ttl) |
//! | `agent.checks.passing(check, note=)` | [`check().pass(&check)`](Checks::pass)`.note(..)` |
//! | `agent.checks.warning(check)` | [`check().warn(&check)`](Checks::warn) |
//! | `agent.checks.failing(check)`, `.critical` | [`check().fail(&check)`](Checks::fail) |
//! | `agent.checks.mark(check, state, note=)` | [`check().mark(&check, state)`](Checks::mark)`.output(..)` |
//! | `agent.checks.deregister(check)`, `.delete` | [`check().deregister(&check)`](Checks::deregister) |
//! | `agent.checks.get(check)` | [`check().get(&check)`](Checks::get) |
//! | `agent.services()`, `.items()` | [`service().list()`](Services::list) |
//! | `agent.services.register(name, ..)`, `.create` | [`service().register(definition)`](Services::register) with a [`Definition`](crate::agent::service::Definition) |
//! | `agent.services.register_http`, `_script`, `_ttl` | … `.check(`[`Check::http`](crate::agent::Check::http)`(..))` and so on |
//! | `agent.services.deregister(service)`, `.delete` | [`service().deregister(&service)`](Services::deregister) |
//! | `agent.services.disable(service, reason)`, `.maintenance(service, True, reason)` | [`service().enable_maintenance(&service)`](Services::enable_maintenance)`.reason(..)` |
//! | `agent.services.enable(service)`, `.maintenance(service, False)` | [`service().disable_maintenance(&service)`](Services::disable_maintenance) |
//! | `agent.services.get(service)` | [`service().get(&service)`](Services::get) |
//!
//! # Catalog
//!
//! `let catalog = client.catalog();`
//!
//! | AIOConsul | here |
//! |---|---|
//! | `catalog.datacenters()` | [`catalog.datacenters()`](Catalog::datacenters) |
//! | `catalog.nodes()` | [`catalog.nodes()`](Catalog::nodes) |
//! | `catalog.nodes(service=, tag=)` | [`catalog.service(name)`](Catalog::service)`.tag(..)`: each instance with its node. A tag without a service cannot be written |
//! | `catalog.get(node)` | [`catalog.node(&node)`](Catalog::node) |
//! | `catalog.services()` | [`catalog.services()`](Catalog::services) |
//! | `catalog.register(node, check=, service=)`, `register_node`, `register_check`, `register_service` | [`catalog.register(node)`](Catalog::register)`.service(..).check(..)` |
//! | `catalog.deregister_node(node)` | [`catalog.deregister_node(&node)`](Catalog::deregister_node) |
//! | `catalog.deregister_check(node, check=)` | [`catalog.deregister_check(&node, &check)`](Catalog::deregister_check) |
//! | `catalog.deregister_service(node, service=)` | [`catalog.deregister_service(&node, &service)`](Catalog::deregister_service) |
//! | `catalog.deregister(node, check=, service=)` | the one of the three that is meant |
//!
//! # Events and health
//!
//! | AIOConsul | here |
//! |---|---|
//! | `events()`, `events.items(event=)` | [`client.event().list()`](Events::list)`.name(..)` |
//! | `events.fire(event, payload, dc=, node_filter=, service_filter=, tag_filter=)` | [`client.event().fire(event)`](Events::fire)`.payload(..).datacenter(..).node(..).service(..).tag(..)` |
//! | `health(node=)`, `health.items(node=)` | [`client.health().node(&node)`](Health::node) |
//! | `health(service=)` | [`client.health().checks(service)`](Health::checks) |
//! | `health(state=)` | [`client.health().state(state)`](Health::state): an unknown word is refused before it is sent |
//! | `health.nodes(service, tag=, state="passing")` | [`client.health().service(service)`](Health::service)`.tag(..).passing()` |
//!
//! # Keys and values
//!
//! `let kv = client.kv();`
//!
//! | AIOConsul | here |
//! |---|---|
//! | `kv.get(path)` | [`kv.get(key)`](Kv::get): an [`Entry`](crate::kv::Entry) of bytes, which [`text`](crate::kv::Entry::text) reads |
//! | `kv(path)`, `kv.items(path)` | [`kv.list(prefix)`](Kv::list) |
//! | `kv.keys(path, separator=)` | [`kv.keys(prefix)`](Kv::keys)`.separator(..)` |
//! | `kv.put(path, value, flags=, cas=)` | [`kv.put(key, value)`](Kv::put)`.flags(..).cas(..)` |
//! | `kv.set(path, obj, cas=)` | [`kv.put_as(key, &value)`](Kv::put_as)`.cas(..)`, and [`kv.get_as::<T>(key)`](Kv::get_as) back; a [codec](crate::codec) instead of JSON with [`kv.codec::<C>()`](Kv::codec) |
//! | `kv.delete(path)` | [`kv.delete(key)`](Kv::delete) |
//! | `kv.delete(path, recurse=True)` | [`kv.delete(prefix)`](Kv::delete)`.recurse()`; every key with [`kv.delete_all()`](Kv::delete_all) |
//! | `kv.acquire(path, session=)`, `kv.release(path, session=)` | [`kv.put(key, value)`](Kv::put)`.acquire(&session)`, `.release(&session)` |
//!
//! # Sessions
//!
//! `let sessions = client.session();`
//!
//! | AIOConsul | here |
//! |---|---|
//! | `sessions()`, `.items()` | [`sessions.list()`](Sessions::list) |
//! | `sessions.items(node=)` | [`sessions.node(&node)`](Sessions::node) |
//! | `sessions.create(name=, node=, checks=, behavior=, lock_delay=, ttl=)` | [`sessions.create()`](Sessions::create)`.name(..).node(..).node_checks(..).behavior(..).lock_delay(..).ttl(..)`: gives the id |
//! | `sessions.get(session)` | [`sessions.info(&session)`](Sessions::info) |
//! | `sessions.delete(session)`, `.destroy` | [`sessions.destroy(&session)`](Sessions::destroy) |
//! | `sessions.renew(session)` | [`sessions.renew(&session)`](Sessions::renew) |
//!
//! # What is different
//!
//! - **`NotFound` is `None`.** What was an exception of `get` is an absent value. Every other failure is an error,
//!   which AIOConsul's `kv.get` hid: it gave `None`.
//! - **`recurse=False` deleted the subtree**, since Consul only looks whether the word is there. Here the word is sent
//!   or it is not, and [`kv.delete`](Kv::delete) deletes one key.
//! - **A key that may not be read is refused**, as servers do today; AIOConsul's documentation shows it as one that is
//!   not there. Lists leave it out.
//! - **Values are bytes.** What is not text can be read and written.
//! - **`acquire` and `release` emptied the key**: they wrote no value, and Consul takes that for an empty one. Here
//!   they are conditions of a write, which has a value.
//! - **Objects compare as a whole**, not by their ids: two readings of a check differ when its output has changed.
//!   Compare `a.id == b.id` for the question whether it is the same one.
//! - **Creating gives the id** and does not read the object back, which would be a second request.
//! - **Updating a legacy token keeps what is not given.** The server replaces it whole, so it is read first.
//! - **A token is never shown**: it travels in a header and not in the query, and no log or `Debug` form has it.
//! - **Times are [`Duration`](std::time::Duration)s** and are sent with their unit: a lock delay of 15 was 15 seconds
//!   or nanoseconds, depending on its size.
//! - **Every call has a limit of time**: 5 seconds, unless [set](crate::ClientBuilder::timeout). Connections are kept and
//!   used again.
//! - **There are blocking reads** ([`Call::block`](crate::Call::block)) and [watches](crate::watch), which AIOConsul
//!   had not. In place of a loop that asks and sleeps there are `kv.get(key).watch()`,
//!   `client.health().service(name).passing()`[`.view()`](crate::Call::view) for the instances that there are at any
//!   time, `kv.list(prefix).watch()`[`.config::<T>()`](crate::watch::Config) for settings that change while the program
//!   runs, and `client.event().list().name(..)`[`.feed()`](crate::event::Feed) for events as they come.
//! - **A leader that is not known** is [`Error::is_no_leader`](crate::Error::is_no_leader) where the request failed for
//!   it. A stale read succeeds without one, and [`known_leader`](crate::Meta::known_leader) tells.
//!
//! [`Client::new`]: crate::Client::new
//! [`Client::from_env`]: crate::Client::from_env
//! [`Client::builder`]: crate::Client::builder
//! [`Client::token`]: crate::Client::token
//! [`Client::options`]: crate::Client::options
//! [`Client::executor`]: crate::Client::executor
//! [`Client::request`]: crate::Client::request
//! [`Client::with_datacenter`]: crate::Client::with_datacenter
//! [`Client::with_token`]: crate::Client::with_token

// What the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{
    acl::legacy::Legacy,
    agent::{Agent, check::Checks, service::Services},
    catalog::Catalog,
    event::Events,
    health::Health,
    kv::Kv,
    session::Sessions,
};
