//! Finding people.

use shared_types::{UserId, limits, route, search::UserList, user::User};

use super::{
    Answer,
    http::{Verb, call, with_query},
};

/// People whose name begins so.
pub async fn search_users(query: &str, limit: u32) -> Answer<Vec<User>> {
    let path = with_query(route::USERS, &[("query", Some(query.to_owned())), ("limit", Some(limit.to_string()))]);
    call(Verb::Get, &path, None).await.map(|list: UserList| list.users)
}

/// Up to 100 people by id; unknown ones are left out.
pub async fn get_users(ids: &[UserId]) -> Answer<Vec<User>> {
    let listed: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let path = with_query(route::USERS, &[("ids", Some(listed.join(","))), ("limit", Some(limits::PAGE_MAX.to_string()))]);
    call(Verb::Get, &path, None).await.map(|list: UserList| list.users)
}

pub async fn get_user(id: UserId) -> Answer<User> {
    call(Verb::Get, &route::path(route::USER, &[&id]), None).await
}
