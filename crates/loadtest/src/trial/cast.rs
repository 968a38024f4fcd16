//! The people of a run, and the one clock on which everything is noted.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use shared_types::{Timestamp, UserId, text::Username};
use tokio::time::{Instant, sleep};

use crate::{
    check::{Mark, Micros, Who},
    nick,
    person::Person,
    server::Server,
};

/// How long the run tries to get its accounts, whatever happens to the server.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(200);

/// Who takes part. The last one keeps the rooms and does not talk.
pub struct Cast {
    /// Tells this run's messages from those of others.
    pub run: u32,
    pub names: Vec<String>,
    pub ids: Vec<UserId>,
    numbers: HashMap<UserId, Who>,
    start: Instant,
    lines: AtomicU32,
}

impl Cast {
    /// Signs everybody up.
    pub async fn gather(server: &Server, password: &str, run: u32, count: u32) -> Result<(Arc<Self>, Vec<Person>)> {
        let mut people = Vec::new();
        for number in 0..count {
            let name = format!("trial-{run:x}-{number}");
            let applicant = nick::applicant(Username::try_from(name.as_str())?, &name)?;
            let until = Instant::now() + PATIENCE;
            people.push(loop {
                match Person::admit(server, &applicant, password).await {
                    Ok(person) => break person.with_context(|| format!("somebody else has the account {name}"))?,
                    Err(error) if Instant::now() > until => return Err(error),
                    Err(_) => sleep(PAUSE).await,
                }
            });
        }
        let names = people.iter().map(|person| person.me.user.username.as_str().to_owned()).collect();
        let ids: Vec<UserId> = people.iter().map(Person::id).collect();
        let numbers = ids.iter().copied().zip((0..).map(Who)).collect();
        Ok((Arc::new(Self { run, names, ids, numbers, start: Instant::now(), lines: AtomicU32::new(0) }), people))
    }

    pub fn now(&self) -> Micros {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub fn who(&self, id: UserId) -> Who {
        self.numbers.get(&id).copied().unwrap_or(Who::STRANGER)
    }

    pub fn id(&self, who: Who) -> UserId {
        self.ids.get(who.0 as usize).copied().unwrap_or(UserId(uuid::Uuid::nil()))
    }

    pub fn keeper(&self) -> Who {
        Who(u32::try_from(self.ids.len()).unwrap_or(1).saturating_sub(1))
    }

    pub fn text(&self, mark: Mark) -> String {
        mark.text(self.run, &self.names)
    }

    /// A number for a socket, never given before.
    pub fn next_line(&self) -> u32 {
        self.lines.fetch_add(1, Ordering::Relaxed)
    }
}

/// Before everything the server may remember.
pub const LONG_AGO: Timestamp = Timestamp(0);
