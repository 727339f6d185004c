//! Browsers whose tabs share a connection: real cores and real tabs, over the same faulty server, with a lock and a
//! channel for each browser.

mod page;
mod world;

pub(crate) use world::{KINDS_OF_TROUBLE, World};
