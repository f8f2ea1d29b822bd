use std::env::VarError;

use super::*;

fn env(builder: ClientBuilder, vars: &[(&'static str, &str)]) -> Result<ClientBuilder, ConfigError> {
    builder.env_from(|name| {
        let var = vars.iter().find(|(key, _)| *key == name);
        var.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    })
}

#[cfg(feature = "hyper")]
fn address(builder: ClientBuilder, vars: &[(&'static str, &str)]) -> Result<String, ConfigError> {
    env(builder, vars)?.build_addresses().map(|mut addresses| addresses.remove(0).text)
}

fn token(builder: ClientBuilder, vars: &[(&'static str, &str)]) -> Option<Vec<u8>> {
    match env(builder, vars).unwrap().build_tokens().unwrap() {
        Tokens::None => None,
        Tokens::Fixed(token) => Some(token.header().as_bytes().to_owned()),
        tokens => panic!("{tokens:?}"),
    }
}

#[cfg(feature = "hyper")]
#[test]
fn program_wins_over_the_environment_field_by_field() {
    let vars = [
        ("CONSUL_HTTP_ADDR", "10.0.0.1:8501"),
        ("CONSUL_HTTP_TOKEN", "of-env"),
        ("CONSUL_NAMESPACE", "ns-of-env"),
        ("CONSUL_PARTITION", "part-of-env"),
        ("CONSUL_HTTP_AUTH", "user:of-env"),
    ];
    let program = || ClientBuilder::new().address("h:1").token("own").namespace("own").basic_auth("own", "");
    for is_before in [true, false] {
        let mut builder = match is_before {
            true => env(program(), &vars).unwrap(),
            false => env(ClientBuilder::new(), &vars).unwrap().address("h:1").token("own").namespace("own"),
        };
        if !is_before {
            builder = builder.basic_auth("own", "");
        }
        assert_eq!(builder.build_addresses().unwrap()[0].text, "h:1");
        assert!(
            matches!(builder.build_tokens(), Ok(Tokens::Fixed(token)) if token == Token::new("own").unwrap())
        );
        let options = builder.build_options();
        assert_eq!(options.namespace.as_deref(), Some("own"));
        assert_eq!(options.partition.as_deref(), Some("part-of-env"), "no other field changes");
        assert_eq!(builder.build_headers()[header::AUTHORIZATION], "Basic b3duOg==");
    }
}

#[test]
fn token_of_the_program_wins_over_the_token_file_of_the_environment() {
    let vars = [("CONSUL_HTTP_TOKEN_FILE", "/nonexistent"), ("CONSUL_HTTP_TOKEN", "of-env")];
    assert_eq!(token(ClientBuilder::new().token("own"), &vars).as_deref(), Some(b"own".as_slice()));
    assert_eq!(token(ClientBuilder::new(), &vars[1..]).as_deref(), Some(b"of-env".as_slice()));
    let error = env(ClientBuilder::new(), &vars).unwrap().build().unwrap_err().to_string();
    assert!(error.contains("CONSUL_HTTP_TOKEN_FILE") && error.contains("/nonexistent"), "{error}");
}

#[cfg(feature = "hyper")]
#[test]
fn s17_ssl_is_https_or_an_error_that_names_both_and_never_plain() {
    let ssl = |address| [("CONSUL_HTTP_ADDR", address), ("CONSUL_HTTP_SSL", "true")];
    let text = |vars: &[(&'static str, &str)]| address(ClientBuilder::new(), vars).unwrap();
    assert_eq!(text(&ssl("http://h:1")), "https://h:1");
    assert_eq!(text(&ssl("h:1")), "https://h:1");
    assert_eq!(text(&ssl("https://h:1/base")), "https://h:1/base");
    assert_eq!(text(&ssl("")), "https://127.0.0.1:8500");
    let error = address(ClientBuilder::new(), &ssl("unix:///s")).unwrap_err().to_string();
    assert!(error.contains("unix:///s") && error.contains("CONSUL_HTTP_SSL=true"), "{error}");
    let error = address(ClientBuilder::new().address("http://own:1"), &ssl("h:1")).unwrap_err().to_string();
    assert!(error.contains("http://own:1") && error.contains("CONSUL_HTTP_SSL=true"), "{error}");
    let no = [("CONSUL_HTTP_ADDR", "https://h:1"), ("CONSUL_HTTP_SSL", "false")];
    assert_eq!(text(&no), "https://h:1", "the scheme asks for TLS");
}

#[cfg(feature = "hyper")]
#[test]
fn invalid_address_is_an_error_with_setting_value_and_reason() {
    let error = ClientBuilder::new().address("h:0").build().unwrap_err().to_string();
    assert!(error.contains("address") && error.contains("h:0") && error.contains("port"), "{error}");
    let builder = env(ClientBuilder::new(), &[("CONSUL_HTTP_ADDR", "ftp://h")]).unwrap();
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("CONSUL_HTTP_ADDR") && error.contains("ftp://h"), "{error}");
    let error = ClientBuilder::new().address("http://user:5ecbe7@h").build().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("5ecbe7"), "{error}");
}

#[cfg(feature = "tls")]
#[test]
fn tls_settings_without_an_https_address_are_a_contradiction() {
    let error = ClientBuilder::new().address("http://h:1").ca_file("ca.pem").build().unwrap_err().to_string();
    assert!(error.contains("ca_file") && error.contains("http://h:1"), "{error}");
    let vars = [("CONSUL_CACERT", "/nonexistent/ca.pem")];
    let builder = env(ClientBuilder::new().address("http://h:1"), &vars).unwrap();
    assert!(builder.build().is_ok(), "variables of TLS have no effect without it, as in the official client");
}

#[cfg(feature = "tls")]
#[test]
fn unusable_ca_file_is_an_error_that_names_file_and_variable() {
    let vars = [("CONSUL_HTTP_SSL", "true"), ("CONSUL_CACERT", "/nonexistent/ca.pem")];
    let error = env(ClientBuilder::new(), &vars).unwrap().build().unwrap_err().to_string();
    assert!(error.contains("CONSUL_CACERT") && error.contains("/nonexistent/ca.pem"), "{error}");
}

#[test]
fn invalid_token_is_an_error_that_does_not_show_it() {
    let error = ClientBuilder::new().token("5ecbe7\n").build().unwrap_err();
    assert!(matches!(error, ConfigError::Token { source: TokenError::Character, .. }));
    assert!(!format!("{error:?} {error}").contains("5ecbe7"));
}

#[test]
fn framing_headers_and_bad_credentials_are_errors() {
    let value = HeaderValue::from_static("7");
    let error = ClientBuilder::new().header(header::CONTENT_LENGTH, value.clone()).build().unwrap_err();
    assert!(error.to_string().contains("content-length"), "{error}");
    let token = HeaderName::from_static("x-consul-token");
    let error = ClientBuilder::new().header(token, value).build().unwrap_err();
    assert!(error.to_string().contains("use `token`"), "{error}");
    let error = ClientBuilder::new().basic_auth("a:b", "5ecbe7").build().unwrap_err().to_string();
    assert!(error.contains("basic_auth") && !error.contains("5ecbe7"), "{error}");
}

#[test]
fn user_agent_names_client_and_version() {
    let headers = ClientBuilder::new().build_headers();
    assert_eq!(headers[header::USER_AGENT], format!("consul-client/{}", crate::VERSION));
    let own =
        ClientBuilder::new().header(header::USER_AGENT, HeaderValue::from_static("app/1")).build_headers();
    assert_eq!(own[header::USER_AGENT], "app/1");
}
