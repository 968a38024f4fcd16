//! What must be undone whatever happens: a guard undoes it when dropped, a signal undoes all that is left.

use anyhow::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

type Undo = Box<dyn FnOnce() + Send>;

static PENDING: Mutex<Vec<(u64, Undo)>> = Mutex::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Undoes one thing when dropped.
#[must_use]
pub struct Guard(u64);

/// Registers `undo`; it runs once, at the guard's drop or at a signal, whichever comes first.
pub fn guard(undo: impl FnOnce() + Send + 'static) -> Guard {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    PENDING.lock().unwrap_or_else(PoisonError::into_inner).push((id, Box::new(undo)));
    Guard(id)
}

impl Drop for Guard {
    fn drop(&mut self) {
        let undo = {
            let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
            pending.iter().position(|(id, _)| *id == self.0).map(|at| pending.remove(at).1)
        };
        if let Some(undo) = undo {
            undo();
        }
    }
}

/// Undoes everything still pending, the youngest first.
pub fn run_all() {
    loop {
        let next = PENDING.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match next {
            Some((_, undo)) => undo(),
            None => return,
        }
    }
}

/// Makes Ctrl-C, a hang-up and a polite kill undo everything before the program ends.
pub fn on_signal() -> Result<()> {
    ctrlc::set_handler(|| {
        run_all();
        std::process::exit(130);
    })?;
    Ok(())
}
