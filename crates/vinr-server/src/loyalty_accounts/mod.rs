//! Members of loyalty programs. Rules are in `vinr_core::loyalty_accounts`; here they meet rows. One row is in the way of
//! everything that happens to a member's points, their account's.

pub(crate) mod points;
pub(crate) mod store;
pub(crate) mod tiers;
pub(crate) mod wire;

use vinr_core::events::EventType;
use vinr_core::ids::{CustomerId, LoyaltyAccountId, ProgramId};
use vinr_core::loyalty_accounts::{self as core, Changes, Create, LoyaltyAccount};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};
use crate::witness::Note;

pub(crate) use self::store::lots;

/// A member; whoever moves points has one. Whoever takes some asks for their [`lots`] besides.
#[derive(Debug)]
pub(crate) struct Member {
    /// Their account.
    pub(crate) account: LoyaltyAccount,
    /// When their timer fires as it is stored.
    woke_at: Option<Timestamp>,
}

impl Member {
    fn stored(account: LoyaltyAccount) -> Member {
        Member { woke_at: core::timer(&account), account }
    }
}

/// A member that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &LoyaltyAccountId) -> Result<Member> {
    find(unit, id).await?.ok_or_else(|| ApiError::missing("loyalty account", id.as_str()))
}

/// The same, if there is such a member.
pub(crate) async fn find(unit: &mut Unit<'_>, id: &LoyaltyAccountId) -> Result<Option<Member>> {
    Ok(store::find(unit, id).await?.map(Member::stored))
}

/// The member that a customer is in a program, if they are one. That they are none is not certain at the commit; whoever
/// makes them one claims it.
pub(crate) async fn of_customer(
    unit: &mut Unit<'_>,
    customer: &CustomerId,
    program: &ProgramId,
) -> Result<Option<Member>> {
    Ok(store::member(unit, customer, program).await?.map(Member::stored))
}

/// Opens a membership.
///
/// # Errors
/// `resource_exists`; `loyalty_account_exists` with the first one, for a customer who is a member.
pub(crate) async fn open(unit: &mut Unit<'_>, ask: Create, chosen_id: bool) -> Result<Member> {
    if let Some(customer) = &ask.customer_id
        && let Some(first) = store::membership(unit, customer, &ask.program_id).await?
    {
        let message = format!("{customer} is a member of {} already: {first}", ask.program_id);
        return Err(Refusal::new(Code::LoyaltyAccountExists, message).at("customerId").into());
    }
    if chosen_id && store::find(unit, &ask.id).await?.is_some() {
        let message = format!("there is already a loyalty account {}", ask.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    let mut account = core::create(ask, unit.now());
    account.tier = unit.context.loyalty.tier(&account.program_id, None).map(|tier| tier.key.clone());
    unit.emit(EventType::LoyaltyAccountCreated, &wire::data(&account, &unit.context.loyalty));
    store::insert(unit, &account, chosen_id);
    unit.note(|| Note::MemberOpened(Box::new(account.clone())));
    if !unit.context.loyalty.has_members {
        // From now on payments look for members.
        unit.bump_context();
    }
    Ok(Member { account, woke_at: None })
}

/// Changes a member's notes, or ends the membership and takes it up again.
///
/// # Errors
/// 404, metadata beyond its limits.
pub(crate) async fn update(unit: &mut Unit<'_>, id: &LoyaltyAccountId, changes: Changes) -> Result<LoyaltyAccount> {
    let account = store::find(unit, id).await?;
    let account = account.ok_or_else(|| ApiError::missing("loyalty account", id.as_str()))?;
    let account = core::changed(account, changes)?;
    store::update(unit, &account);
    unit.note(|| Note::MemberChanged(Box::new(account.clone())));
    Ok(account)
}

/// Stages a member as they are now, with their timer.
pub(crate) fn save(unit: &mut Unit<'_>, member: &mut Member) {
    let timer = core::timer(&member.account);
    unit.timer(Noun::LoyaltyAccount, member.account.id.as_str(), member.woke_at, timer);
    member.woke_at = timer;
    store::update(unit, &member.account);
}

/// What time does to a member: points that lapse go, of those that lapse soon they are told, and what counts no more may
/// put them into another tier.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &LoyaltyAccountId) -> Result<()> {
    let now = unit.now();
    let mut member = load(unit, id).await?;
    let mut left = lots(unit, &member.account).await?;
    for movement in core::lapse(&left, now) {
        movement.slices.iter().for_each(|slice| left.apply(*slice));
        points::apply(unit, &mut member, movement, points::Because::default());
    }
    for lot in core::notices(&member.account, &left, now) {
        unit.emit(EventType::LoyaltyPointsExpiring, &wire::expiring(&member.account, &lot, &unit.context.loyalty));
        member.account.noticed_until = member.account.noticed_until.max(lot.expires_at);
    }
    member.account.wakes_at = core::due(&member.account, &left);
    member.woke_at = Some(now);
    tiers::settle(unit, &mut member).await?;
    save(unit, &mut member);
    Ok(())
}
