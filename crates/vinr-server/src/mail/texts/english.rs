//! English.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    test: "This is a test: no money moves.",
    number: "Invoice number",
    amount: "Amount",
    due: "Due date",
    paid_on: "Paid on",
    method: "Payment method",
    questions: "Questions? Reply to this e-mail or write to {email}.",
    no_questions: "Questions? Contact {merchant}.",
    invoice_subject: "Invoice {number} from {merchant}",
    invoice_due: "{amount} due",
    invoice_due_by: "{amount} due by {date}",
    invoice_attached: "Your invoice {number} is attached to this e-mail.",
    invoice_automatic: "It is charged to your saved payment method. There is nothing you need to do.",
    invoice_by_hand: "You can view and pay it online.",
    invoice_button: "View invoice",
    failed_subject: "Payment for invoice {number} from {merchant} failed",
    failed_heading: "{amount} could not be charged",
    failed_text: "The payment for invoice {number} did not go through.",
    failed_again: "We try again on {date}. You can also pay now, or with another payment method.",
    failed_for_good: "We do not try again by ourselves. Please pay online, with this or another payment method.",
    failed_button: "Pay now",
    receipt_subject: "Receipt from {merchant}",
    receipt_heading: "{amount} paid",
    receipt_text: "Thank you. {merchant} has received your payment.",
    receipt_button: "View invoice",
};
