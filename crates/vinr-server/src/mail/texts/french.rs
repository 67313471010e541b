//! French.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    test: "Ceci est un test : aucun argent n’est transféré.",
    number: "Numéro de facture",
    amount: "Montant",
    due: "Date d’échéance",
    paid_on: "Payé le",
    method: "Moyen de paiement",
    questions: "Des questions ? Répondez à cet e-mail ou écrivez à {email}.",
    no_questions: "Des questions ? Contactez {merchant}.",
    invoice_subject: "Facture {number} de {merchant}",
    invoice_due: "{amount} à payer",
    invoice_due_by: "{amount} à payer au plus tard le {date}",
    invoice_attached: "Votre facture {number} est jointe à cet e-mail.",
    invoice_automatic: "Le montant est prélevé sur votre moyen de paiement enregistré. Vous n’avez rien à faire.",
    invoice_by_hand: "Vous pouvez la consulter et la payer en ligne.",
    invoice_button: "Voir la facture",
    failed_subject: "Échec du paiement de la facture {number} de {merchant}",
    failed_heading: "{amount} n’ont pas pu être prélevés",
    failed_text: "Le paiement de la facture {number} n’a pas abouti.",
    failed_again: "Nous réessaierons le {date}. Vous pouvez aussi payer maintenant, ou avec un autre moyen de paiement.",
    failed_for_good: "Nous ne réessaierons pas de nous-mêmes. Veuillez payer en ligne, avec ce moyen de paiement ou un autre.",
    failed_button: "Payer maintenant",
    receipt_subject: "Reçu de {merchant}",
    receipt_heading: "{amount} payés",
    receipt_text: "Merci. {merchant} a reçu votre paiement.",
    receipt_button: "Voir la facture",
};
