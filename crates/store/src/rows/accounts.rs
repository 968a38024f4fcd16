//! Twin of `domain::ports::store::accounts`.

use async_trait::async_trait;
use domain::ports::{
    StoreError,
    store::{AccountRows, Credentials, NewAccount},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use shared_types::{
    Timestamp, UserId,
    user::{Me, User},
};

use super::convert;
use crate::{dialect, entity::account, error::translate, tx::SqlTx};

/// Hits of the first word that are looked at; beyond it a longer query is needed anyway.
const HITS: u32 = 1_000;

#[async_trait]
impl AccountRows for SqlTx {
    async fn has_accounts(&mut self) -> Result<bool, StoreError> {
        Ok(self.first("SELECT 1 AS one FROM account LIMIT 1", []).await?.is_some())
    }

    async fn insert_account(&mut self, account: &NewAccount) -> Result<(), StoreError> {
        let user = &account.user;
        let row = account::ActiveModel {
            id: Set(user.id.0),
            username: Set(user.username.to_string()),
            username_key: Set(account.username_key.clone()),
            email: Set(account.email.to_string()),
            email_key: Set(account.email_key.clone()),
            display_name: Set(user.display_name.to_string()),
            display_key: Set(account.display_key.clone()),
            bio: Set(user.bio.to_string()),
            lookalike: Set(user.lookalike),
            role: Set(convert::server_role_row(user.role)),
            password_hash: Set(account.password_hash.clone()),
            created_at: Set(user.created_at.0),
            shares_receipts: Set(true),
            changed_at: Set(user.created_at.0),
        };
        account::Entity::insert(row).exec_without_returning(&self.inner).await.map_err(translate)?;
        self.insert_terms("account_term (term, account_id)", &account.terms, user.id.0.into()).await
    }

    async fn me(&mut self, id: UserId) -> Result<Option<Me>, StoreError> {
        Ok(account::Entity::find_by_id(id.0).one(&self.inner).await.map_err(translate)?.map(convert::me))
    }

    async fn users(&mut self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let mut users = Vec::with_capacity(ids.len());
        for ids in ids.chunks(dialect::MAX_VALUES) {
            let rows = account::Entity::find()
                .filter(account::Column::Id.is_in(ids.iter().map(|id| id.0)))
                .all(&self.inner)
                .await
                .map_err(translate)?;
            users.extend(rows.into_iter().map(convert::user));
        }
        Ok(users)
    }

    async fn credentials(&mut self, login_key: &str) -> Result<Option<Credentials>, StoreError> {
        let by_either = Condition::any().add(account::Column::UsernameKey.eq(login_key)).add(account::Column::EmailKey.eq(login_key));
        Ok(account::Entity::find().filter(by_either).one(&self.inner).await.map_err(translate)?.map(credentials))
    }

    async fn credentials_of(&mut self, id: UserId) -> Result<Option<Credentials>, StoreError> {
        Ok(account::Entity::find_by_id(id.0).one(&self.inner).await.map_err(translate)?.map(credentials))
    }

    async fn set_password_hash(&mut self, id: UserId, hash: &str) -> Result<(), StoreError> {
        let row = account::ActiveModel { id: Set(id.0), password_hash: Set(hash.to_owned()), ..Default::default() };
        account::Entity::update(row).exec(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn update_profile(&mut self, me: &Me, display_key: &str, terms: &[Vec<u8>], now: Timestamp) -> Result<(), StoreError> {
        let user = &me.user;
        let row = account::ActiveModel {
            id: Set(user.id.0),
            display_name: Set(user.display_name.to_string()),
            display_key: Set(display_key.to_owned()),
            bio: Set(user.bio.to_string()),
            lookalike: Set(user.lookalike),
            shares_receipts: Set(me.shares_receipts),
            changed_at: Set(now.0),
            ..Default::default()
        };
        account::Entity::update(row).exec(&self.inner).await.map_err(translate)?;
        self.run("DELETE FROM account_term WHERE account_id = $1", [user.id.0.into()]).await?;
        self.insert_terms("account_term (term, account_id)", terms, user.id.0.into()).await
    }

    async fn name_in_use(&mut self, key: &str, except: UserId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 AS one FROM account WHERE (username_key = $1 OR display_key = $1) AND id <> $2 LIMIT 1";
        Ok(self.first(sql, [key.into(), except.0.into()]).await?.is_some())
    }

    async fn find_users(&mut self, words: &[Vec<u8>], limit: u32) -> Result<Vec<User>, StoreError> {
        let mut values = Vec::new();
        let filters = words_filter(words, "account_term", "account_id", &mut values);
        values.push(i64::from(limit).into());
        let sql = format!("SELECT * FROM account a WHERE {filters} ORDER BY a.display_key, a.id LIMIT ${}", values.len());
        let sql = if words.is_empty() { "SELECT * FROM account a ORDER BY a.id LIMIT $1".to_owned() } else { sql };
        Ok(self.all::<account::Model>(&sql, values).await?.into_iter().map(convert::user).collect())
    }

    async fn users_changed_since(&mut self, since: Timestamp, limit: u32) -> Result<Vec<User>, StoreError> {
        let changed = account::Entity::find().filter(account::Column::ChangedAt.gte(since.0)).limit(u64::from(limit));
        Ok(changed.all(&self.inner).await.map_err(translate)?.into_iter().map(convert::user).collect())
    }

    async fn user_ids_after(&mut self, after: Option<UserId>, limit: u32) -> Result<Vec<UserId>, StoreError> {
        let mut query =
            account::Entity::find().select_only().column(account::Column::Id).order_by_asc(account::Column::Id).limit(u64::from(limit));
        if let Some(after) = after {
            query = query.filter(account::Column::Id.gt(after.0));
        }
        let ids: Vec<uuid::Uuid> = query.into_tuple().all(&self.inner).await.map_err(translate)?;
        Ok(ids.into_iter().map(UserId).collect())
    }
}

fn credentials(row: account::Model) -> Credentials {
    let password_hash = row.password_hash.clone();
    Credentials { me: convert::me(row), password_hash }
}

/// `id IN (…) AND id IN (…)`, one per word: each word is the beginning of some term. UTF-8 never holds the byte 0xFF, so
/// everything that begins with a word lies between the word and the word with 0xFF behind it.
pub(super) fn words_filter(words: &[Vec<u8>], table: &str, column: &str, values: &mut Vec<Value>) -> String {
    let mut filters = Vec::new();
    for word in words {
        let end = [word.as_slice(), &[0xFF]].concat();
        values.push(word.clone().into());
        values.push(end.into());
        let (from, to) = (values.len() - 1, values.len());
        let cap = if words.len() == 1 { format!(" LIMIT {HITS}") } else { String::new() };
        filters.push(format!("id IN (SELECT {column} FROM {table} WHERE term >= ${from} AND term < ${to}{cap})"));
    }
    filters.join(" AND ")
}

impl SqlTx {
    /// `into` is the table with its two columns.
    pub(super) async fn insert_terms(&self, into: &str, terms: &[Vec<u8>], id: Value) -> Result<(), StoreError> {
        if terms.is_empty() {
            return Ok(());
        }
        let values: Vec<Value> = terms.iter().flat_map(|term| [term.clone().into(), id.clone()]).collect();
        let sql = format!("INSERT INTO {into} VALUES {} ON CONFLICT DO NOTHING", dialect::tuples(terms.len(), 2, 1));
        self.run(&sql, values).await.map(|_| ())
    }
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    let words = [b"ann".to_vec(), b"lee".to_vec()];
    let people = |count: usize| {
        format!("SELECT * FROM account a WHERE {} LIMIT 50", words_filter(&words[..count], "account_term", "account_id", &mut Vec::new()))
    };
    let rooms = words_filter(&words, "room_term", "conversation_id", &mut Vec::new());
    vec![
        people(1),
        people(2),
        "SELECT * FROM account WHERE username_key = $1 OR email_key = $1".into(),
        "SELECT 1 AS one FROM account WHERE (username_key = $1 OR display_key = $1) AND id <> $2 LIMIT 1".into(),
        format!("SELECT c.* FROM conversation c WHERE c.visibility = 1 AND {rooms} ORDER BY c.active_at DESC, c.id DESC LIMIT 50"),
        "SELECT c.* FROM conversation c WHERE c.visibility = 1 AND (c.active_at, c.id) < ($2, $3) ORDER BY c.active_at DESC, c.id DESC LIMIT 50".into(),
    ]
}
