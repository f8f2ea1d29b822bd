//! The operations of transactions, which single writes use too.

use super::request::{Operation, Verb};
use super::store::{Entry, Store};

impl Store {
    /// Carries out one operation. Returns the entry that the response contains, or the server's error text.
    pub(super) fn operate(&mut self, operation: &Operation) -> Result<Option<Entry>, String> {
        let key = operation.key.as_str();
        let existing = self.entry(key).cloned();
        let index = existing.as_ref().map(|entry| entry.modify_index);
        let holder = existing.as_ref().and_then(|entry| entry.session.clone());
        let lock_index = existing.as_ref().map_or(0, |entry| entry.lock_index);
        let new = Entry {
            create_index: 0,
            modify_index: 0,
            lock_index: 0,
            flags: operation.flags,
            value: operation.value.clone(),
            session: None,
        };
        match operation.verb {
            Verb::Get => existing.map(Some).ok_or_else(|| format!("key {key:?} doesn't exist")),
            // A plain write keeps the holder, and forgets how often the key was locked.
            Verb::Set => Ok(Some(self.write(key, Entry { session: holder, ..new }))),
            Verb::Cas if index.unwrap_or(0) == operation.index => {
                Ok(Some(self.write(key, Entry { session: holder, ..new })))
            }
            Verb::Cas => Err(format!("failed to set key {key:?}, index is stale")),
            Verb::Lock if self.session(&operation.session).is_none() => {
                Err(format!("invalid session {:?}", operation.session))
            }
            Verb::Lock => match holder {
                Some(holder) if holder != operation.session => {
                    Err(format!("failed to lock key {key:?}, lock is already held"))
                }
                Some(_) => {
                    let session = Some(operation.session.clone());
                    Ok(Some(self.write(key, Entry { session, lock_index, ..new })))
                }
                None => {
                    let session = Some(operation.session.clone());
                    Ok(Some(self.write(key, Entry { session, lock_index: lock_index + 1, ..new })))
                }
            },
            Verb::Unlock if holder.as_ref() == Some(&operation.session) => {
                Ok(Some(self.write(key, Entry { lock_index, ..new })))
            }
            Verb::Unlock => {
                Err(format!("failed to unlock key {key:?}, lock isn't held, or is held by another session"))
            }
            Verb::CheckIndex => match index {
                Some(index) if index == operation.index => Ok(existing),
                Some(index) => Err(format!(
                    "failed index check for key {key:?}, current modify index {index} != {}",
                    operation.index
                )),
                None => Err(format!("failed to check index, key {key:?} doesn't exist")),
            },
            Verb::CheckSession => match existing {
                Some(entry) if holder.as_ref() == Some(&operation.session) => Ok(Some(entry)),
                Some(_) => Err(format!(
                    "failed session check for key {key:?}, current session {:?} != {:?}",
                    holder.unwrap_or_default(),
                    operation.session
                )),
                None => Err(format!("failed to check session, key {key:?} doesn't exist")),
            },
            Verb::CheckNotExists if existing.is_none() => Ok(None),
            Verb::CheckNotExists => Err(format!("key {key:?} exists")),
            Verb::Delete => {
                self.remove(key);
                Ok(None)
            }
        }
    }
}
