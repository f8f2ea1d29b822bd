//! Recipes on real agents. Ids of fault cases are in the names.

mod lock;
mod semaphore;
mod session;
