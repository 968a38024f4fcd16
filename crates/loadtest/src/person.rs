//! One account as its owner uses it: signing up and in, and the calls of the REST API by their names.

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned, de::IgnoredAny};
use shared_types::{
    ConversationId, ErrorCode, MessageId, Seq, UserId,
    account::{GivenPassword, Login, Register, SignedIn, UpdateProfile},
    conversation::{Conversation, ConversationList, CreateConversation, Join, Joined},
    member::AddMembers,
    message::{EditMessage, MarkRead, Message, MessagePage, SendMessage},
    page::{EventsQuery, HistoryQuery},
    password::Password,
    route,
    text::{DisplayName, Email, Username},
    user::Me,
    ws::EventPage,
};

use crate::{
    server::{Failure, Server},
    socket::is_of_identity,
};

/// What every account of this tool is opened with, unless `--password` says otherwise.
pub const PASSWORD: &str = "correct horse battery";
/// Accounts that sign up at the same time; each costs the server a password hash.
const SIGN_UPS: usize = 4;

/// Somebody who should have an account.
#[derive(Clone, Debug)]
pub struct Applicant {
    pub username: Username,
    pub email: Email,
    pub display_name: DisplayName,
}

/// A signed-in account.
#[derive(Clone)]
pub struct Person {
    server: Server,
    pub me: Me,
    password: String,
    token: String,
}

impl Person {
    /// A new account, or the one that an earlier run made. `None` if somebody else has the name.
    pub async fn admit(server: &Server, applicant: &Applicant, password: &str) -> Result<Option<Self>> {
        match Self::sign_up(server, applicant, password).await {
            Ok(person) => Ok(Some(person)),
            Err(failure) if matches!(failure.code(), Some(ErrorCode::UsernameTaken | ErrorCode::EmailTaken)) => {
                match Self::sign_in(server, applicant.username.as_str(), password).await {
                    Ok(person) => Ok((person.me.user.display_name == applicant.display_name).then_some(person)),
                    Err(failure) if failure.code() == Some(ErrorCode::InvalidCredentials) => Ok(None),
                    Err(failure) => Err(failure.into()),
                }
            }
            Err(failure) => Err(anyhow::Error::new(failure).context(format!("{} cannot sign up", applicant.username))),
        }
    }

    pub async fn sign_up(server: &Server, applicant: &Applicant, password: &str) -> Result<Self, Failure> {
        let register = Register {
            username: applicant.username.clone(),
            email: applicant.email.clone(),
            password: Password::try_from(password.to_owned()).map_err(|refusal| Failure::Broken(refusal.into()))?,
            display_name: Some(applicant.display_name.clone()),
        };
        let signed_in = server.call(server.request(Method::POST, route::REGISTER).json(&register)).await?;
        Ok(Self::of(server, signed_in, password))
    }

    pub async fn sign_in(server: &Server, login: &str, password: &str) -> Result<Self, Failure> {
        let login = Login { login: login.to_owned(), password: GivenPassword(password.to_owned()) };
        let signed_in = server.call(server.request(Method::POST, route::LOGIN).json(&login)).await?;
        Ok(Self::of(server, signed_in, password))
    }

    fn of(server: &Server, signed_in: SignedIn, password: &str) -> Self {
        Self { server: server.clone(), me: signed_in.user, password: password.to_owned(), token: signed_in.access_token }
    }

    /// Signs in again: for tokens past their time and sessions that ended.
    pub async fn renew(&mut self) -> Result<(), Failure> {
        *self = Self::sign_in(&self.server, self.me.user.username.as_str(), &self.password).await?;
        Ok(())
    }

    pub fn id(&self) -> UserId {
        self.me.user.id
    }

    pub fn name(&self) -> &str {
        self.me.user.display_name.as_str()
    }

    /// For the first frame of a socket.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    pub async fn conversations(&mut self) -> Result<ConversationList, Failure> {
        self.get(route::CONVERSATIONS, &()).await
    }

    pub async fn conversation(&mut self, id: ConversationId) -> Result<Conversation, Failure> {
        self.get(&of(route::CONVERSATION, id), &()).await
    }

    pub async fn create_conversation(&mut self, create: &CreateConversation) -> Result<Conversation, Failure> {
        self.write(Method::POST, route::CONVERSATIONS, create).await
    }

    pub async fn join(&mut self, target: &str) -> Result<Joined, Failure> {
        self.write(Method::POST, route::JOIN, &Join { target: target.to_owned() }).await
    }

    pub async fn add_members(&mut self, id: ConversationId, add: &AddMembers) -> Result<(), Failure> {
        let answer: Result<IgnoredAny, Failure> = self.write(Method::POST, &of(route::MEMBERS, id), add).await;
        answer.map(drop)
    }

    pub async fn send(&mut self, id: ConversationId, message: &SendMessage) -> Result<Message, Failure> {
        self.write(Method::POST, &of(route::MESSAGES, id), message).await
    }

    pub async fn edit(&mut self, id: ConversationId, message: MessageId, edit: &EditMessage) -> Result<(), Failure> {
        let path = route::path(route::MESSAGE, &[&id, &message]);
        let answer: Result<IgnoredAny, Failure> = self.write(Method::PATCH, &path, edit).await;
        answer.map(drop)
    }

    pub async fn history(&mut self, id: ConversationId, query: HistoryQuery) -> Result<MessagePage, Failure> {
        self.get(&of(route::MESSAGES, id), &query).await
    }

    pub async fn events(&mut self, id: ConversationId, query: EventsQuery) -> Result<EventPage, Failure> {
        self.get(&of(route::EVENTS, id), &query).await
    }

    pub async fn mark_read(&mut self, id: ConversationId, seq: Seq) -> Result<(), Failure> {
        let answer: Result<IgnoredAny, Failure> =
            self.write(Method::PUT, &of(route::READ, id), &MarkRead { seq, rev: None, back: false }).await;
        answer.map(drop)
    }

    pub async fn update_profile(&mut self, update: &UpdateProfile) -> Result<Me, Failure> {
        self.write(Method::PATCH, route::ME, update).await
    }

    async fn get<T: DeserializeOwned>(&mut self, path: &str, query: &impl Serialize) -> Result<T, Failure> {
        self.ask(self.server.request(Method::GET, path).query(query)).await
    }

    async fn write<T: DeserializeOwned>(&mut self, method: Method, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.ask(self.server.request(method, path).json(body)).await
    }

    /// Asks as this person; once more with a new token if the old one no longer holds.
    async fn ask<T: DeserializeOwned>(&mut self, request: RequestBuilder) -> Result<T, Failure> {
        let again = request.try_clone();
        let answer = self.server.call(request.bearer_auth(&self.token)).await;
        let is_past = |failure: &Failure| failure.code().is_some_and(is_of_identity);
        match (answer, again) {
            (Err(failure), Some(again)) if is_past(&failure) => {
                self.renew().await?;
                self.server.call(again.bearer_auth(&self.token)).await
            }
            (answer, _) => answer,
        }
    }
}

/// A path of one conversation.
fn of(template: &str, id: ConversationId) -> String {
    route::path(template, &[&id])
}

/// Everybody in the order of `candidates`; each item lists the names to try in turn, until one is free or ours.
pub async fn admit_all(server: &Server, candidates: Vec<Vec<Applicant>>, password: &str) -> Result<Vec<Person>> {
    stream::iter(candidates)
        .map(|names| async move {
            for applicant in &names {
                if let Some(person) = Person::admit(server, applicant, password).await? {
                    return Ok(person);
                }
            }
            let tried: Vec<&str> = names.iter().map(|applicant| applicant.username.as_str()).collect();
            anyhow::bail!("somebody else has the account {}; use a fresh server, or its password with --password", tried.join(" and "))
        })
        .buffered(SIGN_UPS)
        .try_collect()
        .await
}
