//! Finding people and places.

use shared_types::{UserId, user::User};

use super::connection;
use crate::{
    api::{self, Answer},
    state::AppState,
};

/// People whose name begins so; at most `limit`. An empty query answers with the first ones there are.
pub async fn search_users(app: AppState, query: &str, limit: u32) -> Answer<Vec<User>> {
    let users = api::search_users(query.trim(), limit).await?;
    connection::meet(app, users.clone());
    Ok(users)
}

/// A person's profile, fresh from the server; `app.people.user(id)` has it too.
pub async fn load_user(app: AppState, id: UserId) -> Answer<User> {
    let user = api::get_user(id).await?;
    connection::meet(app, vec![user.clone()]);
    Ok(user)
}
