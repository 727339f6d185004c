//! The ids of conversations and messages.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use wasm_bindgen::JsValue;

/// The id of a conversation or a message: an integer or a string. The number `2` and the string `"2"` are
/// different.
///
/// Converted with `into()` from `i32`, `u32` and strings, and with `try_into()` from `i64` and `u64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Value);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(#[serde(deserialize_with = "exact")] i64),
    Text(String),
}

impl Id {
    /// Returns the number, or `None` for a string.
    pub fn as_number(&self) -> Option<i64> {
        match self.0 {
            Value::Number(number) => Some(number),
            Value::Text(_) => None,
        }
    }

    /// Returns the string, or `None` for a number.
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Value::Number(_) => None,
            Value::Text(text) => Some(text),
        }
    }
}

/// The error for an id that JavaScript would round to another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InexactId(i128);

impl fmt::Display for InexactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`id` must be a number from -{MOST} to {MOST} or a string; got {}", self.0)
    }
}

impl std::error::Error for InexactId {}

/// `Number.MAX_SAFE_INTEGER`.
const MOST: i64 = (1 << 53) - 1;

impl TryFrom<i64> for Id {
    type Error = InexactId;

    fn try_from(number: i64) -> Result<Self, InexactId> {
        let is_exact = (-MOST..=MOST).contains(&number);
        if is_exact { Ok(Self(Value::Number(number))) } else { Err(InexactId(number.into())) }
    }
}

impl TryFrom<u64> for Id {
    type Error = InexactId;

    fn try_from(number: u64) -> Result<Self, InexactId> {
        i64::try_from(number).map_err(|_| InexactId(number.into()))?.try_into()
    }
}

impl From<u32> for Id {
    fn from(number: u32) -> Self {
        Self(Value::Number(number.into()))
    }
}

impl From<i32> for Id {
    fn from(number: i32) -> Self {
        Self(Value::Number(number.into()))
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(Value::Text(text.into()))
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(Value::Text(text))
    }
}

impl From<&Id> for Id {
    fn from(id: &Id) -> Self {
        id.clone()
    }
}

impl From<Id> for JsValue {
    fn from(id: Id) -> Self {
        match id.0 {
            Value::Number(number) => Self::from_f64(number as f64),
            Value::Text(text) => Self::from_str(&text),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Number(number) => number.fmt(f),
            Value::Text(text) => text.fmt(f),
        }
    }
}

fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = i64::deserialize(deserializer)?;
    Id::try_from(number).map(|_| number).map_err(D::Error::custom)
}
