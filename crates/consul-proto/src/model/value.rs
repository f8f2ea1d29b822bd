//! Values that are stored: bytes, or text.

use std::borrow::Cow;

use bytes::Bytes;

/// Bytes or text to store: owned, borrowed or shared.
///
/// `Bytes`, `Vec<u8>`, `Box<[u8]>`, `String` and an owned `Cow` are used as they are; borrowed values are copied.
pub trait IntoValue {
    /// Returns the bytes.
    fn into_value(self) -> Bytes;
}

impl IntoValue for Bytes {
    fn into_value(self) -> Bytes {
        self
    }
}

impl IntoValue for &Bytes {
    fn into_value(self) -> Bytes {
        self.clone()
    }
}

impl IntoValue for Vec<u8> {
    fn into_value(self) -> Bytes {
        self.into()
    }
}

impl IntoValue for &Vec<u8> {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(self)
    }
}

impl IntoValue for Box<[u8]> {
    fn into_value(self) -> Bytes {
        self.into()
    }
}

impl IntoValue for &[u8] {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(self)
    }
}

impl<const N: usize> IntoValue for [u8; N] {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(&self)
    }
}

impl<const N: usize> IntoValue for &[u8; N] {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(self)
    }
}

impl IntoValue for String {
    fn into_value(self) -> Bytes {
        self.into()
    }
}

impl IntoValue for &String {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(self.as_bytes())
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(self.as_bytes())
    }
}

impl IntoValue for Cow<'_, str> {
    fn into_value(self) -> Bytes {
        self.into_owned().into()
    }
}

impl IntoValue for Cow<'_, [u8]> {
    fn into_value(self) -> Bytes {
        self.into_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_convert_from_owned_and_borrowed_strings_and_bytes() {
        let (text, bytes) = ("ab".to_owned(), b"ab".to_vec());
        let values = [
            "ab".into_value(),
            text.as_str().into_value(),
            (&text).into_value(),
            text.clone().into_value(),
            Cow::Borrowed("ab").into_value(),
            b"ab".into_value(),
            [b'a', b'b'].into_value(),
            bytes.as_slice().into_value(),
            (&bytes).into_value(),
            bytes.clone().into_value(),
            bytes.clone().into_boxed_slice().into_value(),
            Cow::Borrowed(bytes.as_slice()).into_value(),
            Bytes::from(bytes).into_value(),
        ];
        assert!(values.iter().all(|value| value == "ab"));
    }
}
