//! The responses of the canned server: compact JSON in the format of a Consul 1.22 server that is not in dev mode.
//!
//! All data is derived from the index of an element, so every run gets the same bytes.

use std::fmt::Write as _;

mod health;

pub use health::{health, health_of};

/// Number of entries under [`PREFIX`].
pub const ENTRIES: usize = 10_000;
/// Number of instances of the service `web`.
pub const INSTANCES: usize = 1_000;
/// Number of instances of each watched service.
pub const FEW_INSTANCES: usize = 3;
/// Size of each value under [`PREFIX`], and of each watched value, in bytes.
pub const SMALL_VALUE: usize = 100;
/// Size of the value of `big`, in bytes.
pub const BIG_VALUE: usize = 256 * 1024;
/// The folder with many keys.
pub const PREFIX: &str = "bench/many/";
/// The value of the smallest read and the smallest write.
pub const TINY: &[u8; 20] = b"twenty octets, no \xff\0";

/// A generator of reproducible pseudorandom numbers.
#[derive(Clone, Copy, Debug)]
pub struct Noise(u64);

impl Noise {
    /// Creates a generator from `seed`.
    #[must_use]
    pub fn new(seed: usize) -> Self {
        Self(seed as u64)
    }

    /// Returns the next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns the next number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }

    /// Returns `length` arbitrary bytes.
    #[must_use]
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.draw().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

/// Returns the response to a read of one key with the value [`TINY`].
#[must_use]
pub fn tiny() -> String {
    let mut json = String::from("[");
    push_entry(&mut json, "get20", TINY, 4711);
    json.push(']');
    json
}

/// Returns the response to a read of a watched key. Each index has another value.
#[must_use]
pub fn watched(key: &str, index: u64) -> String {
    let mut json = String::from("[");
    push_entry(&mut json, key, &Noise::new(index as usize).bytes(SMALL_VALUE), index as usize);
    json.push(']');
    json
}

/// Returns the large value.
#[must_use]
pub fn big_value() -> Vec<u8> {
    Noise::new(42).bytes(BIG_VALUE)
}

/// Returns the response to a read of the key with the large value.
#[must_use]
pub fn big() -> String {
    let mut json = String::from("[");
    push_entry(&mut json, "big", &big_value(), 4712);
    json.push(']');
    json
}

/// Returns the response to `?recurse` of [`PREFIX`].
#[must_use]
pub fn recurse() -> String {
    let mut json = String::from("[");
    for index in 0..ENTRIES {
        if index > 0 {
            json.push(',');
        }
        let value = Noise::new(index).bytes(SMALL_VALUE);
        push_entry(&mut json, &key(index), &value, 5000 + index);
    }
    json.push(']');
    json
}

/// Returns the response to `?keys` of [`PREFIX`].
#[must_use]
pub fn keys() -> String {
    let mut json = String::from("[");
    for index in 0..ENTRIES {
        if index > 0 {
            json.push(',');
        }
        push(&mut json, format_args!("\"{}\"", key(index)));
    }
    json.push(']');
    json
}

fn key(index: usize) -> String {
    format!("{PREFIX}{index:06}")
}

fn push_entry(json: &mut String, key: &str, value: &[u8], raft: usize) {
    let value = base64_simd::STANDARD.encode_to_string(value);
    push(
        json,
        format_args!(
            "{{\"LockIndex\":0,\"Key\":\"{key}\",\"Flags\":0,\"Value\":\"{value}\",\
             \"CreateIndex\":{raft},\"ModifyIndex\":{}}}",
            raft + 7
        ),
    );
}

/// Appends formatted text. Writing to a string cannot fail.
fn push(json: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = json.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_json_of_the_documented_size() {
        let entries: Vec<serde_json::Value> = serde_json::from_str(&recurse()).unwrap();
        assert_eq!(entries.len(), ENTRIES);
        let keys: Vec<String> = serde_json::from_str(&keys()).unwrap();
        assert_eq!(entries[17]["Key"], keys[17]);
        assert_eq!(keys[17], "bench/many/000017");
        let big: serde_json::Value = serde_json::from_str(&big()).unwrap();
        let big = base64_simd::STANDARD.decode_to_vec(big[0]["Value"].as_str().unwrap()).unwrap();
        assert_eq!(big, big_value());
        assert_eq!(big.len(), BIG_VALUE);
    }
}
