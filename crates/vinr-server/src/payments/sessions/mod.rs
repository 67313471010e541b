//! Sessions: a payment that a buyer's browser may read and confirm, with a client secret (spec/payments.md, "Payments").
//!
//! A client secret names its payment, and is kept as a digest. When the payment is over it opens nothing any more; how it
//! ended is told to the fields that were open until then, at an address with a token of its own.

pub(crate) mod store;
pub(crate) mod wire;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use vinr_core::ids::{AccountId, PaymentId};
use vinr_core::payments::Payment;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;
use vinr_store::Read;

use crate::error::Result;
use crate::http::auth::digest;
use crate::http::auth::store::hex;
use crate::http::shapes::Pages;
use crate::record::Unit;

/// What stands between a payment's id and what cannot be guessed.
const MARK: &str = "_secret_";
/// Random bytes of a client secret: 256 bits.
const RANDOM_BYTES: usize = 32;
/// Digits of the token that is made of a payment's own: 128 bits.
const TOKEN_DIGITS: usize = 32;

/// Gives a payment a client secret. It is shown once.
pub(crate) fn open(unit: &mut Unit<'_>, payment: &Payment) -> String {
    let secret = format!("{}{MARK}{}", payment.id, hex(&unit.env.entropy.bytes::<RANDOM_BYTES>()));
    store::insert(unit, &payment.id, &hex(&digest(&secret)));
    secret
}

/// The payment that a client secret says it opens.
///
/// # Errors
/// `client_secret_invalid` for what is none.
pub(crate) fn payment_of(secret: &str) -> Result<PaymentId> {
    let id = secret.rsplit_once(MARK).and_then(|(id, _)| PaymentId::parse(id).ok());
    Ok(id.ok_or_else(invalid)?)
}

/// Whether a client secret opens this payment now. That there is no such payment is answered alike.
///
/// # Errors
/// `client_secret_invalid`.
pub(crate) async fn check(
    reads: &impl Read,
    account: &AccountId,
    payment: Option<&Payment>,
    secret: &str,
    now: Timestamp,
) -> Result<()> {
    let payment = payment.filter(|payment| !payment.is_over(now)).ok_or_else(invalid)?;
    judge(store::peek(reads, account, &payment.id).await?, secret)
}

/// The same in a unit of work, for what it decides.
///
/// # Errors
/// `client_secret_invalid`.
pub(crate) async fn check_in(unit: &mut Unit<'_>, id: &PaymentId, secret: &str) -> Result<Payment> {
    let now = unit.now();
    let payment = super::store::find(unit, id).await?;
    let payment = payment.filter(|payment| !payment.is_over(now)).ok_or_else(invalid)?;
    judge(store::find(unit, id).await?, secret)?;
    Ok(payment)
}

fn judge(known: Option<String>, secret: &str) -> Result<()> {
    let presented = hex(&digest(secret));
    let fits = known.is_some_and(|known| bool::from(known.as_bytes().ct_eq(presented.as_bytes())));
    if fits { Ok(()) } else { Err(invalid().into()) }
}

fn invalid() -> Refusal {
    let message = "this client secret does not open this payment, or the payment is over: create another session";
    Refusal::new(Code::ClientSecretInvalid, message)
}

/// What opens the pages that belong to card fields and not to the hosted page: made of the hosted page's secret, and that
/// cannot be made of it.
pub(crate) fn token(payment: &Payment) -> String {
    let mut digits = hex(&Sha256::digest(format!("elements {}", payment.checkout_token)));
    digits.truncate(TOKEN_DIGITS);
    digits
}

/// Where such a page is; `place` is `challenge` or `outcome`.
pub(crate) fn page(place: &str, payment: &Payment, pages: Pages<'_>) -> String {
    pages.url(&format!("elements/v1/{place}"), payment.id.as_str(), &token(payment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_secret_names_its_payment() {
        let id = |secret: &str| payment_of(secret).ok().map(|id| id.to_string());
        assert_eq!(id("pay_1_secret_abc").as_deref(), Some("pay_1"));
        assert_eq!(id("pay_a_secret_b_secret_c").as_deref(), Some("pay_a_secret_b"), "whatever a merchant called it");
        for none in ["", "pay_1", "cust_1_secret_abc", "_secret_"] {
            assert_eq!(id(none), None, "{none}");
        }
    }
}
