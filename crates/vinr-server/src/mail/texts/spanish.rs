//! Spanish.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    test: "Esto es una prueba: no se mueve dinero.",
    number: "Número de factura",
    amount: "Importe",
    due: "Fecha de vencimiento",
    paid_on: "Pagado el",
    method: "Método de pago",
    questions: "¿Preguntas? Responda a este correo o escriba a {email}.",
    no_questions: "¿Preguntas? Póngase en contacto con {merchant}.",
    invoice_subject: "Factura {number} de {merchant}",
    invoice_due: "{amount} pendiente",
    invoice_due_by: "{amount} a pagar hasta el {date}",
    invoice_attached: "Su factura {number} va adjunta a este correo.",
    invoice_automatic: "El importe se cobra en su método de pago guardado. No tiene que hacer nada.",
    invoice_by_hand: "Puede verla y pagarla en línea.",
    invoice_button: "Ver factura",
    failed_subject: "No se pudo cobrar la factura {number} de {merchant}",
    failed_heading: "No se pudo cobrar {amount}",
    failed_text: "El pago de la factura {number} no se completó.",
    failed_again: "Lo intentaremos de nuevo el {date}. También puede pagar ahora o con otro método de pago.",
    failed_for_good: "No lo intentaremos de nuevo por nuestra cuenta. Pague en línea, con este u otro método de pago.",
    failed_button: "Pagar ahora",
    receipt_subject: "Recibo de {merchant}",
    receipt_heading: "{amount} pagado",
    receipt_text: "Gracias. {merchant} ha recibido su pago.",
    receipt_button: "Ver factura",
};
