use std::path::Path;

use super::*;

fn parse(text: &str) -> Address {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rejected(text: &str) -> AddressError {
    text.parse::<Address>().expect_err(text)
}

#[test]
fn address_without_a_scheme_is_http() {
    for (text, host, port) in [
        ("127.0.0.1:8500", "127.0.0.1", 8500),
        ("consul.service:18500", "consul.service", 18500),
        ("consul", "consul", 80),
        ("[::1]:8500", "::1", 8500),
        ("[::1]", "::1", 80),
        ("[fe80::1%eth0]:8500", "fe80::1%eth0", 8500),
        ("[fe80::1%25eth0]:8500", "fe80::1%eth0", 8500),
        ("[fe80::1%2]", "fe80::1%2", 80),
        (":8500", "localhost", 8500),
    ] {
        let address = parse(text);
        assert_eq!((address.host(), address.port()), (Some(host), Some(port)), "{text}");
        assert!(!address.is_tls(), "{text}");
        assert_eq!((address.unix_path(), address.base_path()), (None, ""), "{text}");
    }
}

#[test]
fn port_defaults_to_the_port_of_the_scheme() {
    assert_eq!(parse("http://consul").port(), Some(80));
    assert_eq!(parse("HTTPS://consul").port(), Some(443));
    assert!(parse("HTTPS://consul").is_tls());
}

#[test]
fn base_path_is_kept_without_its_final_slash() {
    for (text, base_path) in [
        ("http://proxy/consul/", "/consul"),
        ("http://proxy/a%2Fb/../c", "/a%2Fb/../c"),
        ("https://proxy:1/consul", "/consul"),
        ("http://proxy/", ""),
        ("http://proxy", ""),
    ] {
        assert_eq!(parse(text).base_path(), base_path, "{text}");
    }
    for text in ["http://proxy/a b", "http://proxy/ä"] {
        assert_eq!(rejected(text), AddressError::BasePath, "{text}");
    }
    for text in ["http://proxy/a?b", "http://proxy/a#b", "http://consul:8500?dc=x", "consul:8500?token=x"] {
        assert_eq!(rejected(text), AddressError::Query, "{text}");
    }
    assert_eq!(rejected("proxy:80/consul"), AddressError::PathWithoutScheme);
}

#[test]
fn unix_socket_has_only_a_path() {
    let address = parse("unix:///run/a@b/consul.sock");
    assert_eq!(address.unix_path(), Some(Path::new("/run/a@b/consul.sock")));
    assert_eq!((address.host(), address.port(), address.base_path()), (None, None, ""));
    assert!(!address.is_tls());
    let address = parse("unix://@consul");
    assert_eq!(address.unix_path(), Some(Path::new("\0consul")));
    for text in ["unix://", "unix://@"] {
        assert_eq!(rejected(text), AddressError::SocketPath, "{text}");
    }
    assert_eq!(rejected("unix:///a\0b"), AddressError::SocketPath);
}

#[test]
fn credentials_are_rejected_and_not_repeated() {
    for text in
        ["http://user:hunter2@consul", "user:hunter2@consul:8500", "https://user:hun/ter2@consul", "hunter2@"]
    {
        let error = rejected(text);
        assert_eq!(error, AddressError::Credentials, "{text}");
        assert!(!format!("{error} {error:?}").contains("ter2"));
    }
}

#[test]
fn each_invalid_part_has_its_error() {
    assert_eq!(rejected(""), AddressError::Empty);
    assert_eq!(rejected("tcp://consul"), AddressError::Scheme("tcp".to_owned()));
    let error = rejected("/var/run/consul.sock");
    assert_eq!(error, AddressError::SocketWithoutScheme("/var/run/consul.sock".to_owned()));
    assert!(error.to_string().contains("unix:///var/run/consul.sock"), "{error}");
    for text in [
        "::1",
        "[::1",
        "[consul]:1",
        "http://",
        "a b:1",
        " consul:1",
        "http:///consul",
        "consul\r\n:1",
        "[fe80::1%]:1",
        "[fe80::1%a b]:1",
    ] {
        assert_eq!(rejected(text), AddressError::Host, "{text:?}");
    }
    for text in ["consul:", "consul:0", "consul:65536", "consul:+1", "consul:http", "[::1]8500", "consul:1 "]
    {
        assert_eq!(rejected(text), AddressError::Port, "{text:?}");
    }
}

#[test]
fn display_parses_back() {
    for text in [
        "http://consul:80",
        "http://[fe80::1%eth0]:8500",
        "unix://@consul",
        "https://[::1]:8501/consul",
        "unix:///run/consul.sock",
        "http://127.0.0.1:8500",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
    assert_eq!(parse("consul").to_string(), "http://consul:80");
    assert_eq!(Address::default(), parse("127.0.0.1:8500"));
}

#[cfg(feature = "hyper")]
#[test]
fn host_header_never_holds_a_path() {
    for (text, header) in [
        ("127.0.0.1:8500", "127.0.0.1:8500"),
        ("[::1]:8500", "[::1]:8500"),
        ("[fe80::1%eth0]:8500", "[fe80::1]:8500"),
        ("http://proxy:80/consul", "proxy"),
        ("https://proxy:443", "proxy"),
        ("https://proxy:80", "proxy:80"),
        ("unix:///run/consul.sock", "localhost"),
    ] {
        assert_eq!(parse(text).host_header(), header, "{text}");
    }
}
