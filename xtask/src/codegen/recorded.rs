//! Writes the list of operations whose recorded responses the tests of proto decode.

use super::MARK;
use super::page::Page;

/// The path of the list.
pub(super) const FILE: &str = "crates/consul-proto/tests/recorded/routes.rs";

/// Writes the list.
pub(super) fn list(pages: &[Page]) -> String {
    let mut groups: Vec<_> = pages.iter().filter_map(|page| page.group.first()).collect();
    groups.dedup();
    let groups: Vec<_> = groups.into_iter().map(String::as_str).collect();
    let routes: Vec<_> = pages.iter().map(|page| format!("of::<{}>(),\n", page.path())).collect();
    format!(
        "{MARK} from the pages.\n\n\
         use consul_proto::{{{}}};\n\n\
         use super::{{Route, of}};\n\n\
         /// Returns the routes of all operations.\n\
         pub(crate) fn routes() -> Vec<Route> {{\nvec![\n{}]\n}}\n",
        groups.join(", "),
        routes.concat(),
    )
}
