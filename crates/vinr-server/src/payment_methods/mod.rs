//! Saved payment methods and the vault with their numbers. Rules are in `vinr_core::payment_methods`; here they meet
//! rows. Whose a method is spans two nouns, which is `flows::customers`.

pub(crate) mod routes;
pub(crate) mod store;
mod vault;
pub(crate) mod wire;

use vinr_core::cards::{CardNumber, Expiry};
use vinr_core::events::EventType;
use vinr_core::ibans::Iban;
use vinr_core::ids::{CustomerId, PaymentMethodId};
use vinr_core::mandates::Mandate;
use vinr_core::payment_methods::{self as core, Command, Event, Kept, KeptCard, PaymentMethod, Source, Status};
use vinr_core::refusal::{Code, Refusal};
use vinr_store::Db;

use crate::bank_accounts::BankAccount;
use crate::cards::Card;
use crate::env::Env;
use crate::error::{ApiError, Result};
use crate::keyring::Keyring;
use crate::record::{Noun, Unit};
use crate::witness::Note;
use vault::Number;
use wire::Renewal;

/// What every test token begins with.
const TEST_TOKEN: &str = "pm_test_";

/// How many numbers are read at once when a master key is replaced.
const REWRAPPED_AT_ONCE: i64 = 200;

/// A card or an account as it was typed, to be kept.
pub(crate) struct Typed<'a> {
    /// Its number.
    number: Number<'a>,
    /// What is kept in plain.
    kept: Kept,
    /// The name on the card, or of the account's holder.
    name: Option<String>,
    /// Where it was typed.
    source: Source,
}

impl<'a> Typed<'a> {
    /// A card, with the name on it.
    pub(crate) fn card(card: &'a Card, name: Option<String>, source: Source) -> Typed<'a> {
        let kept = Kept::Card(KeptCard { summary: card.summary.clone(), issuer: card.issuer });
        Typed { number: Number::Card(&card.number), kept, name, source }
    }

    /// An account, with the mandate that its holder gives: on our own pages, which are the only ones that ask for it.
    pub(crate) fn account(account: &'a BankAccount, mandate: Mandate) -> Typed<'a> {
        let (number, kept) = (Number::Account(&account.iban), Kept::Account(account.kept(mandate)));
        Typed { number, kept, name: Some(account.holder.clone()), source: Source::Surface }
    }
}

/// Seals a number under a pending method, which is attached or given up before anybody sees it.
pub(crate) fn set_aside(unit: &mut Unit<'_>, typed: Typed<'_>) -> PaymentMethodId {
    let id = PaymentMethodId::from_bits(unit.env.id_bits());
    set_aside_as(unit, id.clone(), typed);
    id
}

/// The same under an id that was drawn before.
pub(crate) fn set_aside_as(unit: &mut Unit<'_>, id: PaymentMethodId, typed: Typed<'_>) {
    let ask = seal(unit, id, typed);
    let method = core::create(ask, unit.now());
    store::insert(unit, &method);
}

/// Seals a card's number under a method that can be charged at once and is nobody's.
///
/// # Errors
/// `resource_exists` for a chosen id that is taken, and `parameter_invalid` for one of a test token.
pub(crate) async fn tokenise(
    unit: &mut Unit<'_>,
    chosen: Option<&PaymentMethodId>,
    typed: Typed<'_>,
) -> Result<PaymentMethod> {
    if let Some(id) = chosen {
        if is_test_token(id) {
            let message = format!("ids that begin with {TEST_TOKEN} are the sandbox's own");
            return Err(Refusal::new(Code::ParameterInvalid, message).at("id").into());
        }
        if store::find(unit, id).await?.is_some() {
            let message = format!("there is already a payment method {id}");
            return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
        }
    }
    let id = chosen.cloned().unwrap_or_else(|| PaymentMethodId::from_bits(unit.env.id_bits()));
    let ask = seal(unit, id, typed);
    let method = core::tokenise(ask, unit.now());
    if chosen.is_some() {
        store::claim(unit, &method);
    } else {
        store::insert(unit, &method);
    }
    unit.timer(Noun::PaymentMethod, method.id.as_str(), None, core::due(&method).map(|(at, _)| at));
    Ok(method)
}

/// Whether a method is one of the sandbox's tokens, which are no rows.
pub(crate) fn is_test_token(id: &PaymentMethodId) -> bool {
    id.as_str().starts_with(TEST_TOKEN)
}

/// Stages a sealed number, and says what its method is made of.
fn seal(unit: &mut Unit<'_>, id: PaymentMethodId, typed: Typed<'_>) -> core::Create {
    let Typed { number, kept, name, source } = typed;
    let account = unit.context.account.clone();
    let keyring = unit.settings.keyring.clone();
    let envelope = vault::seal(&keyring, &unit.env.entropy, &vault::place(&account, &id), number);
    let fingerprint = vault::fingerprint(&keyring, &account, number);
    store::insert_sealed(unit, &id, envelope);
    core::Create { id, kept, fingerprint, name, source }
}

/// Forgets a pending method: what it was to be kept for did not succeed.
pub(crate) async fn give_up(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<()> {
    if store::find(unit, id).await?.is_some_and(|method| method.status == Status::Pending) {
        store::remove(unit, id);
        store::remove_sealed(unit, id);
    }
    Ok(())
}

/// Detaches a pending method whose customer is gone: what it was to be kept for succeeded and names it, so it can be looked
/// at and not charged. It was never anybody's, and no event tells of it.
pub(crate) async fn retire(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<()> {
    let mut method = load(unit, id).await?;
    if method.status == Status::Pending {
        core::forget(&mut method);
        core::evolve(&mut method, &Event::Detached);
        unit.note(|| Note::PaymentMethod { id: id.clone(), event: Event::Detached });
        store::update(unit, &method);
        store::remove_sealed(unit, id);
    }
    Ok(())
}

/// Gives a method that is nobody's to a customer. One that somebody has by now, or that was detached, stays as it is: the
/// customer does not get it, and nothing is given.
pub(crate) async fn attach(
    unit: &mut Unit<'_>,
    id: &PaymentMethodId,
    customer: CustomerId,
) -> Result<Option<PaymentMethod>> {
    let method = load(unit, id).await?;
    if method.status == Status::Detached || method.customer_id.is_some() {
        return Ok(None);
    }
    apply(unit, method, Command::Attach(customer)).map(Some)
}

/// Takes a method away for good: its number is removed.
///
/// # Errors
/// 404 for a method that is not this customer's, or not any more.
pub(crate) async fn detach(unit: &mut Unit<'_>, id: &PaymentMethodId, customer: &CustomerId) -> Result<PaymentMethod> {
    let method = load(unit, id).await?;
    if method.customer_id.as_ref() != Some(customer) {
        return Err(core::missing(id).into());
    }
    apply(unit, method, Command::Detach)
}

/// The network's account updater renews a card; what it does not name stays.
///
/// # Errors
/// 404 for a method that nobody sees; `payment_method_detached`; an expiry that is past, or none; one that is no card.
pub(crate) async fn renew(unit: &mut Unit<'_>, id: &PaymentMethodId, renewal: &Renewal) -> Result<PaymentMethod> {
    let method = load(unit, id).await?;
    let mut card = method.card().cloned().ok_or_else(core::not_a_card)?;
    if renewal.exp_month.is_some() || renewal.exp_year.is_some() {
        let month = renewal.exp_month.unwrap_or(card.expiry.month.into());
        let year = renewal.exp_year.unwrap_or(card.expiry.year.into());
        let param = if renewal.exp_year.is_some() { "expYear" } else { "expMonth" };
        card.expiry = Expiry::parse(month, year, unit.now()).map_err(|refusal| refusal.at(param))?;
    }
    if let Some(last4) = &renewal.last4 {
        card.last4.clone_from(last4);
    }
    apply(unit, method, Command::Update(card))
}

/// Takes all methods of a customer away who is forgotten, with their mandates, and forgets the names on them. The
/// customer's row must be loaded by this unit.
pub(crate) async fn forget(unit: &mut Unit<'_>, customer: &CustomerId) -> Result<()> {
    for id in store::of_customer(unit, customer).await? {
        let mut method = load(unit, &id).await?;
        core::forget(&mut method);
        match method.status {
            Status::Active => apply(unit, method, Command::Detach).map(drop)?,
            Status::Pending | Status::Detached => store::update(unit, &method),
        }
    }
    Ok(())
}

/// Whose a method is; nobody's that is not there, or a test token.
pub(crate) async fn owner(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<Option<CustomerId>> {
    if is_test_token(id) {
        return Ok(None);
    }
    Ok(store::find(unit, id).await?.and_then(|method| method.customer_id))
}

/// A method that is to be charged for this customer now.
///
/// # Errors
/// 404, or a code of its own for one of another customer, a detached or an expired one.
pub(crate) async fn usable(
    unit: &mut Unit<'_>,
    id: &PaymentMethodId,
    customer: Option<&CustomerId>,
) -> Result<PaymentMethod> {
    let method = load(unit, id).await.map_err(|error| error.about("paymentMethodId"))?;
    core::check_usable(&method, customer, unit.now())?;
    Ok(method)
}

/// The number of a card that may be charged.
///
/// # Errors
/// The master key is not the one it was sealed under.
pub(crate) async fn card_number(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<CardNumber> {
    opened(unit, id, CardNumber::parse).await
}

/// The number of an account that may be debited.
///
/// # Errors
/// The same.
pub(crate) async fn iban(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<Iban> {
    opened(unit, id, Iban::parse).await
}

async fn opened<T>(
    unit: &mut Unit<'_>,
    id: &PaymentMethodId,
    read: fn(&str) -> std::result::Result<T, Refusal>,
) -> Result<T> {
    let envelope = store::load_sealed(unit, id).await?;
    let envelope = envelope.ok_or_else(|| ApiError::internal(format!("the number of {id} is not in the vault")))?;
    vault::open(&unit.settings.keyring, &vault::place(&unit.context.account, id), &envelope, read)
}

/// What time does to a method when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<()> {
    let Some(method) = store::find(unit, id).await? else {
        unit.timer(Noun::PaymentMethod, id.as_str(), Some(unit.now()), None);
        return Ok(());
    };
    let fired = Some(unit.now());
    match core::due(&method) {
        Some((at, command)) if at <= unit.now() => apply(unit, method, command).map(drop),
        later => {
            unit.timer(Noun::PaymentMethod, id.as_str(), fired, later.map(|(at, _)| at));
            Ok(())
        }
    }
}

/// Wraps the keys of all numbers with the newest master key, while servers go on; tells how many after each batch.
///
/// # Errors
/// A number whose master key is not in the ring.
pub async fn rewrap(db: &Db, env: &Env, keyring: &Keyring, mut told: impl FnMut(usize)) -> Result<usize> {
    let (newest, _) = keyring.newest();
    let mut count = 0;
    loop {
        // What is wrapped anew is not found again.
        let batch = store::wrapped_before(db, newest, REWRAPPED_AT_ONCE).await?;
        if batch.is_empty() {
            return Ok(count);
        }
        for (account, id) in &batch {
            store::rewrap(db, env, keyring, account, id).await?;
        }
        count += batch.len();
        told(count);
    }
}

async fn load(unit: &mut Unit<'_>, id: &PaymentMethodId) -> Result<PaymentMethod> {
    store::find(unit, id).await?.ok_or_else(|| core::missing(id).into())
}

fn apply(unit: &mut Unit<'_>, mut method: PaymentMethod, command: Command) -> Result<PaymentMethod> {
    let due_before = core::due(&method).map(|(at, _)| at);
    for event in core::decide(&method, command, unit.now())? {
        core::evolve(&mut method, &event);
        unit.note(|| Note::PaymentMethod { id: method.id.clone(), event: event.clone() });
        let kind = match event {
            Event::Attached(_) => EventType::PaymentMethodAttached,
            Event::Detached => {
                // Nothing is charged with it any more, so nobody needs its number.
                store::remove_sealed(unit, &method.id);
                EventType::PaymentMethodDetached
            }
            Event::Updated(_) => EventType::PaymentMethodUpdated,
            Event::Expiring => EventType::PaymentMethodExpiring,
        };
        unit.emit(kind, &wire::data(&method));
    }
    store::update(unit, &method);
    unit.timer(Noun::PaymentMethod, method.id.as_str(), due_before, core::due(&method).map(|(at, _)| at));
    Ok(method)
}
