//! The accounts and rooms that measurements use, made once and used again by later runs.

use anyhow::{Context, Result};
use shared_types::{
    ConversationId,
    conversation::{ConversationKind, CreateConversation, Visibility},
    limits,
    member::AddMembers,
    text::{RoomName, Username},
};

use crate::{
    nick,
    person::{self, Person},
    server::{Server, at_least_one},
};

/// `count` accounts named `{group}-1`, `{group}-2` …
pub async fn admit(server: &Server, group: &str, count: usize, password: &str) -> Result<Vec<Person>> {
    at_least_one(count, "the number of people")?;
    let names = (1..=count).map(|number| {
        let name = format!("{group}-{number}");
        Ok(vec![nick::applicant(Username::try_from(name.as_str())?, &name)?])
    });
    person::admit_all(server, names.collect::<Result<_>>()?, password).await
}

/// The private room of that name in which exactly these people are; the first of them owns it. People who were in it
/// on an earlier run count, so the name has to say for how many it is.
pub async fn room(people: &mut [Person], name: &str) -> Result<ConversationId> {
    let others: Vec<_> = people.iter().skip(1).map(Person::id).collect();
    let owner = people.first_mut().context("a room needs somebody")?;
    let name = RoomName::try_from(name)?;
    let list = owner.conversations().await?.conversations;
    let found = list.into_iter().find(|room| room.kind == ConversationKind::Room && room.name.as_ref() == Some(&name));
    let room = if let Some(room) = found {
        room
    } else {
        let create = CreateConversation::Room { name, alias: None, topic: None, visibility: Visibility::Private, user_ids: Vec::new() };
        owner.create_conversation(&create).await?
    };
    if room.member_count as usize != others.len() + 1 {
        for some in others.chunks(limits::MEMBERS_PER_CALL) {
            owner.add_members(room.id, &AddMembers { user_ids: some.to_vec(), with_history: true }).await?;
        }
    }
    Ok(room.id)
}
