//! Refunds and disputes with the points that their payment has earned (spec/engagement.md, Clawback). Every one of them
//! changes the payment's row, and awards are a part of it, so none of them misses another.

use std::sync::Arc;

use vinr_core::awards::{self as core, Cause};
use vinr_core::disputes::{self, Dispute};
use vinr_core::ids::{PaymentId, ProgramId};
use vinr_core::loyalty_accounts::{claw_back, restore};
use vinr_core::money::Money;
use vinr_core::payments::Payment;
use vinr_core::points::Source;
use vinr_core::refunds::{self, Refund};

use crate::awards::{self, Clawback};
use crate::error::{ApiError, Result};
use crate::loyalty_accounts::points::{self, Because};
use crate::loyalty_accounts::tiers;
use crate::record::{Reaction, Unit};
use crate::{disputes as dispute_rows, loyalty_accounts, payments, refunds as refund_rows};

/// What happened to a refund may mean something for points.
pub(super) fn hear_of_refund(unit: &mut Unit<'_>, refund: &Refund, event: refunds::Event) {
    // Points are earned on money, and what is given back as store credit takes none.
    if !may_have_earned(unit) || refund.amount.amount == 0 {
        return;
    }
    let (payment, cause) = (|| refund.payment_id.clone(), || Cause::Refund(refund.id.clone()));
    match event {
        refunds::Event::Created | refunds::Event::Revived => unit.react(Reaction::TakenBack(payment(), cause())),
        refunds::Event::Failed(_) => unit.react(Reaction::GivenAgain(payment(), cause())),
        refunds::Event::Succeeded => {}
    }
}

/// The same of a dispute.
pub(super) fn hear_of_dispute(unit: &mut Unit<'_>, dispute: &Dispute, event: &disputes::Event) {
    if !may_have_earned(unit) {
        return;
    }
    let (payment, cause) = (|| dispute.payment_id.clone(), || Cause::Dispute(dispute.id.clone()));
    match event {
        disputes::Event::Opened | disputes::Event::Escalated { .. } => {
            unit.react(Reaction::TakenBack(payment(), cause()));
        }
        disputes::Event::Won => unit.react(Reaction::GivenAgain(payment(), cause())),
        // What a lost dispute takes was taken when it was opened, and a warning takes nothing.
        disputes::Event::Warned
        | disputes::Event::Closed
        | disputes::Event::Lost
        | disputes::Event::Updated { .. }
        | disputes::Event::Submitted { .. } => {}
    }
}

/// Where there are no members, no payment has earned; unless the first one comes in this very unit, by paying.
fn may_have_earned(unit: &Unit<'_>) -> bool {
    let loyalty = &unit.context.loyalty;
    loyalty.has_members || loyalty.programs_of_payers().next().is_some()
}

/// Takes the points of what a refund or a dispute took, in every program in which the payment has earned.
pub(super) async fn taken_back(unit: &mut Unit<'_>, payment: &PaymentId, cause: &Cause) -> Result<()> {
    let mut payment = payments::load(unit, payment).await?;
    let gone = gone(&payment);
    let context = Arc::clone(&unit.context);
    for program in &context.loyalty.programs {
        take(unit, &mut payment, &program.id, cause, gone).await?;
        tiers::spend_follows(unit, program, &payment.id, Money::new(gone, payment.amount.currency)).await?;
    }
    Ok(())
}

/// Gives again exactly what it took.
pub(super) async fn given_again(unit: &mut Unit<'_>, payment: &PaymentId, cause: &Cause) -> Result<()> {
    let context = Arc::clone(&unit.context);
    for program in &context.loyalty.programs {
        let Some(clawback) = awards::clawback(unit, cause, &program.id).await? else { continue };
        let mut payment = payments::load(unit, payment).await?;
        let award = payment.award(&program.id).cloned();
        let mut award = award.ok_or_else(|| ApiError::internal("what was taken back was given"))?;
        let taken = points::store::load(unit, &clawback.transaction).await?;
        let mut member = loyalty_accounts::load(unit, &award.account).await?;
        for movement in restore(&member.account, &taken.movement, award.expires_at, unit.now()) {
            points::apply(
                unit,
                &mut member,
                movement,
                Because { month: taken.month, ..because(&payment.id, cause, 0) },
            );
        }
        tiers::settle(unit, &mut member).await?;
        core::restore(&mut award, clawback.taken);
        payments::set_award(unit, &mut payment, award);
        awards::remove_clawback(unit, cause, &program.id);
    }
    if context.loyalty.counts() {
        let payment = payments::load(unit, payment).await?;
        let gone = Money::new(gone(&payment), payment.amount.currency);
        for program in &context.loyalty.programs {
            tiers::spend_follows(unit, program, &payment.id, gone).await?;
        }
    }
    Ok(())
}

/// What of a payment is refunded or disputed, in minor units.
fn gone(payment: &Payment) -> i64 {
    payment.amount_refunded.saturating_add(payment.amount_disputed).clamp(0, payment.amount_captured)
}

/// Takes of a new award what refunds and disputes had taken of its payment before.
pub(super) async fn catch_up(unit: &mut Unit<'_>, payment: &mut Payment, program: &ProgramId) -> Result<()> {
    if payment.amount_refunded == 0 && payment.amount_disputed == 0 {
        return Ok(());
    }
    let refunded = refund_rows::store::standing(unit, &payment.id).await?;
    let disputed = dispute_rows::store::standing(unit, &payment.id).await?;
    let refunded = refunded.into_iter().map(|(id, amount)| (Cause::Refund(id), amount));
    let disputed = disputed.into_iter().map(|(id, amount)| (Cause::Dispute(id), amount));
    let mut gone = 0_i64;
    for (cause, amount) in refunded.chain(disputed) {
        gone = gone.saturating_add(amount);
        take(unit, payment, program, &cause, gone).await?;
    }
    Ok(())
}

/// Takes what has to be gone of what a payment earned in a program now that so much of it is.
async fn take(unit: &mut Unit<'_>, payment: &mut Payment, program: &ProgramId, cause: &Cause, gone: i64) -> Result<()> {
    let Some(mut award) = payment.award(program).cloned() else { return Ok(()) };
    let due = core::due(&award, gone, payment.amount_captured);
    if due == 0 {
        return Ok(());
    }
    let mut member = loyalty_accounts::load(unit, &award.account).await?;
    let context = Arc::clone(&unit.context);
    let program = context.loyalty.program(program)?;
    let month = tiers::month_of_award(unit, program, &award.transaction).await?;
    let lots = loyalty_accounts::lots(unit, &member.account).await?;
    let (movement, taken) = claw_back(&member.account, &lots, due, award.expires_at, program.shortfall);
    let because = Because { month, ..because(&payment.id, cause, taken.waived) };
    let transaction = points::apply(unit, &mut member, movement, because);
    tiers::settle(unit, &mut member).await?;
    core::take(&mut award, taken);
    awards::insert_clawback(unit, cause, &payment.id, &program.id, &Clawback { taken, transaction: transaction.id });
    payments::set_award(unit, payment, award);
    Ok(())
}

fn because(payment: &PaymentId, cause: &Cause, waived: i64) -> Because {
    let (refund, dispute) = match cause {
        Cause::Refund(id) => (Some(id.clone()), None),
        Cause::Dispute(id) => (None, Some(id.clone())),
    };
    let source = Source { payment: Some(payment.clone()), refund, dispute, ..Source::default() };
    Because { source, waived, ..Because::default() }
}
