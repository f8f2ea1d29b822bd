//! Random strings of characters with a special meaning in URLs, paths or Consul.

/// A generator that returns the same strings for the same seed.
#[derive(Debug)]
pub(crate) struct Random(u64);

const PIECES: [&str; 44] = [
    "/", "/", "/", "//", ".", ".", "..", "...", "%", "%2F", "%2f", "%2e", "%2E", "%20", "%00", "%25", "%zz",
    " ", "+", "&", ";", "=", "?", "#", ":", "@", "\"", "\\", "|", "~", "*", "a", "b", "v1", "kv", "\0", "\n",
    "\t", "\u{7f}", "\u{85}", "\u{a0}", "\u{200b}", "é", "😀",
];

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    }

    fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    /// Returns a string of up to nine pieces: mostly special ones, sometimes an arbitrary character.
    pub(crate) fn text(&mut self) -> String {
        let pieces = self.below(10);
        let mut text = String::new();
        for _ in 0..pieces {
            match self.below(4) {
                0 => text.extend(char::from_u32(self.below(0x11_0000) as u32)),
                1 => text.push(char::from(b'a' + self.below(26) as u8)),
                _ => text.push_str(PIECES[self.below(PIECES.len())]),
            }
        }
        text
    }
}
