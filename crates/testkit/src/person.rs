//! Somebody who uses the server as any program would: over HTTP and a socket.

use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared_types::{
    ConversationId, ErrorBody, ErrorCode, Nonce, Seq, UserId,
    account::SignedIn,
    conversation::{Conversation, ConversationList, Visibility},
    message::{Content, Message, MessagePage},
    route,
};
use uuid::Uuid;

use crate::Socket;

pub const PASSWORD: &str = "correct horse battery";

/// A person on one device.
#[derive(Clone)]
pub struct Person {
    pub url: String,
    pub id: UserId,
    pub name: String,
    pub token: String,
    /// Keeps cookies, as a browser does.
    pub http: Client,
}

/// An answer of the server, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// The value of a success.
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.json()
    }

    /// A success without a value.
    pub fn done(&self) {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
    }

    pub fn error(&self) -> ErrorBody {
        assert!(!self.status.is_success(), "{} {}", self.status, self.text);
        self.json()
    }

    pub fn refused(&self, status: u16, code: ErrorCode) {
        assert_eq!((self.status.as_u16(), self.error().code), (status, code), "{}", self.text);
    }
}

impl Person {
    pub async fn sign_up(url: &str, name: &str) -> Self {
        let http = browser();
        let body = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        let signed_in: SignedIn = Answer::to(http.post(format!("{url}{}", route::REGISTER)).json(&body)).await.ok();
        Self::signed_in(url, http, signed_in)
    }

    /// The same person on another device.
    pub async fn another_device(&self) -> Self {
        let http = browser();
        let body = json!({"login": self.name, "password": PASSWORD});
        let signed_in: SignedIn = Answer::to(http.post(format!("{}{}", self.url, route::LOGIN)).json(&body)).await.ok();
        Self::signed_in(&self.url, http, signed_in)
    }

    fn signed_in(url: &str, http: Client, signed_in: SignedIn) -> Self {
        let user = signed_in.user.user;
        Self { url: url.to_owned(), id: user.id, name: user.username.into_string(), token: signed_in.access_token, http }
    }

    /// The server has come back at another address.
    pub fn moved_to(&mut self, url: &str) {
        url.clone_into(&mut self.url);
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        Answer::to(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &impl Serialize) -> Answer {
        Answer::to(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    pub async fn opens_room(&self, name: &str, visibility: Visibility) -> ConversationId {
        let body = json!({"kind": "room", "name": name, "visibility": visibility});
        self.post(route::CONVERSATIONS, &body).await.ok::<Conversation>().id
    }

    pub async fn joins(&self, room: ConversationId) {
        self.post(&route::path(route::JOIN_CONVERSATION, &[&room]), &Value::Null).await.done();
    }

    /// A room with everyone in it.
    pub async fn opens_room_with(&self, name: &str, others: &[&Self]) -> ConversationId {
        let room = self.opens_room(name, Visibility::Private).await;
        if !others.is_empty() {
            let ids: Vec<UserId> = others.iter().map(|other| other.id).collect();
            self.post(&route::path(route::MEMBERS, &[&room]), &json!({"user_ids": ids})).await.done();
        }
        room
    }

    pub async fn says(&self, conversation: ConversationId, body: &str) -> Message {
        self.tries_to_say(conversation, Nonce(Uuid::new_v4()), body).await.ok()
    }

    pub async fn tries_to_say(&self, conversation: ConversationId, nonce: Nonce, body: &str) -> Answer {
        self.post(&route::path(route::MESSAGES, &[&conversation]), &json!({"nonce": nonce, "body": body})).await
    }

    /// A page; `query` as in `?before=7&limit=2`, or nothing.
    pub async fn page(&self, conversation: ConversationId, query: &str) -> MessagePage {
        self.get(&format!("{}{query}", route::path(route::MESSAGES, &[&conversation]))).await.ok()
    }

    /// Everything that was said, system messages left out.
    pub async fn reads_all(&self, conversation: ConversationId) -> Vec<String> {
        let (mut bodies, mut after) = (Vec::new(), Seq::START);
        loop {
            let page = self.page(conversation, &format!("?after={after}&limit=200")).await;
            bodies.extend(page.messages.iter().filter_map(body_of));
            match page.messages.last() {
                Some(_) if !page.at_end => after = page.through,
                _ => return bodies,
            }
        }
    }

    pub async fn conversations(&self) -> Vec<Conversation> {
        self.get(route::CONVERSATIONS).await.ok::<ConversationList>().conversations
    }

    pub async fn sees(&self, conversation: ConversationId) -> Conversation {
        self.get(&route::path(route::CONVERSATION, &[&conversation])).await.ok()
    }

    /// A socket that has said who it is and has its snapshot.
    pub async fn connects(&self) -> Socket {
        Socket::open(&self.url, &self.token).await
    }
}

/// The text of a message, if it is one.
pub fn body_of(message: &Message) -> Option<String> {
    match &message.content {
        Content::Text { body } => Some(body.to_string()),
        _ => None,
    }
}

fn browser() -> Client {
    Client::builder().cookie_store(true).build().unwrap()
}
