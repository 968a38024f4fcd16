//! The few threads that hash passwords, each with one block of memory that it uses again and again.
//!
//! A hash needs 19 MiB. Allocated for each hash anew, such blocks are kept by the system's allocator, one beside the other:
//! after some sign-ins they were most of the server's memory. After a quiet while a thread gives its block back.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use argon2::{Argon2, Block};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain::{Error, Result};
use tokio::sync::oneshot;

/// A quiet thread gives its memory back after this.
const QUIET: Duration = Duration::from_secs(10);

/// The working memory of one thread.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// The raw hash of a password under some parameters.
    pub fn hash(&mut self, argon: &Argon2<'_>, password: &[u8], salt: &[u8], output: &mut [u8]) -> Result<()> {
        let blocks = argon.params().block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::default());
        }
        argon.hash_password_into_with_memory(password, salt, output, &mut self.0[..blocks]).map_err(Error::internal)
    }

    /// A salted hash in PHC string form.
    pub fn phc(&mut self, argon: &Argon2<'_>, password: &[u8], salt: [u8; 16]) -> Result<String> {
        let mut output = [0; 32];
        self.hash(argon, password, &salt, &mut output)?;
        let params = argon.params();
        let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
        Ok(format!("$argon2id$v=19$m={m},t={t},p={p}${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output)))
    }
}

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

pub struct HashingThreads {
    jobs: SyncSender<Job>,
}

impl HashingThreads {
    pub fn start(threads: usize) -> Self {
        let (jobs, inbox) = sync_channel::<Job>(threads * 2);
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..threads {
            let inbox = inbox.clone();
            thread::spawn(move || work(&inbox));
        }
        Self { jobs }
    }

    /// Whoever brings work has waited for a turn before, so that there is room for it.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Memory) -> T + Send + 'static) -> Result<T> {
        let (answer, outcome) = oneshot::channel();
        let job = Box::new(move |memory: &mut Memory| {
            let _ = answer.send(work(memory));
        });
        self.jobs.try_send(job).map_err(|_| Error::Unavailable("too many sign-ins at once".into()))?;
        outcome.await.map_err(|_| Error::Internal("a hashing thread has ended".into()))
    }
}

fn work(inbox: &Mutex<Receiver<Job>>) {
    let mut memory = Memory::default();
    loop {
        let next = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(QUIET);
        match next {
            Ok(job) => job(&mut memory),
            Err(RecvTimeoutError::Timeout) => memory = Memory::default(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
