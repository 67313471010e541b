//! Payment links with the payments that they make.

use vinr_core::ids::{PaymentId, PaymentLinkId};
use vinr_core::payments::{self as core, Capture, LinkOf, Payment, Presence};

use crate::error::Result;
use crate::record::Unit;
use crate::{payment_links, payments};

/// A buyer wants to pay: the payment to go on with. A link for one use stays with its payment until that is over without
/// money; any other makes one for each visit.
///
/// # Errors
/// 404; `payment_link_used_up`, `payment_link_inactive`.
pub(crate) async fn visit(unit: &mut Unit<'_>, id: &PaymentLinkId) -> Result<Payment> {
    let link = payment_links::load(unit, id).await?;
    // Whether its payment is over is a matter of the account's clock, and no event may tell of this visit.
    unit.guard();
    if let Some(payment) = &link.payment_id
        && let Some(payment) = payments::find(unit, payment).await?
        && !payment.is_over_unpaid(unit.now())
    {
        return Ok(payment);
    }
    let ask = core::Create {
        id: PaymentId::from_bits(unit.env.id_bits()),
        amount: link.amount,
        discounts: Vec::new(),
        credit: 0,
        description: link.description.clone(),
        return_url: link.return_url.clone(),
        cancel_url: None,
        capture: Capture::Automatic,
        customer_id: None,
        presence: Presence::OnSession,
        save_method: false,
        statement_descriptor: None,
        receipt_email: None,
        metadata: link.metadata.clone(),
        checkout_token: format!("{:032x}", unit.env.entropy.u128()),
        link: Some(LinkOf { id: link.id.clone(), expires_at: link.expires_at }),
        invoice_id: None,
    };
    payment_links::visit(unit, link, ask.id.clone())?;
    payments::create(unit, ask, false, None).await
}
