//! A running server and the people in it.

use std::sync::Arc;

use api::{
    app::{Server, Wrap},
    config::{Flags, Settings},
};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{Database, Person, TestClock};

pub struct World {
    pub clock: Arc<TestClock>,
    pub database: Database,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// What stands between the server's use cases and the world, if the test brings something.
    faults: Option<Arc<dyn Wrap + Send + Sync>>,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Flags::default()).await
    }

    /// With some settings; where to listen and where the data lies are the world's own.
    pub async fn with(flags: Flags) -> Self {
        Self::made(flags, None).await
    }

    /// With faults between the use cases and the world.
    pub async fn with_faults(faults: Arc<dyn Wrap + Send + Sync>) -> Self {
        Self::made(Flags::default(), Some(faults)).await
    }

    async fn made(flags: Flags, faults: Option<Arc<dyn Wrap + Send + Sync>>) -> Self {
        let (clock, database) = (Arc::default(), Database::fresh().await);
        let mut world = Self { clock, database, url: String::new(), faults, stop: None, running: None };
        world.start(flags).await;
        world
    }

    async fn start(&mut self, flags: Flags) {
        let flags = Flags {
            listen: Some("127.0.0.1:0".into()),
            data_dir: Some(self.database.folder().display().to_string()),
            database_url: Some(self.database.setting()),
            ..flags
        };
        let config = Settings::read(&flags).unwrap().resolve().unwrap();
        let server = match &self.faults {
            Some(faults) => Server::open_with(config, self.clock.clone(), &**faults).await.unwrap(),
            None => Server::open_at(config, self.clock.clone()).await.unwrap(),
        };
        self.url = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        self.stop = Some(stop);
        self.running = Some(tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server.run(stopped).await.unwrap();
        }));
    }

    /// Stops the server in good order and waits for it.
    pub async fn stop(&mut self) {
        if let (Some(stop), Some(running)) = (self.stop.take(), self.running.take()) {
            let _ = stop.send(());
            running.await.unwrap();
        }
    }

    /// The same data, another process so to speak. People have to be pointed at the new address: [`Person::moved_to`].
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start(Flags::default()).await;
    }

    /// Somebody with an account, signed in.
    pub async fn person(&self, name: &str) -> Person {
        Person::sign_up(&self.url, name).await
    }

    /// Two people with a room of their own that only they are in.
    pub async fn ann_and_bob(&self) -> (Person, Person) {
        (self.person("ann").await, self.person("bob").await)
    }
}
