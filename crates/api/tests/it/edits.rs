//! Saying it otherwise and taking it back: as events, on every surface, with nothing of the old text left.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shared_types::{
    ConversationId, ErrorCode, MessageId, Nonce, Seq, UserId,
    conversation::Conversation,
    member::MemberPage,
    message::{Change, Content, Message},
    route,
    ws::{Event, EventPage, ServerFrame},
};
use testkit::{Person, World, body_of};
use uuid::Uuid;

fn at(message: &Message) -> String {
    route::path(route::MESSAGE, &[&message.conversation_id, &message.id])
}

async fn log(reader: &Person, room: ConversationId, after: Seq) -> Vec<Event> {
    reader.get(&format!("{}?after={after}&limit=200", route::path(route::EVENTS, &[&room]))).await.ok::<EventPage>().events
}

#[tokio::test]
async fn an_edit_and_a_deletion_are_events_that_reach_everyone_once() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut ear = bob.connects().await;
    let said = ann.says(room, "high water at noon").await;
    ear.hears_message(room).await;

    let edited: Message = ann.patch(&at(&said), &json!({"body": "high water at one", "version": 0})).await.ok();
    assert_eq!((edited.seq, edited.version, body_of(&edited).as_deref()), (said.seq, 1, Some("high water at one")));
    assert!(edited.edited_at.is_some());
    let deleted: Message = ann.delete(&at(&said)).await.ok();
    assert_eq!(deleted.content, Content::Deleted {});

    let event = |frame: &ServerFrame| if let ServerFrame::Event { event } = frame { Some(event.clone()) } else { None };
    let heard = [ear.hears_that(event).await, ear.hears_that(event).await];
    assert!(matches!(&heard[0], Event::Edited { seq, by, message, .. } if *seq == said.seq.next() && *by == ann.id && *message == edited));
    assert!(matches!(&heard[1], Event::Deleted { seq, message, .. } if *seq == said.seq.next().next() && *message == deleted));
    assert_eq!(ear.drain().await, []);

    let page = bob.page(room, "").await;
    assert_eq!(page.messages.last(), Some(&deleted), "a page has messages alone");
    assert_eq!((page.through, page.head_seq), (said.seq.next().next(), said.seq.next().next()));
    assert_eq!(bob.sees(room).await.last_message, Some(deleted));
}

#[tokio::test]
async fn p6_erased_is_erased_on_every_surface() {
    let world = World::new().await;
    let (mut ann, mut bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let (first, second) = (ann.says(room, "canary-one").await, ann.says(room, "canary-two").await);
    ann.patch(&at(&first), &json!({"body": "changed"})).await.done();
    ann.patch(&at(&first), &json!({"body": "changed again"})).await.done();
    ann.delete(&at(&second)).await.done();
    let mut world = world;
    for round in 0..2 {
        let socket = bob.connects().await;
        let surfaces = [
            bob.get(&route::path(route::MESSAGES, &[&room])).await.text,
            bob.get(&format!("{}?after=0&limit=200", route::path(route::EVENTS, &[&room]))).await.text,
            bob.get(route::CONVERSATIONS).await.text,
            serde_json::to_string(&socket.ready).unwrap(),
        ];
        for text in surfaces {
            assert!(text.contains("tides") || text.contains(&ann.id.to_string()), "an answer that could hold it: {text}");
            assert!(!text.contains("canary"), "round {round}: {text}");
            assert!(!text.contains("\"changed\""), "round {round}: {text}");
        }
        drop(socket);
        world.restart().await;
        ann.moved_to(&world.url);
        bob.moved_to(&world.url);
    }
}

#[tokio::test]
async fn p2_a_retry_of_what_was_edited_or_deleted_since_still_finds_it() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    for erase in [false, true] {
        let nonce = Nonce(Uuid::new_v4());
        let said: Message = ann.tries_to_say(room, nonce, "as it was sent").await.ok();
        if erase {
            ann.delete(&at(&said)).await.done();
        } else {
            ann.patch(&at(&said), &json!({"body": "as it is now"})).await.done();
        }
        let again: Message = ann.tries_to_say(room, nonce, "as it was sent").await.ok();
        assert_eq!((again.id, again.seq), (said.id, said.seq));
        assert_ne!(body_of(&again).as_deref(), Some("as it was sent"), "nothing erased comes back");
        ann.tries_to_say(room, nonce, "as it is now").await.refused(409, ErrorCode::NonceReused);
    }
}

#[tokio::test]
async fn who_edits_and_deletes_and_what_becomes_of_two_at_once() {
    let world = World::new().await;
    let (ann, bob, eve) = (world.person("ann").await, world.person("bob").await, world.person("eve").await);
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let said = bob.says(room, "mine").await;
    ann.patch(&at(&said), &json!({"body": "not mine"})).await.refused(403, ErrorCode::Forbidden);
    eve.patch(&at(&said), &json!({"body": "x"})).await.refused(404, ErrorCode::NotFound);
    eve.delete(&at(&said)).await.refused(404, ErrorCode::NotFound);
    bob.patch(&at(&said), &json!({"body": "two", "version": 0})).await.done();
    bob.patch(&at(&said), &json!({"body": "three", "version": 0})).await.refused(409, ErrorCode::EditConflict);
    let head = bob.sees(room).await.head_seq;
    let same: Message = bob.patch(&at(&said), &json!({"body": "two", "version": 0})).await.ok();
    assert_eq!((same.version, bob.sees(room).await.head_seq), (1, head), "a retry is no second edit");
    bob.patch(&at(&said), &json!({"body": "   "})).await.refused(422, ErrorCode::Required);

    let anns = ann.says(room, "anns").await;
    bob.delete(&at(&anns)).await.refused(403, ErrorCode::Forbidden);
    ann.delete(&at(&said)).await.done();
    let head = bob.sees(room).await.head_seq;
    bob.delete(&at(&said)).await.done();
    assert_eq!(bob.sees(room).await.head_seq, head, "twice is no second deletion");
    bob.patch(&at(&said), &json!({"body": "back"})).await.refused(409, ErrorCode::EditConflict);
    let created = &bob.page(room, "").await.messages[0];
    ann.delete(&at(created)).await.refused(409, ErrorCode::Conflict);
    let nowhere = route::path(route::MESSAGE, &[&room, &MessageId(Uuid::new_v4())]);
    ann.delete(&nowhere).await.refused(404, ErrorCode::NotFound);
}

#[tokio::test]
async fn counts_follow_what_is_deleted_and_who_is_named() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let start = bob.sees(room).await;
    assert_eq!((start.unread, start.mentions), (0, 0));
    let plain = ann.says(room, "hello").await;
    let naming = ann.says(room, "@Bob, look. `@bob` @nobody @ann").await;
    assert_eq!(naming.mentions, [bob.id]);
    let counts = async || {
        let seen = bob.sees(room).await;
        (seen.unread, seen.mentions)
    };
    assert_eq!(counts().await, (2, 1));
    let edited: Message = ann.patch(&at(&plain), &json!({"body": "hello @bob"})).await.ok();
    assert_eq!(edited.mentions, [bob.id]);
    assert_eq!(counts().await, (2, 2));
    ann.patch(&at(&plain), &json!({"body": "hello"})).await.done();
    assert_eq!(counts().await, (2, 1));
    ann.delete(&at(&naming)).await.done();
    assert_eq!(counts().await, (1, 0));
}

/// What a reader knows of a room.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    messages: BTreeMap<Seq, Message>,
    members: BTreeSet<UserId>,
    facts: (Option<String>, String, bool),
    head: Seq,
}

impl Known {
    async fn of(reader: &Person, room: ConversationId) -> Self {
        let conversation = reader.sees(room).await;
        let members: MemberPage = reader.get(&route::path(route::MEMBERS, &[&room])).await.ok();
        let page = reader.page(room, "?limit=200").await;
        assert!(page.at_start && page.at_end);
        Self {
            messages: page.messages.into_iter().map(|message| (message.seq, message)).collect(),
            members: members.members.into_iter().map(|member| member.user.id).collect(),
            facts: facts(&conversation),
            head: page.head_seq,
        }
    }

    fn apply(&mut self, event: &Event) {
        assert_eq!(event.seq(), Some(self.head.next()), "each event once, in order");
        self.head = self.head.next();
        let message = event.message().cloned().unwrap();
        if let (Event::Message { .. }, Content::System { change }) = (event, &message.content) {
            match change.clone() {
                Change::Joined {} => drop(self.members.insert(message.author_id)),
                Change::Added { user_ids } => self.members.extend(user_ids),
                Change::Left {} => drop(self.members.remove(&message.author_id)),
                Change::Removed { user_id } => drop(self.members.remove(&user_id)),
                Change::Renamed { name } => self.facts.0 = Some(name.to_string()),
                Change::TopicChanged { topic } => self.facts.1 = topic.to_string(),
                Change::VisibilityChanged { visibility } => self.facts.2 = visibility == shared_types::conversation::Visibility::Public,
                _ => {}
            }
        }
        self.messages.insert(message.seq, message);
    }
}

fn facts(conversation: &Conversation) -> (Option<String>, String, bool) {
    let is_public = conversation.visibility == shared_types::conversation::Visibility::Public;
    (conversation.name.as_ref().map(ToString::to_string), conversation.topic.to_string(), is_public)
}

#[tokio::test]
async fn p8_a_snapshot_and_the_events_after_it_are_the_next_snapshot_for_every_kind_of_event() {
    let world = World::new().await;
    let (ann, bob, eve) = (world.person("ann").await, world.person("bob").await, world.person("eve").await);
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let here = route::path(route::CONVERSATION, &[&room]);
    let said = ann.says(room, "one").await;
    let mut known = Known::of(&ann, room).await;
    let member = |person: &Person| route::path(route::MEMBER, &[&room, &person.id]);
    for step in 0..10 {
        match step {
            0 => drop(bob.says(room, "two @ann").await),
            1 => ann.patch(&at(&said), &json!({"body": "one, corrected"})).await.done(),
            2 => ann.patch(&here, &json!({"name": "currents"})).await.done(),
            3 => ann.patch(&here, &json!({"topic": "of the sea"})).await.done(),
            4 => ann.post(&route::path(route::MEMBERS, &[&room]), &json!({"user_ids": [eve.id]})).await.done(),
            5 => ann.patch(&member(&bob), &json!({"role": "moderator"})).await.done(),
            6 => ann.delete(&at(&said)).await.done(),
            7 => ann.delete(&member(&bob)).await.done(),
            8 => eve.post(&route::path(route::LEAVE, &[&room]), &json!(null)).await.done(),
            _ => {
                ann.patch(&here, &json!({"visibility": "public"})).await.done();
                bob.joins(room).await;
            }
        }
        let news = log(&ann, room, known.head).await;
        assert!(!news.is_empty(), "step {step} left no event");
        for event in news {
            known.apply(&event);
        }
        assert_eq!(known, Known::of(&ann, room).await, "after step {step}");
    }
    // The same from the very beginning: what was said first is told as it is now.
    let whole = log(&ann, room, Seq::START).await;
    assert_eq!(whole.iter().map(|event| event.seq().unwrap().0).collect::<Vec<_>>(), (1..=known.head.0).collect::<Vec<_>>());
    assert!(!format!("{whole:?}").contains("one, corrected"));
}

#[tokio::test]
async fn p9_who_came_later_learns_nothing_of_what_was_said_before_when_it_is_edited() {
    let world = World::new().await;
    let (ann, bob, eve) = (world.person("ann").await, world.person("bob").await, world.person("eve").await);
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let said = ann.says(room, "before eve").await;
    let members = route::path(route::MEMBERS, &[&room]);
    ann.post(&members, &json!({"user_ids": [eve.id], "with_history": false})).await.done();
    let (mut bobs, mut eves) = (bob.connects().await, eve.connects().await);
    ann.patch(&at(&said), &json!({"body": "canary"})).await.done();
    let after = ann.says(room, "for all").await;
    assert!(matches!(bobs.hears().await, ServerFrame::Event { event: Event::Edited { .. } }));
    let seq = said.seq.next().next();
    assert_eq!(eves.hears().await, ServerFrame::Event { event: Event::Hidden { seq } });
    assert_eq!(eves.hears_message(room).await, after, "and goes on without a hole");
    let events = log(&eve, room, seq.previous()).await;
    assert_eq!(events, [Event::Hidden { seq }, Event::Message { message: after }]);
    assert!(!eve.get(&format!("{}?after=0", route::path(route::EVENTS, &[&room]))).await.text.contains("canary"));
    eve.delete(&at(&said)).await.refused(404, ErrorCode::NotFound);
}
