//! People and what they sign in with.

use async_trait::async_trait;
use shared_types::{
    Timestamp, UserId,
    text::Email,
    user::{Me, User},
};

use super::StoreError;

/// An account about to exist. The keys are what is compared: see [`crate::names`].
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub user: User,
    pub email: Email,
    pub username_key: String,
    pub email_key: String,
    pub display_key: String,
    pub password_hash: String,
    /// What people find the account by.
    pub terms: Vec<Vec<u8>>,
}

/// A person and the hash that their password has to match.
#[derive(Clone)]
pub struct Credentials {
    pub me: Me,
    pub password_hash: String,
}

#[async_trait]
pub trait AccountRows {
    async fn has_accounts(&mut self) -> Result<bool, StoreError>;

    async fn insert_account(&mut self, account: &NewAccount) -> Result<(), StoreError>;

    async fn me(&mut self, id: UserId) -> Result<Option<Me>, StoreError>;

    /// Those of the ids that exist, in no order.
    async fn users(&mut self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;

    /// By username key or e-mail key.
    async fn credentials(&mut self, login_key: &str) -> Result<Option<Credentials>, StoreError>;

    async fn credentials_of(&mut self, id: UserId) -> Result<Option<Credentials>, StoreError>;

    async fn set_password_hash(&mut self, id: UserId, hash: &str) -> Result<(), StoreError>;

    /// Display name, its key, bio, whether receipts are shared, and the terms that follow from the names.
    async fn update_profile(&mut self, me: &Me, display_key: &str, terms: &[Vec<u8>], now: Timestamp) -> Result<(), StoreError>;

    /// Whether anybody but `except` has a username or display name with this key.
    async fn name_in_use(&mut self, key: &str, except: UserId) -> Result<bool, StoreError>;

    /// People of whom some term begins with each of the words, by display name; at most `limit`.
    async fn find_users(&mut self, words: &[Vec<u8>], limit: u32) -> Result<Vec<User>, StoreError>;

    /// People whose profile changed at or after a moment, in no order; at most `limit`.
    async fn users_changed_since(&mut self, since: Timestamp, limit: u32) -> Result<Vec<User>, StoreError>;

    /// Every account, in order of id after `after`; for changes that concern everyone.
    async fn user_ids_after(&mut self, after: Option<UserId>, limit: u32) -> Result<Vec<UserId>, StoreError>;
}
