//! The numbers beside a conversation are what its log and the reader's position give, after every single step.

use proptest::prelude::*;
use shared_types::{ConversationId, Seq, Timestamp, ws::ServerFrame};

use super::{super::Model, server::Server};
use crate::{
    preferences::OpensAt,
    sync::Effect,
    testing::{conversation_id, user},
    unread::Mark,
};

const NOW: Timestamp = Timestamp(0);
/// With 110 steps each on average: more than 1,000,000.
const SCHEDULES: u32 = 10_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    Say {
        by: u64,
        names_ann: bool,
    },
    Edit {
        which: usize,
        names_ann: bool,
    },
    Delete {
        which: usize,
    },
    Notice,
    /// The reader reads on or marks unread on another device.
    OtherDevice {
        to: u64,
        back: bool,
    },
    See {
        which: usize,
    },
    MarkUnread {
        which: usize,
    },
    MarkRead,
    /// The server hears of the positions that the client wants.
    Report,
    /// The server says how things are, and it arrives much later.
    Keep {
        what: u16,
    },
    /// One of those arrives.
    Late {
        which: usize,
    },
    Open,
    Close,
    Older,
    Newer,
    Jump {
        to: u64,
    },
    ToLatest,
    Reconnect,
}

/// From two small numbers, which shrink well.
fn step((kind, n): (u8, u16)) -> Step {
    let (which, flag) = (usize::from(n / 4), n % 2 == 1);
    match kind {
        0..4 => Step::Say { by: 1 + u64::from(n % 4), names_ann: flag },
        4 | 5 => Step::Edit { which, names_ann: flag },
        6 | 7 => Step::Delete { which },
        8 => Step::Notice,
        9 => Step::OtherDevice { to: u64::from(n / 4), back: flag },
        10 | 11 => Step::See { which },
        12 => Step::MarkUnread { which },
        13 => Step::MarkRead,
        14 | 15 => Step::Report,
        16 => Step::Keep { what: n },
        17 => Step::Late { which },
        18 => Step::Open,
        19 => Step::Close,
        20 => Step::Older,
        21 => Step::Newer,
        22 => Step::Jump { to: u64::from(n / 4) },
        23 => Step::ToLatest,
        _ => Step::Reconnect,
    }
}

struct World {
    server: Server,
    model: Model,
    late: Vec<ServerFrame>,
}

impl World {
    fn hear(&mut self, frame: ServerFrame) {
        self.model.apply(frame, NOW);
    }

    fn some_place(&self, which: usize) -> Option<Seq> {
        let messages = self.model.timeline(self.model.open_id()?)?.messages();
        (!messages.is_empty()).then(|| messages[which % messages.len()].seq)
    }

    fn take(&mut self, room: u64, step: Step) {
        let id = conversation_id(1 + room % self.server.halls.len() as u64);
        let hall = self.server.hall(id);
        match step {
            Step::Say { by, names_ann } => {
                let event = hall.say(user(by), names_ann);
                self.hear(ServerFrame::Event { event });
            }
            Step::Edit { which, names_ann } => {
                if let Some(target) = hall.some_text(which) {
                    let event = hall.edit(target, names_ann);
                    self.hear(ServerFrame::Event { event });
                }
            }
            Step::Delete { which } => {
                if let Some(target) = hall.some_text(which) {
                    let event = hall.delete(target);
                    self.hear(ServerFrame::Event { event });
                }
            }
            Step::Notice => {
                let event = hall.come_or_go(user(4));
                self.hear(ServerFrame::Event { event });
            }
            Step::OtherDevice { to, back } => {
                if hall.mark(Mark { seq: Seq(to), rev: None, back }) {
                    let position = hall.position();
                    self.hear(ServerFrame::Read { position });
                }
            }
            Step::See { which } => {
                if let Some(seq) = self.some_place(which) {
                    self.model.mark_seen(seq);
                }
            }
            Step::MarkUnread { which } => {
                if let (Some(id), Some(seq)) = (self.model.open_id(), self.some_place(which)) {
                    self.model.mark_unread(id, seq);
                }
            }
            Step::MarkRead => self.model.mark_read(id),
            Step::Report => self.report(),
            Step::Keep { what } => {
                let kept = match what % 3 {
                    0 => ServerFrame::Read { position: hall.position() },
                    1 => self.server.ready(),
                    _ => self.server.heads(),
                };
                self.late.push(kept);
            }
            Step::Late { which } => {
                if !self.late.is_empty() {
                    let frame = self.late.remove(which % self.late.len());
                    self.hear(frame);
                }
            }
            Step::Open => {
                self.model.open(id, None, OpensAt::FirstUnread);
            }
            Step::Close => self.model.close(),
            Step::Older => {
                if let Some((id, before)) = self.model.wants_older() {
                    let page = self.server.hall(id).page(before.0.saturating_sub(7), before.0 - 1);
                    self.model.older_read(id, Some(page));
                }
            }
            Step::Newer => self.read_newer(),
            Step::Jump { to } => {
                let head = hall.head().0;
                self.model.jump_to(Seq(to.clamp(1, head.max(1))));
            }
            Step::ToLatest => self.model.jump_to_latest(),
            Step::Reconnect => {
                self.model.socket_lost();
                // Said while the line is cut: only the resumed socket tells of it.
                hall.say(user(2), true);
                let resume = self.model.resume().unwrap();
                for frame in self.server.resumed(&resume) {
                    self.hear(frame);
                }
            }
        }
    }

    fn read_newer(&mut self) {
        if let Some((id, after)) = self.model.wants_newer() {
            let page = self.server.hall(id).page(after.0, after.0 + 6);
            self.model.newer_read(id, Some(page));
        }
    }

    fn report(&mut self) {
        let marks: Vec<(ConversationId, Mark)> = self.model.marks().iter().map(|(id, mark)| (*id, *mark)).collect();
        for (id, mark) in marks {
            let hall = self.server.hall(id);
            hall.mark(mark);
            let position = hall.position();
            self.hear(ServerFrame::Read { position });
        }
    }

    /// What the client asks for it is told at once.
    fn answer(&mut self) {
        for _ in 0..50 {
            let effects = self.model.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::ReadLog { conversation_id: id, after } => {
                        if self.model.wants_log(id, after) {
                            let page = self.server.hall(id).event_page(after);
                            self.model.log_read(id, after, page);
                        }
                    }
                    Effect::ReadConversation(id) => self.model.conversation_read(self.server.halls[&id].conversation()),
                    Effect::ReadList => self.model.list_read(self.server.list()),
                    Effect::ReadWindow { conversation_id: id, place } => {
                        if self.model.awaited() == Some((id, place)) {
                            self.model.window_read(id, place, self.server.halls[&id].window(place));
                        }
                    }
                    Effect::ReadNewer(_) => self.read_newer(),
                    Effect::ReadUsers(_) | Effect::ReadReceipts(_) => {}
                }
            }
        }
        panic!("the client never stops asking");
    }

    fn is_sure(&self) -> bool {
        self.model.entries.values().all(|entry| entry.unread.is_sure())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: SCHEDULES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_the_log_and_the_position_give(
        before in 0..30_u64,
        steps in prop::collection::vec((0..2_u64, (0..25_u8, any::<u16>()).prop_map(step)), 1..220),
    ) {
        let mut world = World { server: Server::new(&[before, 3]), model: Model::default(), late: Vec::new() };
        world.hear(world.server.ready());
        for (room, step) in steps {
            world.take(room, step);
            world.answer();
            if !world.is_sure() {
                // A place that this client does not know was marked: the server's answer to the mark tells.
                prop_assert!(!world.model.marks().is_empty(), "not sure, and nobody is asked");
                world.report();
                world.answer();
                prop_assert!(world.is_sure(), "the server has told, and it is still not sure");
            }
            for (id, entry) in &world.model.entries {
                let hall = &world.server.halls[id];
                prop_assert_eq!(entry.log.applied(), hall.head());
                let shown = (world.model.unread(*id), world.model.mentions(*id));
                prop_assert_eq!(shown, hall.count_after(entry.unread.read_seq()), "shown, and recomputed");
                if !world.model.marks().contains_key(id) {
                    prop_assert_eq!(entry.unread.read_seq(), hall.read.seq, "the reader is where the server says");
                }
            }
            let total: u32 = world.model.entries.keys().map(|id| world.server.halls[id].count_after(world.model.entries[id].unread.read_seq()).0).sum();
            prop_assert_eq!(world.model.total_unread(), total);
        }
    }
}
