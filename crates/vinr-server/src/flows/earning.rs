//! Payments with the points that they earn, by rules or by hand. By either a payment earns in a program once.

pub(crate) mod routes;
mod wire;

use std::sync::Arc;

use vinr_core::awards::Award;
use vinr_core::earning_rules::{self as rules, Rule, Trigger};
use vinr_core::ids::{CustomerId, LoyaltyAccountId, PaymentId, PointsTransactionId, ProgramId};
use vinr_core::loyalty_accounts::{self as core, Status};
use vinr_core::money::Money;
use vinr_core::payments::{self as paying, LOYALTY_ACCOUNT, Payment};
use vinr_core::points::{Source, Transaction};
use vinr_core::programs::Program;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::tiers::Tier;

use super::{clawback, members};
use crate::error::Result;
use crate::loyalty_accounts::points::{self, Because};
use crate::loyalty_accounts::{self, Member, tiers};
use crate::record::Unit;
use crate::{awards, customers, payments};

/// What a rule is set off by.
pub(super) enum Gives {
    /// Somebody became a member.
    Welcome,
    /// A payment was completed.
    Payment {
        /// It.
        id: PaymentId,
        /// What it brought.
        paid: Money,
        /// Whether a rule of the program has given something for it before this one.
        has_given: bool,
    },
}

/// What a merchant gives by hand.
#[derive(Debug, Clone)]
struct Manual {
    program_id: Option<ProgramId>,
    to: To,
    points: i64,
    payment_id: Option<PaymentId>,
    reason: Option<String>,
}

/// To whom.
#[derive(Debug, Clone)]
enum To {
    /// The member that this customer is.
    Customer(CustomerId),
    /// This one.
    Account(LoyaltyAccountId),
}

/// A payment was completed: its member's points come with it, in every program where there is one. What cannot be given
/// never keeps a payment from its money; the payment's timeline says why.
pub(super) async fn completed(unit: &mut Unit<'_>, id: &PaymentId) -> Result<()> {
    let mut payment = payments::load(unit, id).await?;
    match payment.customer_id.clone() {
        Some(customer) => {
            let context = Arc::clone(&unit.context);
            for program in context.loyalty.programs_of_payers() {
                if let Some(member) = payer(unit, &customer, program).await? {
                    award(unit, &mut payment, member, program).await?;
                }
            }
            Ok(())
        }
        None => completed_without_customer(unit, &mut payment).await,
    }
}

/// The member that pays, who may become one by it.
async fn payer(unit: &mut Unit<'_>, customer: &CustomerId, program: &Program) -> Result<Option<Member>> {
    if let Some(member) = loyalty_accounts::of_customer(unit, customer, &program.id).await? {
        return Ok(Some(member));
    }
    // Who was deleted meanwhile becomes nothing any more.
    if program.is_active && program.auto_enroll && customers::exists(unit, customer).await? {
        return members::enroll(unit, customer, &program.id).await.map(Some);
    }
    Ok(None)
}

/// Only a payment that nobody is named for looks at what its metadata say.
async fn completed_without_customer(unit: &mut Unit<'_>, payment: &mut Payment) -> Result<()> {
    let Some(named) = payment.metadata.get(LOYALTY_ACCOUNT).map(str::to_owned) else { return Ok(()) };
    let member = match LoyaltyAccountId::parse(&named) {
        Ok(id) => loyalty_accounts::find(unit, &id).await?,
        Err(_) => None,
    };
    let Some(member) = member else {
        let text = format!("no points: there is no loyalty account {named} in this account and environment");
        return note(unit, payment, text);
    };
    let context = Arc::clone(&unit.context);
    let program = context.loyalty.program(&member.account.program_id)?;
    award(unit, payment, member, program).await
}

/// Gives what the program's rules give for a payment, and counts it towards the member's tier.
async fn award(unit: &mut Unit<'_>, payment: &mut Payment, mut member: Member, program: &Program) -> Result<()> {
    if member.account.status == Status::Closed {
        return note(unit, payment, format!("no points: the loyalty account {} is closed", member.account.id));
    }
    let context = Arc::clone(&unit.context);
    // The tier before the payment: what it earns does not multiply itself.
    let tier = tiers::current(unit, &mut member).await?;
    let (mut points, mut first, mut refused) = (0_i64, None, None);
    for rule in context.loyalty.rules_of(&program.id, Trigger::PaymentCompleted) {
        let gives = Gives::Payment { id: payment.id.clone(), paid: captured(payment), has_given: first.is_some() };
        match give(unit, &mut member, program, rule, tier.as_ref(), &gives).await? {
            Given::Points(more, transaction) => {
                points = points.checked_add(more).expect("the points of a payment fit 64 bits");
                first.get_or_insert(transaction);
            }
            Given::Nothing => {}
            Given::Refused(refusal) => {
                refused.get_or_insert(refusal);
            }
        }
    }
    // There is one limit, whatever rules come upon it.
    if let Some(refusal) = refused {
        note(unit, payment, format!("no points: {}", refusal.message))?;
    }
    if let Some(first) = first {
        let award = awarded(unit, &member, program, points, first);
        payments::set_award(unit, payment, award);
    }
    tiers::count_spend(unit, &mut member, program, &payment.id, captured(payment));
    tiers::settle(unit, &mut member).await
}

/// What a rule gave.
pub(super) enum Given {
    /// So many, by this transaction.
    Points(i64, PointsTransactionId),
    /// It does not match, or the member has had what it gives.
    Nothing,
    /// It matches, and the member can have no more.
    Refused(Refusal),
}

/// Gives what one rule gives a member of this tier.
pub(super) async fn give(
    unit: &mut Unit<'_>,
    member: &mut Member,
    program: &Program,
    rule: &Rule,
    tier: Option<&Tier>,
    gives: &Gives,
) -> Result<Given> {
    let (payment, paid, is_named) = match gives {
        Gives::Welcome => (None, None, false),
        Gives::Payment { id, paid, has_given } => (Some(id.clone()), Some(*paid), !has_given),
    };
    let mut points = rules::points(rule, paid, tier, program.rounding);
    if let Some(cap) = rule.cap {
        let given = awards::capped_so_far(unit, rule, cap, &member.account.id).await?;
        points = rules::capped(points, cap, given);
    }
    if points == 0 {
        return Ok(Given::Nothing);
    }
    let expires_at = program.expiry(unit.now(), &unit.context.settings.time_zone);
    let movement = match core::earn(&member.account, points, expires_at) {
        Ok(movement) => movement,
        Err(refusal) => return Ok(Given::Refused(refusal)),
    };
    if let Some(cap) = rule.cap {
        awards::count_towards_cap(unit, rule, cap, &member.account.id, points);
    }
    let source = Source { payment, rule: Some(rule.id.clone()), paid, ..Source::default() };
    let because = Because { source, expires_at, is_named, ..Because::default() };
    Ok(Given::Points(points, points::apply(unit, member, movement, because).id))
}

/// Gives points by hand. For a payment and program that have earned already, the first transaction is the answer.
///
/// # Errors
/// 404; 422 for a payment that is not completed or is another's, `loyalty_account_missing`, `loyalty_account_closed`.
async fn earn(unit: &mut Unit<'_>, ask: &Manual) -> Result<Transaction> {
    let mut payment = match &ask.payment_id {
        Some(id) => Some(payments::load(unit, id).await.map_err(|error| error.about("sourcePaymentId"))?),
        None => None,
    };
    let mut member = receiver(unit, ask).await?;
    let context = Arc::clone(&unit.context);
    let program = context.loyalty.program(&member.account.program_id)?;
    if let Some(payment) = &payment {
        check_payment(payment, &member)?;
        if let Some(first) = payment.award(&program.id) {
            return points::store::load(unit, &first.transaction).await;
        }
    }
    let expires_at = program.expiry(unit.now(), &context.settings.time_zone);
    let movement = core::earn(&member.account, ask.points, expires_at)?;
    let (id, paid) = (payment.as_ref().map(|payment| payment.id.clone()), payment.as_ref().map(captured));
    let is_named = id.is_some();
    let source = Source { payment: id, paid, ..Source::default() };
    let because = Because { source, reason: ask.reason.clone(), expires_at, is_named, ..Because::default() };
    let transaction = points::apply(unit, &mut member, movement, because);
    tiers::settle(unit, &mut member).await?;
    if let Some(payment) = &mut payment {
        // A refund at the same time must see it, or be seen by it: both write the payment's row.
        let award = awarded(unit, &member, program, ask.points, transaction.id.clone());
        payments::set_award(unit, payment, award);
        clawback::catch_up(unit, payment, &program.id).await?;
    }
    Ok(transaction)
}

/// Who is given points by hand.
async fn receiver(unit: &mut Unit<'_>, ask: &Manual) -> Result<Member> {
    unit.guard();
    let context = Arc::clone(&unit.context);
    let asked = ask.program_id.as_ref();
    if let Some(program) = asked {
        context.loyalty.program(program).map_err(|error| error.about("programId"))?;
    }
    let customer = match &ask.to {
        To::Account(id) => {
            let member = loyalty_accounts::load(unit, id).await.map_err(|error| error.about("accountId"))?;
            if asked.is_some_and(|program| *program != member.account.program_id) {
                let message = format!("{id} is a member of {}, not of this program", member.account.program_id);
                return Err(Refusal::new(Code::ParameterConflict, message).at("programId").into());
            }
            return Ok(member);
        }
        To::Customer(customer) => customer,
    };
    let program = context.loyalty.default_or(asked)?;
    customers::must_exist(unit, customer).await?;
    if let Some(member) = payer(unit, customer, program).await? {
        return Ok(member);
    }
    let message =
        format!("{customer} is no member of {}: create a loyalty account first, or set `autoEnroll`", program.id);
    Err(Refusal::new(Code::LoyaltyAccountMissing, message).at("customerId").into())
}

/// Whether points can be given for this payment to this member.
fn check_payment(payment: &Payment, member: &Member) -> Result<()> {
    if payment.status != paying::Status::Completed {
        let message = format!("a payment that is {} has earned nothing: wait until it is completed", payment.status);
        return Err(Refusal::new(Code::PaymentNotCompleted, message).at("sourcePaymentId").into());
    }
    let is_theirs = match &payment.customer_id {
        Some(customer) => member.account.customer_id.as_ref() == Some(customer),
        // Nobody is named: whoever the merchant says, unless the payment itself names another member.
        None => payment.metadata.get(LOYALTY_ACCOUNT).is_none_or(|named| named == member.account.id.as_str()),
    };
    if is_theirs {
        return Ok(());
    }
    let message = format!("{} is another customer's payment; its points are theirs", payment.id);
    Err(Refusal::new(Code::PaymentNotTheirs, message).at("sourcePaymentId").into())
}

fn awarded(unit: &Unit<'_>, member: &Member, program: &Program, points: i64, first: PointsTransactionId) -> Award {
    Award {
        program_id: program.id.clone(),
        account: member.account.id.clone(),
        transaction: first,
        points,
        clawed: 0,
        waived: 0,
        expires_at: program.expiry(unit.now(), &unit.context.settings.time_zone),
    }
}

fn captured(payment: &Payment) -> Money {
    Money::new(payment.amount_captured, payment.amount.currency)
}

fn note(unit: &mut Unit<'_>, payment: &mut Payment, text: String) -> Result<()> {
    payments::change(unit, payment, paying::Command::Note(text))
}
