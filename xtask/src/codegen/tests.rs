//! Tests of the generator with small pages.

use super::*;

/// The parts of the libraries that the generator reads.
const LIBRARIES: &[(&str, &str)] = &[
    (
        "crates/consul-proto/src/lib.rs",
        "mod api;\nmod endpoint;\nmod model;\npub mod response;\npub use api::{kv, session};\n\
         pub use endpoint::{Options, Meta, OpenedOf, OutputOf};\npub use response::{Flag, Json, OrMissing};",
    ),
    ("crates/consul-proto/src/api.rs", "pub mod kv;\npub mod session;"),
    (
        "crates/consul-proto/src/endpoint.rs",
        "pub struct Options;\npub struct Meta;\npub type OutputOf<E> = E;\npub type OpenedOf<E, B> = (E, B);\n\
         pub struct Scope { datacenter: bool, namespace: bool }\n\
         impl Scope {\n\
             pub const NONE: Self = Self { datacenter: false, namespace: false };\n\
             pub const ALL: Self = Self { datacenter: true, namespace: true };\n\
         }",
    ),
    ("crates/consul-proto/src/model.rs", "pub struct Entry;\nstring_id! {\n    /// An id.\n    SessionId\n}"),
    (
        "crates/consul-proto/src/response.rs",
        "pub struct Flag;\npub struct Raw;\npub struct Json<T>(T);\npub struct OrMissing<A>(A);\n\
         impl FromResponse for Flag { type Output = bool; }\n\
         impl FromResponse for Raw { type Output = Vec<u8>; }\n\
         impl Streamed for Raw { type Opened<B> = B; }\n\
         impl<T> FromResponse for Json<T> { type Output = T; }\n\
         impl<A: FromResponse> FromResponse for OrMissing<A> { type Output = Option<A::Output>; }",
    ),
    (
        "crates/consul-client/src/lib.rs",
        "mod api;\nmod call;\npub use api::{kv, session};\npub use call::{BodyStream, Call, CallFuture, Error, Response, Watch};\n\
         pub use consul_proto as proto;\npub use consul_proto::Meta;",
    ),
    ("crates/consul-client/src/api.rs", "pub mod kv;\npub mod session;"),
    (
        "crates/consul-client/src/api/kv.rs",
        "//! The store.\n//!\n//! # Keys\n\nmod operations;\npub use operations::*;\npub struct Kv<C = Json> { client: Client, codec: C }",
    ),
    ("crates/consul-client/src/api/session.rs", "pub struct Sessions { client: Client }"),
    (
        "crates/consul-client/src/call.rs",
        "use std::time::Duration;\nuse consul_proto::{Endpoint, OpenedOf, OutputOf, Read, response::Streamed};\n\
         pub struct BodyStream;\npub struct Call<E>(E);\npub struct CallFuture<T>(T);\npub struct Error;\npub struct Response<T>(T);\n\
         impl<E: Endpoint> Call<E> {\n\
             pub fn endpoint(&self) -> &E { &self.0 }\n\
             pub(crate) fn map<F>(self, change: impl FnOnce(E) -> F) -> Call<F> { Call(change(self.0)) }\n\
             /// Sends it to another datacenter.\n\
             pub fn datacenter(mut self, name: impl Into<String>) -> Self { self }\n\
             /// Sets the timeout; see [`Response`].\n\
             pub fn timeout(mut self, timeout: Duration) -> Self { self }\n\
             /// Sends the request.\n\
             pub async fn send(self) -> Result<Response<OutputOf<E>>, Error> { loop {} }\n\
         }\n\
         pub struct Watch<E>(E);\n\
         impl<E: Read> Call<E> {\n    /// Watches.\n    pub fn watch(self) -> Watch<E> { loop {} }\n    /// Reads from any server.\n    pub fn stale(self) -> Self { self }\n}\n\
         impl<E: Endpoint<Response: Streamed>> Call<E> {\n\
             /// Opens the body.\n\
             pub async fn open(self) -> Result<Response<OpenedOf<E, BodyStream>>, Error> { loop {} }\n\
         }",
    ),
];

const GROUP: &str = "mod get;\nmod put;\nmod put_if;\npub use get::Get;\npub use put::Put;\npub use put_if::PutIf;\n\
    pub use crate::model::{Entry, SessionId};";

const GET: &str = "use crate::model::Entry;
use crate::{Json, OrMissing};

/// Reads one key: `GET /v1/kv/:key`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Get {
    key: String,
}

impl Get {
    /// Reads `key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }
}

impl Endpoint for Get {
    type Response = OrMissing<Json<Entry>>;
    const SCOPE: Scope = Scope::NONE;
}

impl Read for Get {}
";

const PUT: &str = "use crate::kv::PutIf;
use crate::model::SessionId;
use crate::{Flag, Meta};

/// Writes one key; see [`Keys`](crate::kv#keys), [`Meta`] and [`cas`](Self::cas).
#[derive(Clone, Debug)]
pub struct Put {
    key: String,
}

impl Put {
    /// Writes `value` under `key`.
    pub fn new(key: impl Into<String>, value: &str) -> Self {
        Self { key: key.into() }
    }

    /// Attaches a number.
    pub fn flags(mut self, flags: u64) -> Self {
        self
    }

    /// Writes only if the index is this one.
    pub fn cas(self, index: u64) -> PutIf {
        PutIf
    }

    /// Locks the key.
    #[deprecated]
    pub fn acquire(self, session: impl Into<SessionId>) -> PutIf {
        PutIf
    }

    pub(crate) fn hidden(self) -> Self {
        self
    }

    fn private(&self) {}
}

impl Endpoint for Put {
    type Response = Flag;
}
";

const PUT_IF: &str = "use crate::Flag;

/// Writes one key if a condition holds.
pub struct PutIf;

impl Endpoint for PutIf {
    type Response = Flag;
}
";

/// Generates files from the libraries above and these pages of the group `kv`.
fn generated(pages: &[(&str, &str)]) -> Result<Files, Vec<Finding>> {
    let page = |(name, text): &(&str, &str)| File {
        path: format!("crates/consul-proto/src/api/{name}.rs"),
        text: (*text).to_owned(),
    };
    let library = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
    let pages = pages.iter().map(page);
    let files: Vec<_> = LIBRARIES.iter().map(library).chain(pages).collect();
    generate(&files)
}

fn kv(get: &str, put: &str) -> Result<Files, Vec<Finding>> {
    generated(&[("kv", GROUP), ("kv/get", get), ("kv/put", put), ("kv/put_if", PUT_IF)])
}

/// Generates and formats the files of the pages above.
fn facade() -> Files {
    let mut files = kv(GET, PUT).unwrap_or_else(|findings| panic!("{}", report(&findings)));
    output::format(&mut files, root()).unwrap();
    files
}

/// Asserts that a change of the page of `Put` is a finding with this line and text.
fn found(from: &str, to: &str, line: usize, words: &str) {
    assert!(PUT.contains(from), "{from}");
    let findings = kv(GET, &PUT.replace(from, to)).err().unwrap_or_default();
    let place = format!("crates/consul-proto/src/api/kv/put.rs:{line}: ");
    let is_it = |finding: &Finding| {
        let finding = finding.to_string();
        finding.starts_with(&place) && finding.contains(words)
    };
    assert!(findings.iter().any(is_it), "{from} → {to}: {}", report(&findings));
}

#[test]
fn operation_has_its_setters_and_its_options() {
    let files = facade();
    let put = &files["crates/consul-client/src/api/kv/operations/put.rs"];
    for expected in [
        "// @generated by `cargo xtask codegen` from crates/consul-proto/src/api/kv/put.rs.\n",
        "#[derive(Clone, Debug)]\n",
        "pub struct Put(pub(crate) Call<proto::kv::Put>);\n",
        "    /// Attaches a number.\n    pub fn flags(self, flags: u64) -> Self {\n        Self(self.0.map(|request| request.flags(flags)))\n",
        "    pub fn cas(self, index: u64) -> PutIf {\n        PutIf(self.0.map(|request| request.cas(index)))\n",
        "    #[deprecated]\n    pub fn acquire(self, session: impl Into<SessionId>) -> PutIf {\n",
        "    pub fn datacenter(self, name: impl Into<String>) -> Self {\n        Self(self.0.datacenter(name))\n",
        "    #[inline]\n    pub async fn send(self) -> Result<Response<bool>, Error> {\n        self.0.send().await\n",
        "    type IntoFuture = CallFuture<bool>;\n",
        "use crate::kv::{PutIf, SessionId};\n",
    ] {
        assert!(put.contains(expected), "{expected}\n{put}");
    }
    for other in ["stale", "open", "hidden", "private", "fn endpoint", "fn map"] {
        assert!(!put.contains(other), "{other}\n{put}");
    }
}

#[test]
fn value_of_the_response_is_named() {
    let files = facade();
    let get = &files["crates/consul-client/src/api/kv/operations/get.rs"];
    for expected in [
        "    pub async fn send(self) -> Result<Response<Option<Entry>>, Error> {\n",
        "    pub fn stale(self) -> Self {\n",
        "    #[inline]\n    pub fn watch(self) -> Watch<proto::kv::Get> {\n        self.0.watch()\n",
        "/// Created by [`Kv::get`](crate::kv::Kv::get). Awaiting it returns `Option<Entry>`;\n",
    ] {
        assert!(get.contains(expected), "{expected}\n{get}");
    }
}

#[test]
fn scope_decides_if_an_operation_has_a_datacenter() {
    let files = facade();
    assert!(!files["crates/consul-client/src/api/kv/operations/get.rs"].contains("datacenter"));
    assert!(files["crates/consul-client/src/api/kv/operations/put_if.rs"].contains("fn datacenter"));
}

#[test]
fn only_streamable_responses_have_open() {
    let raw = GET.replace("OrMissing<Json<Entry>>", "crate::response::Raw");
    let files = kv(&raw, PUT).unwrap();
    let get = &files["crates/consul-client/src/api/kv/operations/get.rs"];
    assert!(get.contains("fn open(self) -> Result < Response < BodyStream > , Error >"), "{get}");
}

#[test]
fn group_has_constructors_and_models() {
    let files = facade();
    let group = &files["crates/consul-client/src/api/kv/operations.rs"];
    for expected in [
        "mod get;\nmod put;\nmod put_if;\n",
        "pub use consul_proto::kv::{Entry, SessionId};\n",
        "impl<C> Kv<C> {\n    /// Reads `key`.\n    pub fn get(&self, key: impl Into<String>) -> Get {\n        \
         Get(self.client.call(proto::kv::Get::new(key)))\n",
        "    pub fn put(&self, key: impl Into<String>, value: &str) -> Put {\n",
    ] {
        assert!(group.contains(expected), "{expected}\n{group}");
    }
    assert!(!group.contains("fn put_if"), "{group}");
}

#[test]
fn links_stay_in_the_client() {
    let files = facade();
    let put = &files["crates/consul-client/src/api/kv/operations/put.rs"];
    assert!(
        put.contains("see [`Keys`](crate::kv#keys), [`Meta`](crate::Meta) and [`cas`](Self::cas)."),
        "{put}"
    );
    // The client's docs of the group have no such section.
    let put = PUT.replace("crate::kv#keys", "crate::kv#values");
    let files = kv(GET, &put).unwrap();
    let put = &files["crates/consul-client/src/api/kv/operations/put.rs"];
    assert!(put.contains("(crate::proto::kv#values)"), "{put}");
}

#[test]
fn routes_of_all_pages_are_listed() {
    let files = facade();
    let routes = &files[recorded::FILE];
    assert!(routes.contains("vec![of::<kv::Get>(), of::<kv::Put>(), of::<kv::PutIf>()]"), "{routes}");
}

#[test]
fn groups_without_generated_module_are_unchanged() {
    let files = generated(&[
        ("kv", GROUP),
        ("kv/get", GET),
        ("kv/put", PUT),
        ("kv/put_if", PUT_IF),
        ("session", "mod info;\npub use info::Info;"),
        ("session/info", &GET.replace("Get", "Info")),
    ])
    .unwrap();
    assert!(files.keys().all(|path| !path.contains("client/src/api/session")), "{:?}", files.keys());
    assert!(files[recorded::FILE].contains("of::<session::Info>()"));
}

#[test]
fn errors_have_file_and_line() {
    found(
        "pub fn flags(mut self, flags: u64) -> Self",
        "pub fn timeout(mut self, flags: u64) -> Self",
        18,
        "`timeout` has the name of an option",
    );
    found("flags: u64) -> Self", "request: u64) -> Self", 18, "cannot be called `request`");
    found("(self, index: u64) -> PutIf", "(self, index: u64) -> String", 23, "returns `String`");
    found("(Self::cas)", "(Self::nothing)", 7, "`Self::nothing`");
    found("[`Meta`]", "[`Meta`](crate::Nothing)", 7, "leads nowhere");
    found("impl Into<SessionId>", "impl Into<crate::Nothing>", 29, "is not public");
    found("type Response = Flag", "type Response = SessionId", 7, "does not implement `FromResponse`");
}

#[test]
fn all_errors_are_reported() {
    let get = GET.replace("`key`.", "[`key`](crate::key).");
    let put = PUT.replace("[`Meta`]", "[`Meta`](crate::Nothing)");
    let findings = kv(&get, &put).err().unwrap_or_default();
    assert_eq!(findings.len(), 2, "{}", report(&findings));
}

#[test]
fn names_of_the_engine_are_rejected() {
    let page = GET.replace("Get", "Response");
    let findings = generated(&[("kv", GROUP), ("kv/get", &page)]).err().unwrap_or_default();
    assert!(findings[0].message.contains("cannot be called `Response`"), "{}", report(&findings));
}

#[test]
fn models_of_other_groups_are_rejected() {
    let group = GROUP.replace(", SessionId", "");
    let files = [
        ("kv", group.as_str()),
        ("kv/get", GET),
        ("kv/put", PUT),
        ("kv/put_if", PUT_IF),
        ("session", "pub use crate::model::SessionId;"),
    ];
    let findings = generated(&files).err().unwrap_or_default();
    assert!(
        findings[0].message.contains("`SessionId` is no type of the group `kv`"),
        "{}",
        report(&findings)
    );
}

#[test]
fn setter_without_its_facade_is_found() {
    let present: Vec<_> = facade().into_iter().map(|(path, text)| File { path, text }).collect();
    assert_eq!(output::compare(&facade(), &present), []);
    let put = PUT.replace(
        "    /// Writes only",
        "    /// Repeats.\n    pub fn repeat(self) -> Self {\n        self\n    }\n\n    /// Writes only",
    );
    let mut files = kv(GET, &put).unwrap();
    output::format(&mut files, root()).unwrap();
    let findings = output::compare(&files, &present);
    assert_eq!(findings.len(), 1, "{}", report(&findings));
    let finding = findings[0].to_string();
    assert!(
        finding.starts_with("crates/consul-client/src/api/kv/operations/put.rs:23: stale\n")
            && finding.contains("should be: /// Repeats."),
        "{finding}"
    );
}
