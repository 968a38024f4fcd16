//! Finding people.

use axum::{Json, extract::State};
use domain::people;
use shared_types::{ErrorBody, UserId, page::UserQuery, route, search::UserList, user::User};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Me, Path, Query},
};

/// People whose username, display name or one of its words begins with the query; or the people with these ids.
#[utoipa::path(get, path = route::USERS, tag = "people", security(("bearer" = [])), params(UserQuery), responses((status = 200, body = UserList)))]
pub async fn list_users(State(app): State<App>, _: Me, Query(query): Query<UserQuery>) -> ApiResult<Json<UserList>> {
    let users = match query.ids {
        Some(ids) => people::look_up(&app.ctx, ids.split(',').filter_map(|id| id.trim().parse().ok()).collect()).await?,
        None => people::find(&app.ctx, query.query.as_deref().unwrap_or_default(), query.limit).await?,
    };
    Ok(Json(UserList { users }))
}

/// One person.
#[utoipa::path(get, path = route::USER, tag = "people", security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
    (status = 200, body = User), (status = 404, body = ErrorBody)))]
pub async fn get_user(State(app): State<App>, _: Me, Path(id): Path<UserId>) -> ApiResult<Json<User>> {
    Ok(Json(people::get(&app.ctx, id).await?))
}
