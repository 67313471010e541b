//! What a merchant asks for when creating a payment, read with all that is wrong with it.

use vinr_core::accounts::statement_descriptor;
use vinr_core::ids::{CustomerId, PaymentId, PaymentMethodId, RedemptionId};
use vinr_core::keys::Environment;
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payments::{self as core, Capture, Presence};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{Problems, Result};
use crate::http::formats::{chosen_id, id};
use crate::payments::wire;
use crate::record::Unit;

/// What a payment is made of, before it has its id and its secret.
pub(super) struct NewPayment {
    /// The caller's choice.
    pub(super) id: Option<PaymentId>,
    /// What is to pay.
    pub(super) method: Option<PaymentMethodId>,
    /// What takes something off.
    pub(super) redemptions: Vec<RedemptionId>,
    /// The rest as it came.
    pub(super) ask: wire::Create,
    amount: Money,
    customer_id: Option<CustomerId>,
    statement_descriptor: Option<String>,
    metadata: Metadata,
}

impl NewPayment {
    /// Reads what is asked for.
    ///
    /// # Errors
    /// Everything that can be refused without looking at the account's rows.
    pub(super) fn of(mut ask: wire::Create, environment: Environment) -> Result<NewPayment> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(ask.id.as_deref(), PaymentId::parse, environment)).flatten();
        let currency = Currency::from_param(&ask.currency);
        let amount = problems.note(currency.and_then(|currency| core::amount(ask.amount, currency)));
        let customer_id = problems.note(id("customerId", ask.customer_id.as_deref(), CustomerId::parse)).flatten();
        let method = id("paymentMethodId", ask.payment_method_id.as_deref(), PaymentMethodId::parse);
        let method = problems.note(method).flatten();
        let texts = ask.redemptions.iter().flatten();
        let redemptions = texts.map(|text| id("redemptions", Some(text), RedemptionId::parse));
        let redemptions = redemptions.filter_map(|id| problems.note(id).flatten()).collect();
        let descriptor = ask.statement_descriptor.as_deref().map(statement_descriptor).transpose();
        let statement_descriptor = problems.note(descriptor).flatten();
        let pairs = ask.metadata.take().unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        note_contradictions(&ask, &mut problems);
        let Some(amount) = amount.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
        Ok(NewPayment { id: chosen, method, redemptions, ask, amount, customer_id, statement_descriptor, metadata })
    }

    /// Whether it is to be charged in the same call.
    pub(super) fn is_charged_now(&self) -> bool {
        is_charged_now(&self.ask)
    }

    /// Whether it uses its customer's store credit.
    pub(super) fn uses_credit(&self) -> bool {
        self.ask.use_store_credit == Some(true)
    }

    /// The payment to create in this unit.
    pub(super) fn drawn(&self, unit: &Unit<'_>) -> core::Create {
        let ask = &self.ask;
        let manual = ask.capture == Some(false) || ask.capture_method == Some(wire::CaptureWord::Manual);
        core::Create {
            id: self.id.clone().unwrap_or_else(|| PaymentId::from_bits(unit.env.id_bits())),
            amount: self.amount,
            discounts: Vec::new(),
            credit: 0,
            description: ask.description.clone(),
            return_url: ask.return_url.clone(),
            cancel_url: ask.cancel_url.clone(),
            capture: if manual { Capture::Manual } else { Capture::Automatic },
            customer_id: self.customer_id.clone(),
            presence: presence(ask.off_session),
            save_method: ask.save_payment_method == Some(true),
            statement_descriptor: self.statement_descriptor.clone(),
            receipt_email: ask.receipt_email.clone(),
            metadata: self.metadata.clone(),
            checkout_token: format!("{:032x}", unit.env.entropy.u128()),
            link: None,
            invoice_id: None,
        }
    }
}

/// Whether the buyer is there.
pub(super) fn presence(off_session: Option<bool>) -> Presence {
    if off_session == Some(true) { Presence::OffSession } else { Presence::OnSession }
}

fn is_charged_now(ask: &wire::Create) -> bool {
    ask.confirm == Some(true) || ask.off_session == Some(true)
}

/// What is right each for itself, and wrong together.
fn note_contradictions(ask: &wire::Create, problems: &mut Problems) {
    let by_word = ask.capture_method.map(|word| word == wire::CaptureWord::Automatic);
    if let (Some(flag), Some(word)) = (ask.capture, by_word)
        && flag != word
    {
        let message = "`capture` and `captureMethod` contradict each other; give one";
        problems.add(Refusal::new(Code::ParameterConflict, message).at("captureMethod"));
    }
    if !is_charged_now(ask) || ask.customer_id.is_some() {
        return;
    }
    if ask.payment_method_id.is_none() {
        problems.add(super::no_method());
    }
    if ask.save_payment_method == Some(true) {
        problems.add(super::no_customer());
    }
}
