//! What a merchant does to an invoice.

use vinr_core::ids::InvoiceId;
use vinr_core::invoices::{Command, Invoice, Status};
use vinr_core::refusal::{Code, Refusal};

use super::{collect, finalize, tell};
use crate::error::Result;
use crate::flows::payments;
use crate::record::Unit;
use crate::{invoices, payments as paying};

/// Finalizes a draft before its time, and collects it.
///
/// # Errors
/// 404; `invoice_not_editable`.
pub(super) async fn finalize_now(unit: &mut Unit<'_>, id: &InvoiceId) -> Result<()> {
    let mut invoice = invoices::load(unit, id).await?;
    finalize::finalize(unit, &mut invoice).await?;
    collect::collect(unit, &mut invoice, collect::By::default()).await
}

/// Charges an invoice now; a draft is finalized for it.
///
/// # Errors
/// 404; `invoice_not_payable`; what is wrong with the method that is named.
pub(super) async fn pay(unit: &mut Unit<'_>, id: &InvoiceId, by: collect::By) -> Result<()> {
    let mut invoice = invoices::load(unit, id).await?;
    if let Some(method) = &by.method {
        let checked = payments::check_method(unit, method, &invoice.customer_id).await;
        checked.map_err(|error| error.about("paymentMethodId"))?;
    }
    match invoice.status {
        Status::Draft => finalize::finalize(unit, &mut invoice).await?,
        Status::Open | Status::Uncollectible => {}
        Status::Paid | Status::Void => {
            let message = format!("an invoice that is {} cannot be paid", invoice.status);
            return Err(Refusal::new(Code::InvoiceNotPayable, message).into());
        }
    }
    collect::collect(unit, &mut invoice, collect::By { is_asked_for: true, ..by }).await
}

/// Declares an invoice void, and ends its payment.
///
/// # Errors
/// `invoice_not_voidable`, also as long as a bank may still bring its money.
pub(super) async fn void(unit: &mut Unit<'_>, invoice: &mut Invoice) -> Result<()> {
    vinr_core::invoices::decide(invoice, Command::Void)?;
    if let Some(id) = invoice.payment_id.clone() {
        let payment = paying::load(unit, &id).await?;
        if payment.status == vinr_core::payments::Status::Processing {
            let message = "its payment is with a bank: wait until that has said what becomes of it";
            return Err(Refusal::new(Code::InvoiceNotVoidable, message).into());
        }
        payments::give_up(unit, &id).await?;
    }
    tell(unit, invoice, Command::Void).await
}

/// Writes an invoice off.
///
/// # Errors
/// 404; `invoice_not_payable`.
pub(super) async fn write_off(unit: &mut Unit<'_>, id: &InvoiceId) -> Result<()> {
    let mut invoice = invoices::load(unit, id).await?;
    tell(unit, &mut invoice, Command::MarkUncollectible).await
}
