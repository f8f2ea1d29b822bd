//! Mistakes of clients, simulated by changing requests.

use bytes::Bytes;
use consul_proto::session::Renew;
use consul_proto::{Options, encode};
use serde_json::Value;

use crate::history::History;
use crate::network::Request;

impl History<'_> {
    /// Applies the mistakes of the setup. Returns the changed request, or the body of a response if no request is
    /// sent.
    pub(crate) fn changed(
        &mut self,
        contender: usize,
        mut message: http::Request<Bytes>,
        request: &mut Request,
    ) -> Result<http::Request<Bytes>, &'static str> {
        let changes = self.setup.changes;
        let path = message.uri().path().to_owned();
        if changes.plain_acquire && path == "/v1/txn" {
            edit(&mut message, |body| {
                let operations = body.as_array_mut().unwrap();
                let is_lock = operations.iter().any(|operation| operation["KV"]["Verb"] == "lock");
                operations.retain(|operation| {
                    !is_lock || !operation["KV"]["Verb"].as_str().unwrap().starts_with("check-")
                });
            });
        }
        if changes.stock_prune && path == "/v1/txn" {
            edit(&mut message, |body| {
                let operations = body.as_array_mut().unwrap();
                let own = operations.iter().find_map(|operation| operation["KV"]["Session"].as_str());
                let own = own.map(str::to_owned).unwrap_or_default();
                operations.retain(|operation| {
                    let key = operation["KV"]["Key"].as_str().unwrap();
                    key.ends_with("/.lock") || key.ends_with(&own)
                });
            });
        }
        if changes.deleting_sessions && path == "/v1/session/create" {
            edit(&mut message, |body| body["Behavior"] = "delete".into());
        }
        if changes.reused_sessions {
            let process = &mut self.contenders[contender];
            if let Some(session) = path.strip_prefix("/v1/session/destroy/") {
                process.kept_session = Some(session.to_owned());
                return Err("true");
            }
            if path == "/v1/session/create"
                && let Some(session) = process.kept_session.take()
            {
                message = encode(&Renew::new(session.as_str()), &Options::default()).unwrap();
                request.stands_for = Some(session);
            }
        }
        Ok(message)
    }

    /// Returns the response to the original request, or `None` if there is none.
    pub(crate) fn restored(
        &self,
        request: &Request,
        response: http::Response<Bytes>,
    ) -> Option<http::Response<Bytes>> {
        let Some(session) = &request.stands_for else { return Some(response) };
        let body = format!(r#"{{"ID":"{session}"}}"#);
        response.status().is_success().then(|| http::Response::new(Bytes::from(body)))
    }
}

fn edit(message: &mut http::Request<Bytes>, change: impl FnOnce(&mut Value)) {
    let mut body: Value = serde_json::from_slice(message.body()).unwrap();
    change(&mut body);
    *message.body_mut() = serde_json::to_vec(&body).unwrap().into();
}
