//! `seed`: fills a fresh server with a few people and what they said, for development and for pictures.

mod world;

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use shared_types::{
    ConversationId, ErrorCode, UserId,
    account::UpdateProfile,
    conversation::{CreateConversation, Visibility},
    message::SendMessage,
    text::{Bio, DisplayName, Email, RoomName, Topic, Username},
};

use self::world::{ASKS, CIRCLES, Circle, GENERAL, GENERAL_TALK, PEOPLE, ROOMS, Room, Someone, Talk};
use crate::{
    Target, Verdict, clock,
    person::{Applicant, Person},
    server::Server,
};

/// Reserved for examples (RFC 2606).
const MAIL_HOST: &str = "tidewatch.example";

/// Everybody, by username.
type Cast = HashMap<&'static str, Person>;

pub async fn run(target: Target) -> Result<Verdict> {
    let server = target.reach().await?;
    let Some(mut cast) = sign_up(&server, &target.password).await? else {
        println!("{} has an account here already: the world is seeded, nothing to do.", PEOPLE[0].name);
        tell_who(&target);
        return Ok(Verdict::Holds);
    };
    for circle in CIRCLES {
        open_circle(&mut cast, circle).await.with_context(|| format!("the conversation of {}", circle.members.join(", ")))?;
    }
    for room in ROOMS {
        open_room(&mut cast, room).await.with_context(|| format!("the room {}", room.name))?;
    }
    fill_general(&mut cast).await.context("the room that everybody is in")?;
    let said =
        GENERAL_TALK.len() + ROOMS.iter().map(|room| room.talk.len()).chain(CIRCLES.iter().map(|circle| circle.talk.len())).sum::<usize>();
    println!("{} people said {said} things in {} conversations.", PEOPLE.len(), 1 + ROOMS.len() + CIRCLES.len());
    tell_who(&target);
    Ok(Verdict::Holds)
}

fn tell_who(target: &Target) {
    let names: Vec<&str> = PEOPLE.iter().map(|someone| someone.username).collect();
    println!("Sign in at {} as {}; the password of each is: {}", target.server, names.join(", "), target.password);
}

/// All accounts, one after the other, so that the first becomes the owner. `None` if that one exists.
async fn sign_up(server: &Server, password: &str) -> Result<Option<Cast>> {
    let mut cast = Cast::new();
    for someone in PEOPLE {
        match Person::sign_up(server, &applicant(someone)?, password).await {
            Ok(mut person) => {
                person.update_profile(&UpdateProfile { bio: Some(Bio::try_from(someone.bio)?), ..UpdateProfile::default() }).await?;
                cast.insert(someone.username, person);
            }
            Err(failure) if cast.is_empty() && matches!(failure.code(), Some(ErrorCode::UsernameTaken | ErrorCode::EmailTaken)) => {
                return Ok(None);
            }
            Err(failure) => return Err(anyhow::Error::new(failure).context(format!("{} cannot sign up", someone.name))),
        }
    }
    Ok(Some(cast))
}

fn applicant(someone: &Someone) -> Result<Applicant> {
    Ok(Applicant {
        username: Username::try_from(someone.username)?,
        email: Email::try_from(format!("{}@{MAIL_HOST}", someone.username))?,
        display_name: DisplayName::try_from(someone.name)?,
    })
}

async fn open_circle(cast: &mut Cast, circle: &Circle) -> Result<()> {
    let (first, rest) = circle.talk.split_first().context("nobody says anything")?;
    ensure!(first.0 == circle.members[0], "the one who starts it has to speak first");
    let others = ids(cast, &circle.members[1..])?;
    let message = SendMessage { nonce: clock::nonce(), body: first.1.try_into()? };
    let create = match others[..] {
        [user_id] => CreateConversation::Direct { user_id, message },
        _ => CreateConversation::Group { user_ids: others, name: circle.name.map(RoomName::try_from).transpose()?, message },
    };
    let id = member(cast, first.0)?.create_conversation(&create).await?.id;
    speak(cast, id, rest).await?;
    read(cast, id, circle.members, circle.away).await
}

async fn open_room(cast: &mut Cast, room: &Room) -> Result<()> {
    let create = CreateConversation::Room {
        name: RoomName::try_from(room.name)?,
        alias: None,
        topic: Some(Topic::try_from(room.topic)?),
        visibility: room.visibility,
        user_ids: if room.visibility == Visibility::Private { ids(cast, &room.members[1..])? } else { Vec::new() },
    };
    let id = member(cast, room.members[0])?.create_conversation(&create).await?.id;
    if room.visibility == Visibility::Public {
        for name in &room.members[1..] {
            member(cast, name)?.join(&id.to_string()).await?;
        }
    }
    speak(cast, id, room.talk).await?;
    if ASKS.1 == room.name {
        member(cast, ASKS.0)?.join(&id.to_string()).await?;
    }
    read(cast, id, room.members, room.away).await
}

async fn fill_general(cast: &mut Cast) -> Result<()> {
    let list = member(cast, PEOPLE[0].username)?.conversations().await?.conversations;
    let name = RoomName::try_from(GENERAL)?;
    let room = list.into_iter().find(|room| room.is_default && room.name.as_ref() == Some(&name));
    let id = room.with_context(|| format!("there is no default room #{GENERAL}"))?.id;
    speak(cast, id, GENERAL_TALK).await?;
    let everybody: Vec<&str> = PEOPLE.iter().map(|someone| someone.username).collect();
    read(cast, id, &everybody, &[]).await
}

async fn speak(cast: &mut Cast, id: ConversationId, talk: Talk) -> Result<()> {
    for (name, text) in talk {
        let message = SendMessage { nonce: clock::nonce(), body: (*text).try_into()? };
        member(cast, name)?.send(id, &message).await?;
    }
    Ok(())
}

/// Everybody but those who are away has read all of it.
async fn read(cast: &mut Cast, id: ConversationId, members: &[&str], away: &[&str]) -> Result<()> {
    for name in members.iter().filter(|name| !away.contains(name)) {
        let person = member(cast, name)?;
        let head = person.conversation(id).await?.head_seq;
        person.mark_read(id, head).await?;
    }
    Ok(())
}

fn ids(cast: &Cast, names: &[&str]) -> Result<Vec<UserId>> {
    names.iter().map(|name| cast.get(name).map(Person::id).with_context(|| format!("nobody is called {name}"))).collect()
}

fn member<'a>(cast: &'a mut Cast, name: &str) -> Result<&'a mut Person> {
    cast.get_mut(name).with_context(|| format!("nobody is called {name}"))
}

#[cfg(test)]
mod tests {
    use shared_types::text::MessageBody;

    use super::*;

    #[test]
    fn the_world_keeps_the_rules() {
        let known = |name: &str| PEOPLE.iter().any(|someone| someone.username == name);
        let rooms = ROOMS.iter().map(|room| (room.members, room.away, room.talk));
        for (members, away, talk) in rooms.chain(CIRCLES.iter().map(|circle| (circle.members, circle.away, circle.talk))) {
            assert!(members.iter().all(|name| known(name)));
            assert!(away.iter().all(|name| members.contains(name)));
            assert!(talk.iter().all(|(name, text)| members.contains(name) && MessageBody::try_from(*text).is_ok()));
        }
        assert!(GENERAL_TALK.iter().all(|(name, _)| known(name)));
        assert!(CIRCLES.iter().all(|circle| circle.members[0] == circle.talk[0].0 && (circle.members.len() > 2 || circle.name.is_none())));
        assert!(ROOMS.iter().all(|room| Topic::try_from(room.topic).is_ok() && RoomName::try_from(room.name).is_ok()));
        assert!(PEOPLE.iter().all(|someone| applicant(someone).is_ok() && Bio::try_from(someone.bio).is_ok()));
    }
}
