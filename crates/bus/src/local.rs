//! The bus of one process: a bounded ring that every subscriber reads at its own pace.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::{Bus, Delivery, Signal, Subscription};
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

/// Signals that a subscriber may be behind before it loses the oldest and is told of the gap.
const CAPACITY: usize = 8_192;

pub struct LocalBus {
    ring: broadcast::Sender<Arc<Signal>>,
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl LocalBus {
    pub fn with_capacity(capacity: usize) -> Self {
        Self { ring: broadcast::Sender::new(capacity) }
    }
}

impl Bus for LocalBus {
    fn publish(&self, signal: Signal) {
        // Nobody listening is no error: who comes later reads the log.
        let _ = self.ring.send(Arc::new(signal));
    }

    fn subscribe(&self) -> Box<dyn Subscription> {
        Box::new(LocalSubscription { ring: self.ring.subscribe() })
    }
}

struct LocalSubscription {
    ring: broadcast::Receiver<Arc<Signal>>,
}

#[async_trait]
impl Subscription for LocalSubscription {
    async fn next(&mut self) -> Option<Delivery> {
        match self.ring.recv().await {
            Ok(signal) => Some(Delivery::Signal(signal)),
            Err(RecvError::Lagged(_)) => Some(Delivery::Gap),
            Err(RecvError::Closed) => None,
        }
    }

    fn try_next(&mut self) -> Option<Delivery> {
        match self.ring.try_recv() {
            Ok(signal) => Some(Delivery::Signal(signal)),
            Err(TryRecvError::Lagged(_)) => Some(Delivery::Gap),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use shared_types::SessionId;
    use uuid::Uuid;

    use super::*;

    fn signal(n: u128) -> Signal {
        Signal::SessionsEnded(vec![SessionId(Uuid::from_u128(n))])
    }

    #[tokio::test]
    async fn a_subscriber_that_falls_behind_is_told_of_the_gap_and_goes_on() {
        let bus = LocalBus::with_capacity(2);
        let mut subscription = bus.subscribe();
        for n in 1..=5 {
            bus.publish(signal(n));
        }
        assert!(matches!(subscription.next().await, Some(Delivery::Gap)));
        for n in [4, 5] {
            let Some(Delivery::Signal(received)) = subscription.next().await else { panic!("a signal was expected") };
            assert!(matches!(&*received, Signal::SessionsEnded(ids) if ids[0].0.as_u128() == n));
        }
        drop(bus);
        assert!(subscription.next().await.is_none());
    }
}
