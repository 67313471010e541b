//! Bulgarian.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    test: "Това е тест: не се движат пари.",
    number: "Номер на фактура",
    amount: "Сума",
    due: "Срок за плащане",
    paid_on: "Платено на",
    method: "Начин на плащане",
    questions: "Имате въпроси? Отговорете на този имейл или пишете на {email}.",
    no_questions: "Имате въпроси? Свържете се с {merchant}.",
    invoice_subject: "Фактура {number} от {merchant}",
    invoice_due: "{amount} за плащане",
    invoice_due_by: "{amount} за плащане до {date}",
    invoice_attached: "Вашата фактура {number} е приложена към този имейл.",
    invoice_automatic: "Сумата се събира от запазения Ви начин на плащане. Не е нужно да правите нищо.",
    invoice_by_hand: "Можете да я видите и платите онлайн.",
    invoice_button: "Вижте фактурата",
    failed_subject: "Плащането на фактура {number} от {merchant} не бе успешно",
    failed_heading: "{amount} не бяха събрани",
    failed_text: "Плащането на фактура {number} не премина.",
    failed_again: "Ще опитаме отново на {date}. Можете и да платите сега или с друг начин на плащане.",
    failed_for_good: "Няма да опитваме повече сами. Моля, платете онлайн с този или с друг начин на плащане.",
    failed_button: "Платете сега",
    receipt_subject: "Разписка от {merchant}",
    receipt_heading: "{amount} платени",
    receipt_text: "Благодарим Ви. {merchant} получи плащането Ви.",
    receipt_button: "Вижте фактурата",
};
