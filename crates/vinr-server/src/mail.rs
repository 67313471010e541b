//! E-mails to customers: what they say, and the rows that wait to be sent.
//!
//! An e-mail is written by the unit that causes it, whole and in the customer's language, and sent afterwards by
//! `workers/mail.rs`. Its row has the name of its cause: what was told once is not told again, however often that is
//! decided. It is sent at least once, and every time as the same message with the same id, so that mail programs show it
//! once.

mod letters;
mod message;
pub(crate) mod store;
mod texts;

pub use letters::{Collection, InvoiceFinalized, Letter, Merchant, PaymentFailed, Receipt};

use vinr_core::emails::Status;
use vinr_core::keys::Environment;

use crate::error::Result;
use crate::record::Unit;
use store::Stored;

/// Has a letter sent to a customer once this unit is committed, unless its cause (such as `invoice.finalized:inv_…`) has
/// sent one already.
///
/// An address that is none fails by itself, where the operator sees it, and not the unit.
pub(crate) async fn post(unit: &mut Unit<'_>, cause: &str, recipient: &str, letter: &Letter) -> Result<()> {
    if store::is_known(unit, cause).await? {
        return Ok(());
    }
    let message_id = format!("{:032x}", unit.env.id_bits());
    let is_test = unit.settings.environment == Environment::Sandbox;
    let made = message::make(&letter.written(is_test), recipient, &unit.env.mail_from, &message_id, unit.wall);
    let (status, message, last_error) = match made {
        Ok(message) => (Status::Pending, Some(message), None),
        Err(problem) => {
            let cause = cause.to_owned();
            unit.say(move || tracing::error!(cause, problem, "an e-mail cannot be sent and someone must look"));
            (Status::Failed, None, Some(problem.to_owned()))
        }
    };
    let is_over = status == Status::Failed;
    let email = Stored {
        cause: cause.to_owned(),
        status,
        sender: unit.env.mail_from.to_string(),
        recipient: recipient.to_owned(),
        message_id,
        message,
        attempts: 0,
        wake: (!is_over).then_some(unit.wall),
        lease: None,
        last_error,
        created_at: unit.now(),
        ended: is_over.then_some(unit.wall),
    };
    store::claim(unit, &email);
    Ok(())
}
