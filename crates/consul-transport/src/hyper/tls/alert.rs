//! Explains errors of rustls.

use std::error::Error as StdError;
use std::io;

use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

use crate::TlsError;

/// Returns the reason of a TLS failure, or `None` if the connection was closed or reset.
///
/// With TLS 1.3, a handshake completes for the client before the server has checked its certificate. The alert then
/// arrives as the error of the first read.
pub(in crate::hyper) fn explain(
    error: &io::Error,
    name: &ServerName<'_>,
    has_identity: bool,
) -> Option<TlsError> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    Some(match error {
        Error::InvalidCertificate(error) => certificate(error, name),
        Error::AlertReceived(alert) => received(*alert, has_identity),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsError::NotTls,
        error => TlsError::Handshake(error.to_string()),
    })
}

/// Returns the IO error in the sources of `error` that contains an alert from the server.
pub(in crate::hyper) fn find_alert<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(Error::AlertReceived(_)) = io.get_ref().and_then(|error| error.downcast_ref())
        {
            return Some(io);
        }
        next = error.source();
    }
    None
}

fn certificate(error: &CertificateError, name: &ServerName<'_>) -> TlsError {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsError::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsError::NotYetValid,
        // A CA with the name of a trusted one, but with another key, fails at the signature.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsError::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsError::WrongName { expected: name.to_str().into_owned() }
        }
        error => TlsError::InvalidCertificate(error.to_string()),
    }
}

fn received(alert: AlertDescription, has_identity: bool) -> TlsError {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => TlsError::ClientCertificateRequired,
        // Older servers report a missing certificate as a bad one.
        Alert::BadCertificate | Alert::NoCertificate if !has_identity => TlsError::ClientCertificateRequired,
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => TlsError::ClientCertificateRejected(text(alert)),
        alert => TlsError::Handshake(text(alert)),
    }
}

fn text(alert: AlertDescription) -> String {
    format!("{alert:?}")
}
