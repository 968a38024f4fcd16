//! How far people have received and read, as others see it.

use shared_types::{
    ConversationId, Seq, limits,
    message::{Receipt, ReceiptList},
    page,
    ws::Head,
};

use crate::{
    Ctx, Error, Result,
    ports::{
        Signal,
        store::{Move, MovePosition, Moved},
    },
    sessions::Identity,
};

/// A device of the reader has everything up to these places. What is no conversation of theirs is passed over.
pub async fn delivered(ctx: &Ctx, me: Identity, heads: Vec<Head>) -> Result<()> {
    let moves: Vec<_> = heads
        .into_iter()
        .take(limits::POSITIONS_MAX)
        .map(|head| {
            let step = Move { read: None, delivered: Some(head.seq) };
            ctx.store.move_position(MovePosition { conversation_id: head.conversation_id, user_id: me.user_id, step })
        })
        .collect();
    for moved in moves {
        if let Some(moved) = moved.await? {
            tell(ctx, &moved);
        }
    }
    Ok(())
}

/// Tells those who share theirs, if something moved forward.
pub(crate) fn tell(ctx: &Ctx, moved: &Moved) {
    let is_news = moved.now.delivered_seq > moved.before.delivered_seq || moved.now.read_seq > moved.before.read_seq;
    if is_news && moved.shares_receipts && moved.member_count <= limits::LIVE_RECEIPTS_MEMBERS {
        let receipt = Receipt { user_id: moved.member.user_id(), delivered_seq: moved.now.delivered_seq, read_seq: moved.now.read_seq };
        ctx.bus.publish(Signal::Receipts { conversation_id: moved.member.conversation_id(), receipts: vec![receipt] });
    }
}

/// Of every member who shares theirs, for a reader who does too; of large rooms the first 200.
pub async fn list(ctx: &Ctx, me: Identity, conversation_id: ConversationId) -> Result<ReceiptList> {
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, conversation_id).await?.ok_or(Error::NotFound)?;
    let shares = tx.me(me.user_id).await?.is_some_and(|me| me.shares_receipts);
    let receipts = if shares { tx.receipts(&member, page::size(Some(limits::PAGE_MAX))).await? } else { Vec::new() };
    // Nobody learns of places that they may not read.
    let first = member.history_from().max(Seq::START);
    Ok(ReceiptList { receipts: receipts.into_iter().filter(|receipt| receipt.delivered_seq >= first).collect() })
}
