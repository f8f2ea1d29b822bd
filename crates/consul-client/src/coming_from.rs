//! From other clients to this one: which name became which, and what behaves differently.
//!
//! One page for each: [`aioconsul`] for Python, [`go`] for the official client, [`rs_consul`] for Rust.
//! Templates have a [table](#consul-template-and-consul-watch) below.
//!
//! What they have in common here: a method names an operation and takes what it cannot do without, setters add the rest,
//! `.await` sends it. There are no structs of options; what many operations share are setters of
//! [`Call`](crate::Call). Absence is `None` or an empty list and no error. A failure is an [`Error`](crate::Error), whose
//! [`kind`](crate::Error::kind) is the same on every version of Consul.
//!
//! # consul-template and `consul watch`
//!
//! A program that was restarted or signalled when a file changed can hear of the change itself. Each of these also has
//! [`.view()`](crate::Call::view) instead of [`.watch()`](crate::Call::watch).
//!
//! | template | here |
//! |---|---|
//! | `{{ key "k" }}` | [`client.kv().get("k")`](Kv::get)`.watch()`, which does not wait for a key that is missing: it is `None` |
//! | `{{ key "k" \| parseJSON }}` | … [`.config::<T>()`](crate::watch::Config), which keeps the last value that fitted |
//! | `{{ tree "p" }}`, `{{ ls "p" }}` | [`client.kv().list("p/")`](Kv::list)`.watch()`, as one value of a type with [`.config::<T>()`](crate::watch::Config) |
//! | `{{ service "web" }}` | [`client.health().service("web")`](Health::service)`.passing().watch()`: without `passing`, those as well that are not healthy |
//! | `{{ service "v1.web@dc2" }}` | … `.tag("v1").datacenter("dc2")` |
//! | `{{ services }}`, `{{ nodes }}`, `{{ node "n" }}` | [`client.catalog().services()`](Catalog::services), [`nodes()`](Catalog::nodes), [`node("n")`](Catalog::node), each with `.watch()` |
//! | `consul watch -type=… handler` | [the same types](go#watches), and a loop for the handler |

pub mod aioconsul;
pub mod go;
pub mod rs_consul;

// What the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{catalog::Catalog, health::Health, kv::Kv};
