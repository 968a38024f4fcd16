//! The browser's own WebSocket, with its listeners. Whoever drops it hears nothing more of it.

use std::rc::Rc;

use client::tabs::Word;
use leptos::web_sys::{CloseEvent, MessageEvent, WebSocket};
use shared_types::{route, ws::ClientFrame};
use wasm_bindgen::{JsCast, closure::Closure};

use crate::browser::{self, Channel};

/// What a socket tells.
pub(super) enum Heard {
    Opened,
    Text(String),
    /// With the code, and with the milliseconds after which to come back if the server told them.
    Closed(u16, Option<i64>),
}

/// The way to the server, if there is one.
pub(crate) enum Wire {
    None,
    Own(Socket),
    /// Through the tab that leads.
    Leader(Rc<Channel>),
}

impl Wire {
    /// False if the frame did not leave.
    pub(crate) fn send(&self, frame: &ClientFrame) -> bool {
        serde_json::to_string(frame).is_ok_and(|text| self.write(&text))
    }

    /// The same for a frame as it is written.
    pub(super) fn write(&self, frame: &str) -> bool {
        match self {
            Self::None => false,
            Self::Leader(channel) => channel.post(&Word::Say { frame: frame.to_owned() }.to_text()),
            Self::Own(socket) => socket.inner.send_with_str(frame).is_ok(),
        }
    }
}

pub(crate) struct Socket {
    inner: WebSocket,
    _opened: Closure<dyn Fn()>,
    _heard: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    /// Begins to open one; `told` hears of everything that becomes of it.
    pub(super) fn open(told: impl Fn(Heard) + Clone + 'static) -> Option<Self> {
        // `http` becomes `ws`, and `https` becomes `wss`.
        let address = format!("ws{}{}", browser::origin().trim_start_matches("http"), route::WS);
        let inner = WebSocket::new(&address).ok()?;
        let opened = Closure::<dyn Fn()>::new({
            let told = told.clone();
            move || told(Heard::Opened)
        });
        let heard = Closure::<dyn Fn(MessageEvent)>::new({
            let told = told.clone();
            move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    told(Heard::Text(text));
                }
            }
        });
        let closed =
            Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| told(Heard::Closed(event.code(), event.reason().parse().ok())));
        inner.set_onopen(Some(opened.as_ref().unchecked_ref()));
        inner.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        inner.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self { inner, _opened: opened, _heard: heard, _closed: closed })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        let _ = self.inner.close();
    }
}
