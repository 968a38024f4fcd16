//! A server that is right by construction, and people who use it by any schedule: the checker must never accuse it.

use proptest::prelude::*;

use super::{
    sample::{act, changed, said, text},
    *,
};

const TALKERS: u32 = 3;
const KEEPER: Who = Who(TALKERS);
/// Every so many steps everything that is queued arrives.
const ARRIVES_EVERY: u64 = 20;
const RULES: Rules = Rules { live: Some(1_000), gone: None };

/// One step of a schedule: what, who, and two numbers for whatever is left to chance.
type Step = (u8, u8, u8, u8);

#[derive(Default)]
struct Person {
    is_member: bool,
    is_connected: bool,
    /// Their open stream, and what is on its way to it.
    stream: Option<usize>,
    queue: Vec<Entry>,
    /// The last event they had.
    heard: u64,
    returned: Micros,
    number: u32,
}

struct Model {
    room: Room,
    people: Vec<Person>,
    now: Micros,
}

impl Model {
    fn new() -> Self {
        let mut model = Self { room: Room::default(), people: (0..TALKERS).map(|_| Person::default()).collect(), now: 100 };
        model.commit(changed(1, KEEPER, &[KEEPER], &[]));
        model.room.acts.push(act(KEEPER, Deed::Gain { whom: KEEPER }, 90, 105));
        (0..TALKERS).for_each(|who| model.come_or_go(Who(who)));
        model
    }

    fn person(&mut self, who: Who) -> &mut Person {
        &mut self.people[who.0 as usize]
    }

    fn commit(&mut self, entry: Entry) {
        for person in self.people.iter_mut().filter(|person| person.stream.is_some()) {
            person.queue.push(entry.clone());
        }
        self.room.head = entry.seq;
        self.room.log.push(entry);
    }

    /// An answer comes after any time, in the order in which one person asked.
    fn answer(&mut self, who: Who, delay: u8) -> Micros {
        let now = self.now;
        let person = self.person(who);
        person.returned = (now + 2 + Micros::from(delay)).max(person.returned + 1);
        person.returned
    }

    fn send(&mut self, who: Who, delay: u8, luck: u8) {
        let person = self.person(who);
        person.number += 1;
        let (mark, is_member) = (Mark { author: who, number: person.number, version: 0 }, person.is_member);
        if !is_member {
            return;
        }
        let (seq, invoked, returned) = (self.room.head + 1, self.now, self.answer(who, delay));
        let mut act = sample::sent(mark, seq, invoked, returned);
        if luck.is_multiple_of(8) {
            (act.outcome, act.returned) = (Outcome::Unknown, Micros::MAX);
            act.acks.clear();
        }
        self.room.acts.push(act);
        if luck != 8 {
            let mut entry = said(seq, mark);
            let members = |named: &Who| named.0 == TALKERS || self.people[named.0 as usize].is_member;
            entry.text.as_mut().unwrap().mentions = mark.names(TALKERS + 1).into_iter().filter(members).collect();
            self.commit(entry);
        }
    }

    /// Edits or deletes the last message of one's own that has a text and whose acts are all answered.
    fn amend(&mut self, who: Who, delay: u8, is_edit: bool) {
        let (now, people) = (self.now, TALKERS + 1);
        let is_free = |entry: &Entry| self.room.acts.iter().all(|act| !of(act.deed, entry) || act.returned < now);
        let own = self.room.log.iter().rev().find(|entry| entry.verb == Verb::Said && entry.author == who && entry.text.is_some());
        let Some(own) = own.filter(|entry| self.people[who.0 as usize].is_member && is_free(entry)).cloned() else { return };
        let mark = own.text.as_ref().unwrap().mark;
        let (verb, now_text, deed) = if is_edit {
            let edited = mark.edited();
            let mut text = text(edited);
            text.mentions =
                edited.names(people).into_iter().filter(|who| *who == KEEPER || self.people[who.0 as usize].is_member).collect();
            (Verb::Edited, Some(text), Deed::Edit { mark: edited })
        } else {
            (Verb::Deleted, None, Deed::Delete { mark })
        };
        let returned = self.answer(who, delay);
        self.room.acts.push(act(who, deed, now, returned));
        for entry in self.room.log.iter_mut().filter(|entry| entry.message == own.message) {
            entry.text.clone_from(&now_text);
        }
        let seq = self.room.head + 1;
        self.commit(Entry { seq, verb, text: now_text, ..own });
    }

    fn come_or_go(&mut self, who: Who) {
        let (seq, now) = (self.room.head + 1, self.now);
        let is_member = self.person(who).is_member;
        let deed = if is_member { Deed::Lose { whom: who } } else { Deed::Gain { whom: who } };
        self.room.acts.push(act(who, deed, now, now + 5));
        if is_member {
            self.arrive(who);
            self.close(who);
            self.person(who).is_member = false;
            self.commit(changed(seq, who, &[], &[who]));
        } else {
            self.person(who).is_member = true;
            if self.person(who).is_connected {
                self.open(who, Base::Admission);
            }
            self.commit(changed(seq, who, &[who], &[]));
        }
        self.now += 6;
    }

    fn open(&mut self, who: Who, base: Base) {
        let opened = self.now;
        self.room.streams.push(Stream { who, line: who.0, opened, ready: opened + 1, closed: Micros::MAX, base, seen: Vec::new() });
        let stream = Some(self.room.streams.len() - 1);
        let missed = match base {
            Base::After(seq) => self.room.log.iter().filter(|entry| entry.seq > seq).cloned().collect(),
            _ => Vec::new(),
        };
        let person = self.person(who);
        (person.stream, person.queue) = (stream, missed);
    }

    fn close(&mut self, who: Who) {
        let now = self.now;
        let person = self.person(who);
        person.queue.clear();
        if let Some(stream) = person.stream.take() {
            self.room.streams[stream].closed = now;
        }
    }

    fn arrive(&mut self, who: Who) {
        let now = self.now;
        let person = &mut self.people[who.0 as usize];
        let Some(stream) = person.stream else { return };
        person.heard = person.queue.last().map_or(person.heard, |last| last.seq);
        self.room.streams[stream].seen.extend(person.queue.drain(..).map(|entry| (now, entry)));
    }

    fn connect(&mut self, who: Who, resumes: bool) {
        self.close(who);
        self.person(who).is_connected = true;
        if self.person(who).is_member {
            let head = self.room.head;
            let heard = self.person(who).heard;
            self.open(who, Base::After(if resumes { heard } else { head }));
            if !resumes {
                self.person(who).heard = head;
            }
        }
    }

    fn read(&mut self, who: Who, after: u8, limit: u8) {
        if !self.person(who).is_member {
            return;
        }
        let (after, limit, head) = (u64::from(after) % (self.room.head + 2), u64::from(limit) + 1, self.room.head);
        let stretch = self.room.log.iter().filter(|entry| entry.seq > after && entry.seq <= after + limit);
        let entries = stretch.cloned().collect();
        let (began, ended) = (self.now, self.now + 4);
        self.room.pages.push(Page { who, began, ended, kind: PageKind::Log { after, limit }, head, entries });
    }

    fn count(&mut self, who: Who, read: u8) {
        let read = u64::from(read) % (self.room.head + 1);
        let is_news = |entry: &&Entry| entry.seq > read && entry.verb == Verb::Said && entry.author != who && entry.text.is_some();
        let unread = self.room.log.iter().filter(is_news).count() as u64;
        let members = Some(self.people.iter().filter(|person| person.is_member).count() as u64 + 1);
        self.room.counts.push(Counts { who, head: self.room.head, read, unread, mentions: None, members });
    }

    fn step(&mut self, number: u64, (what, who, x, y): Step) {
        let who = Who(u32::from(who) % TALKERS);
        match what % 16 {
            0..6 => self.send(who, x, y),
            6 | 7 => self.amend(who, x, true),
            8 => self.amend(who, x, false),
            9 => self.come_or_go(who),
            10 => self.connect(who, x.is_multiple_of(2)),
            11 => {
                self.close(who);
                self.person(who).is_connected = false;
            }
            12 | 13 => self.arrive(who),
            14 => self.read(who, x, y),
            _ => self.count(who, x),
        }
        if number.is_multiple_of(ARRIVES_EVERY) {
            (0..TALKERS).for_each(|who| self.arrive(Who(who)));
        }
        self.now += 10;
    }

    fn end(mut self) -> Round {
        for who in (0..TALKERS).map(Who) {
            self.arrive(who);
            self.now += 1;
            self.close(who);
        }
        Round { rooms: vec![self.room], sessions: Vec::new(), people: TALKERS + 1 }
    }
}

/// Whether an act is about a message.
fn of(deed: Deed, entry: &Entry) -> bool {
    let (Deed::Send { mark, .. } | Deed::Edit { mark } | Deed::Delete { mark }) = deed else { return false };
    sample::message(Mark { version: 0, ..mark }) == entry.message
}

fn play(steps: &[Step]) -> Round {
    let mut model = Model::new();
    (1..).zip(steps).for_each(|(number, step)| model.step(number, *step));
    model.end()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn good_histories_are_never_accused(steps in proptest::collection::vec(any::<Step>(), 0..160)) {
        let found = check(&play(&steps), &RULES);
        prop_assert!(found.is_empty(), "{found:?}");
    }

    /// The same histories, with one acknowledged message gone from the log as if it had never been there.
    #[test]
    fn a_history_that_lost_a_message_is_accused(steps in proptest::collection::vec(any::<Step>(), 20..80), place in any::<prop::sample::Index>()) {
        let mut round = play(&steps);
        let room = &mut round.rooms[0];
        let acked: Vec<u64> = room.acts.iter().filter_map(|act| act.acks.first()).map(|ack| ack.seq).collect();
        prop_assume!(!acked.is_empty());
        let gone = acked[place.index(acked.len())];
        room.log.retain(|entry| entry.seq != gone);
        room.log.iter_mut().filter(|entry| entry.seq > gone).for_each(|entry| entry.seq -= 1);
        room.head -= 1;
        prop_assert!(check(&round, &RULES).iter().any(|difference| difference.kind == Kind::Lost));
    }
}
