//! What a client asked for and has no answer to yet. Many may be under way; they begin and are answered in order.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use shared_types::ws::ServerFrame;

/// Frames of one socket that are under way at a time. Those after them are not read yet.
const UNDER_WAY: usize = 32;

type Answer = Option<Box<ServerFrame>>;
type Work = Pin<Box<dyn Future<Output = Answer> + Send>>;

enum Place {
    Done(Answer),
    Working(Work),
}

#[derive(Default)]
pub struct Pipeline {
    places: VecDeque<Place>,
}

impl Pipeline {
    pub fn answer(&mut self, frame: Box<ServerFrame>) {
        self.places.push_back(Place::Done(Some(frame)));
    }

    /// Begins the work, so that it has its place in whatever queue it goes through before anything that is asked later.
    pub fn begin(&mut self, cx: &mut Context<'_>, work: impl Future<Output = Answer> + Send + 'static) {
        let mut work: Work = Box::pin(work);
        self.places.push_back(match work.as_mut().poll(cx) {
            Poll::Ready(answer) => Place::Done(answer),
            Poll::Pending => Place::Working(work),
        });
    }

    pub fn is_full(&self) -> bool {
        self.places.len() >= UNDER_WAY
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The next answer. `Pending` also if nothing was asked.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Box<ServerFrame>> {
        while let Some(first) = self.places.front_mut() {
            let answer = match first {
                Place::Done(answer) => answer.take(),
                Place::Working(work) => match work.as_mut().poll(cx) {
                    Poll::Ready(answer) => answer,
                    Poll::Pending => return Poll::Pending,
                },
            };
            self.places.pop_front();
            if self.places.is_empty() {
                self.places = VecDeque::new();
            }
            if let Some(answer) = answer {
                return Poll::Ready(answer);
            }
        }
        Poll::Pending
    }
}
