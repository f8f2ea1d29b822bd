//! Durations in Go's format: `1m30s`, or a number of nanoseconds.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// Deserializes both forms. An empty string, `null` and negative durations are zero.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_any(GoDuration)
}

/// Serializes the text form, since the unit of a number differs between fields: nanoseconds or seconds.
pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Text(*duration))
}

/// Deserializes durations that servers do not check: invalid text and negative numbers are zero.
pub(crate) mod tolerant {
    pub(crate) use super::serialize;
    use super::{Deserializer, Duration, OrZero};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        deserializer.deserialize_any(OrZero)
    }
}

/// Serializes an optional duration. Use it with `skip_serializing_if`.
pub(crate) mod option {
    use super::{Duration, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }
}

/// Formats a duration in whole seconds, milliseconds or nanoseconds: `90s`, `1500ms`, `7ns`.
struct Text(Duration);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        match nanos {
            _ if nanos.is_multiple_of(1_000_000_000) => write!(f, "{}s", nanos / 1_000_000_000),
            _ if nanos.is_multiple_of(1_000_000) => write!(f, "{}ms", nanos / 1_000_000),
            _ => write!(f, "{nanos}ns"),
        }
    }
}

struct GoDuration;

impl Visitor<'_> for GoDuration {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"1m30s\", or nanoseconds")
    }

    fn visit_u64<E: Error>(self, nanos: u64) -> Result<Duration, E> {
        Ok(Duration::from_nanos(nanos))
    }

    fn visit_i64<E: Error>(self, nanos: i64) -> Result<Duration, E> {
        Ok(Duration::from_nanos(nanos.try_into().unwrap_or(0)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        parse(text).ok_or_else(|| E::custom(format_args!("invalid duration {text:?}")))
    }

    fn visit_unit<E: Error>(self) -> Result<Duration, E> {
        Ok(Duration::ZERO)
    }
}

struct OrZero;

impl Visitor<'_> for OrZero {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"1m30s\", or nanoseconds")
    }

    fn visit_u64<E: Error>(self, nanos: u64) -> Result<Duration, E> {
        Ok(Duration::from_nanos(nanos))
    }

    fn visit_i64<E: Error>(self, nanos: i64) -> Result<Duration, E> {
        Ok(Duration::from_nanos(nanos.try_into().unwrap_or(0)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        Ok(parse(text).unwrap_or_default())
    }

    fn visit_unit<E: Error>(self) -> Result<Duration, E> {
        Ok(Duration::ZERO)
    }
}

/// Parses Go's text form.
fn parse(text: &str) -> Option<Duration> {
    if text.is_empty() {
        return Some(Duration::ZERO);
    }
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        nanos = nanos.checked_add(in_nanos(number, unit)?)?;
        rest = tail;
    }
    Some(if negative { Duration::ZERO } else { Duration::from_nanos(nanos) })
}

fn in_nanos(number: &str, unit: &str) -> Option<u64> {
    let unit: u64 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        nanos = nanos.checked_add(u64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?) * place)?;
    }
    Some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations_are_parsed() {
        for (text, nanos) in [
            ("", 0),
            ("0", 0),
            ("0s", 0),
            ("10s", 10_000_000_000),
            ("1m30s", 90_000_000_000),
            ("1h0m0s", 3_600_000_000_000),
            ("1.5s", 1_500_000_000),
            (".5ms", 500_000),
            ("1.000000001s", 1_000_000_001),
            ("7ns", 7),
            ("3µs", 3_000),
            ("24h0m0s", 86_400_000_000_000),
            ("-1s", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_nanos(nanos)), "{text:?}");
        }
    }

    #[test]
    fn invalid_durations_are_errors() {
        for text in ["5", "s", "-", "1x", "1.2.3s", ".s", "1s2", "99999999999h", " 1s", "1 s"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn formatted_durations_are_parsed_back() {
        for nanos in [0, 1, 999, 1_000_000, 1_500_000_000, 60_000_000_000, 86_400_000_000_000] {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(parse(&Text(duration).to_string()), Some(duration));
        }
        assert_eq!(Text(Duration::from_secs(90)).to_string(), "90s");
        assert_eq!(Text(Duration::from_millis(1500)).to_string(), "1500ms");
    }
}
