//! German.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    test: "Dies ist ein Test: Es fließt kein Geld.",
    number: "Rechnungsnummer",
    amount: "Betrag",
    due: "Fällig am",
    paid_on: "Bezahlt am",
    method: "Zahlungsart",
    questions: "Fragen? Antworten Sie auf diese E-Mail oder schreiben Sie an {email}.",
    no_questions: "Fragen? Wenden Sie sich an {merchant}.",
    invoice_subject: "Rechnung {number} von {merchant}",
    invoice_due: "{amount} offen",
    invoice_due_by: "{amount} fällig am {date}",
    invoice_attached: "Ihre Rechnung {number} hängt dieser E-Mail an.",
    invoice_automatic: "Der Betrag wird von Ihrer gespeicherten Zahlungsart abgebucht. Sie müssen nichts tun.",
    invoice_by_hand: "Sie können sie online ansehen und bezahlen.",
    invoice_button: "Rechnung ansehen",
    failed_subject: "Zahlung der Rechnung {number} von {merchant} fehlgeschlagen",
    failed_heading: "{amount} konnten nicht abgebucht werden",
    failed_text: "Die Zahlung der Rechnung {number} ist fehlgeschlagen.",
    failed_again: "Wir versuchen es am {date} noch einmal. Sie können auch jetzt oder mit einer anderen Zahlungsart bezahlen.",
    failed_for_good: "Wir versuchen es nicht von selbst noch einmal. Bitte bezahlen Sie online, mit dieser oder einer anderen Zahlungsart.",
    failed_button: "Jetzt bezahlen",
    receipt_subject: "Zahlungsbeleg von {merchant}",
    receipt_heading: "{amount} bezahlt",
    receipt_text: "Vielen Dank. {merchant} hat Ihre Zahlung erhalten.",
    receipt_button: "Rechnung ansehen",
};
