//! Coming back: what a client missed while it was away, told event by event, or anew where that would be more.

use std::collections::{BTreeSet, HashMap, HashSet};

use shared_types::{
    ConversationId, Seq, UserId, limits,
    message::{Content, Message},
    ws::{Event, Head, Resume, ResumePosition, Resumed},
};

use crate::{Ctx, Error, Membership, Result, ports::store::Position, sessions::Identity};

/// Conversations told anew beyond which the whole snapshot is no dearer.
const ANEW_MAX: usize = 100;
/// Changed profiles beyond which the client does better to begin anew.
const CHANGED_USERS: u32 = 500;
/// Bytes of text that were missed beyond which the client begins anew, and events that one look into a log brings: so much
/// memory one client that comes back costs at most.
const TEXT_BYTES: usize = 4 * 1024 * 1024;
const LOG_PAGE: u32 = 250;
/// Profiles are stamped by the clock of the node that changed them, before their commit. So much further back is looked.
const CLOCKS_MS: i64 = 120_000;

/// A conversation of the person who comes back, as it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub conversation_id: ConversationId,
    pub head: Seq,
    /// The first place that the person may read.
    pub history_from: Seq,
    pub read_seq: Seq,
    pub read_rev: u32,
}

/// How to bring the client up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Exactly the events after these places.
    pub replay: Vec<(ConversationId, Seq)>,
    /// Told as a snapshot.
    pub anew: Vec<ConversationId>,
    pub gone: Vec<ConversationId>,
    /// Positions that the client has wrong.
    pub positions: Vec<ConversationId>,
}

/// What follows from where the client stood and where everything stands. `None`: begin anew with everything.
pub fn plan(named: &[ResumePosition], standing: &[Standing]) -> Option<Plan> {
    if named.len() > limits::POSITIONS_MAX {
        return None;
    }
    let mut plan = Plan::default();
    let mut events = 0;
    let places: HashMap<ConversationId, &ResumePosition> = named.iter().map(|position| (position.conversation_id, position)).collect();
    for now in standing {
        let id = now.conversation_id;
        let Some(then) = places.get(&id) else {
            plan.anew.push(id);
            continue;
        };
        // A place that is not reached yet is of another log, from before a backup was restored. One before the readable part
        // would leave a hole.
        let missed = now.head.0.checked_sub(then.seq.0).filter(|missed| *missed <= limits::RESUME_EVENTS);
        match missed.filter(|_| then.seq.next() >= now.history_from) {
            None => {
                plan.anew.push(id);
                continue;
            }
            Some(0) => {}
            Some(missed) => {
                events += missed;
                plan.replay.push((id, then.seq));
            }
        }
        if (then.read_seq, then.read_rev) != (now.read_seq, now.read_rev) {
            plan.positions.push(id);
        }
    }
    let present: HashSet<ConversationId> = standing.iter().map(|now| now.conversation_id).collect();
    let mut gone = HashSet::new();
    plan.gone.extend(named.iter().map(|then| then.conversation_id).filter(|id| !present.contains(id) && gone.insert(*id)));
    (events <= limits::RESUME_EVENTS_TOTAL && plan.anew.len() <= ANEW_MAX).then_some(plan)
}

/// What a client that comes back is told.
#[derive(Debug)]
pub struct Missed {
    pub resumed: Resumed,
    /// In order within each conversation.
    pub events: Vec<Event>,
    /// Where everything stood when this was read.
    pub heads: Vec<Head>,
}

/// Read in one snapshot of the database, after the socket has begun to collect events. `None`: too much was missed.
pub async fn resume(ctx: &Ctx, me: Identity, from: &Resume, build: &str) -> Result<Option<Missed>> {
    let mut tx = ctx.store.read().await?;
    tx.session(me.session_id).await?.ok_or(Error::SessionEnded)?;
    let person = tx.me(me.user_id).await?.ok_or(Error::SessionEnded)?;
    let standing = tx.positions_of(me.user_id).await?;
    let members: HashMap<ConversationId, (Membership, Seq)> =
        standing.iter().map(|(member, head, _)| (member.conversation_id(), (*member, head.seq))).collect();
    let as_planned: Vec<Standing> = standing.iter().map(|(member, head, position)| stands(member, *head, *position)).collect();
    let Some(plan) = plan(&from.positions, &as_planned) else { return Ok(None) };

    let changed = tx.users_changed_since(from.since.plus_ms(-CLOCKS_MS), CHANGED_USERS).await?;
    if changed.len() >= CHANGED_USERS as usize {
        return Ok(None);
    }
    let (mut events, mut bytes) = (Vec::new(), 0);
    for (id, mut after) in plan.replay {
        let Some((member, head)) = members.get(&id) else { continue };
        while after < *head {
            let page = tx.log(member, after, LOG_PAGE).await?;
            let Some(last) = page.last().and_then(Event::seq) else { break };
            after = last;
            bytes += page.iter().filter_map(Event::message).map(text_bytes).sum::<usize>();
            if bytes > TEXT_BYTES {
                return Ok(None);
            }
            events.extend(page.into_iter().filter(|event| event.seq().is_some_and(|seq| seq <= *head)));
        }
    }
    let mut conversations = Vec::with_capacity(plan.anew.len());
    for id in plan.anew {
        if let Some((member, _)) = members.get(&id) {
            conversations.push(tx.conversation_for(member).await?);
        }
    }
    let mut positions = Vec::with_capacity(plan.positions.len());
    for id in plan.positions {
        if let Some((member, _)) = members.get(&id) {
            positions.push(tx.read_position(member).await?);
        }
    }
    let messages = conversations.iter().filter_map(|conversation| conversation.last_message.as_ref());
    let mut mentioned = BTreeSet::new();
    messages.chain(events.iter().filter_map(Event::message)).for_each(|message| mention(&mut mentioned, message));
    mentioned.extend(events.iter().filter_map(doer));
    for user in &changed {
        mentioned.remove(&user.id);
    }
    let mut users = tx.users(&mentioned.into_iter().collect::<Vec<_>>()).await?;
    users.extend(changed);

    let heads = standing.iter().map(|(_, head, _)| *head).collect();
    let now = ctx.now();
    let resumed =
        Resumed { me: person, session_id: me.session_id, conversations, gone: plan.gone, positions, users, now, build: build.to_owned() };
    Ok(Some(Missed { resumed, events, heads }))
}

fn stands(member: &Membership, head: Head, position: Position) -> Standing {
    Standing {
        conversation_id: member.conversation_id(),
        head: head.seq,
        history_from: member.history_from(),
        read_seq: position.read_seq,
        read_rev: position.read_rev,
    }
}

fn text_bytes(message: &Message) -> usize {
    if let Content::Text { body } = &message.content { body.as_str().len() } else { 0 }
}

fn mention(people: &mut BTreeSet<UserId>, message: &Message) {
    people.insert(message.author_id);
    people.extend(&message.mentions);
    if let Content::System { change } = &message.content {
        people.extend(change.people());
    }
}

/// Who did it, where that is not the message's author.
fn doer(event: &Event) -> Option<UserId> {
    match event {
        Event::Edited { by, .. } | Event::Deleted { by, .. } => Some(*by),
        Event::Message { .. } | Event::Hidden { .. } | Event::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> ConversationId {
        ConversationId(Uuid::from_u128(number))
    }

    fn then(number: u128, seq: u64) -> ResumePosition {
        ResumePosition { conversation_id: id(number), seq: Seq(seq), read_seq: Seq(1), read_rev: 0 }
    }

    fn now(number: u128, head: u64) -> Standing {
        Standing { conversation_id: id(number), head: Seq(head), history_from: Seq(1), read_seq: Seq(1), read_rev: 0 }
    }

    #[test]
    fn p8_what_was_missed_is_replayed_from_the_place_that_was_named() {
        let plan = plan(&[then(1, 5), then(2, 7), then(3, 1)], &[now(1, 9), now(2, 7), now(4, 2)]).unwrap();
        assert_eq!(plan, Plan { replay: vec![(id(1), Seq(5))], anew: vec![id(4)], gone: vec![id(3)], positions: vec![] });
    }

    #[test]
    fn p8_what_cannot_be_told_without_a_hole_is_told_anew() {
        let anew = |then: ResumePosition, now: Standing| plan(&[then], &[now]).unwrap().anew;
        assert_eq!(anew(then(1, 9), now(1, 8)), [id(1)], "a place of another log");
        assert_eq!(anew(then(1, 5), Standing { history_from: Seq(7), ..now(1, 9) }), [id(1)], "the reader may not see 6");
        assert_eq!(anew(then(1, 6), Standing { history_from: Seq(7), ..now(1, 9) }), []);
        assert_eq!(anew(then(1, 0), now(1, limits::RESUME_EVENTS + 1)), [id(1)]);
        assert_eq!(anew(then(1, 1), now(1, limits::RESUME_EVENTS + 1)), []);
    }

    #[test]
    fn p13_a_position_that_moved_either_way_is_told() {
        for moved in [Standing { read_seq: Seq(2), ..now(1, 5) }, Standing { read_rev: 1, ..now(1, 5) }] {
            assert_eq!(plan(&[then(1, 5)], &[moved]).unwrap().positions, [id(1)]);
        }
    }

    #[test]
    fn p18_too_much_begins_anew_with_everything() {
        let many = u128::from(limits::RESUME_EVENTS_TOTAL / limits::RESUME_EVENTS);
        let missed = |count: u128, each: u64| {
            let named: Vec<_> = (0..count).map(|number| then(number, 0)).collect();
            plan(&named, &(0..count).map(|number| now(number, each)).collect::<Vec<_>>()).is_some()
        };
        assert!(missed(many, limits::RESUME_EVENTS));
        assert!(!missed(many + 1, limits::RESUME_EVENTS));
        let named = vec![then(1, 1); limits::POSITIONS_MAX + 1];
        assert_eq!(plan(&named, &[]), None);
    }
}
