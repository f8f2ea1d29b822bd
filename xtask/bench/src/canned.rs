//! What the canned server answers: compact JSON, shaped as a Consul 1.22 server that is not in dev mode sends it.
//!
//! Everything follows from the index of an element, so two runs are sent the same octets.

use std::fmt::Write as _;

mod health;

pub use health::{health, health_of};

/// How many entries lie under [`PREFIX`].
pub const ENTRIES: usize = 10_000;
/// How many instances the service `web` has.
pub const INSTANCES: usize = 1_000;
/// How many instances each service has that is watched.
pub const FEW_INSTANCES: usize = 3;
/// Octets of each value under [`PREFIX`], and of each that is watched.
pub const SMALL_VALUE: usize = 100;
/// Octets of the value of `big`.
pub const BIG_VALUE: usize = 256 * 1024;
/// The folder with many keys.
pub const PREFIX: &str = "bench/many/";
/// The value that the smallest read answers, and the smallest write sends.
pub const TINY: &[u8; 20] = b"twenty octets, no \xff\0";

/// Numbers without pattern, the same each time.
#[derive(Clone, Copy, Debug)]
pub struct Noise(u64);

impl Noise {
    /// The numbers that belong to `seed`.
    #[must_use]
    pub fn new(seed: usize) -> Self {
        Self(seed as u64)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number, below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }

    /// `length` octets of any value.
    #[must_use]
    pub fn octets(&mut self, length: usize) -> Vec<u8> {
        let mut octets = Vec::with_capacity(length + 8);
        while octets.len() < length {
            octets.extend_from_slice(&self.draw().to_le_bytes());
        }
        octets.truncate(length);
        octets
    }
}

/// The answer to a read of one key with the value [`TINY`].
#[must_use]
pub fn tiny() -> String {
    let mut json = String::from("[");
    push_entry(&mut json, "get20", TINY, 4711);
    json.push(']');
    json
}

/// The answer to a read of a key that is watched: another value for each index.
#[must_use]
pub fn watched(key: &str, index: u64) -> String {
    let mut json = String::from("[");
    push_entry(&mut json, key, &Noise::new(index as usize).octets(SMALL_VALUE), index as usize);
    json.push(']');
    json
}

/// The octets of the large value.
#[must_use]
pub fn big_value() -> Vec<u8> {
    Noise::new(42).octets(BIG_VALUE)
}

/// The answer to a read of the key with the large value.
#[must_use]
pub fn big() -> String {
    let mut json = String::from("[");
    push_entry(&mut json, "big", &big_value(), 4712);
    json.push(']');
    json
}

/// The answer to `?recurse` of [`PREFIX`].
#[must_use]
pub fn recurse() -> String {
    let mut json = String::from("[");
    for index in 0..ENTRIES {
        if index > 0 {
            json.push(',');
        }
        let value = Noise::new(index).octets(SMALL_VALUE);
        push_entry(&mut json, &key(index), &value, 5000 + index);
    }
    json.push(']');
    json
}

/// The answer to `?keys` of [`PREFIX`].
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

/// Appends; a string takes everything, so nothing can fail.
fn push(json: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = json.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_json_of_the_promised_size() {
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
