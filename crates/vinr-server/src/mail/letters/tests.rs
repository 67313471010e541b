//! Letters in every language. With `VINR_TEST_PAPERS` set to a folder, each is also written there, to be looked at.

use vinr_core::accounts::TimeZone;
use vinr_core::money::Currency;
use vinr_core::time::Timestamp;

use super::*;

fn letters(locale: Locale) -> [(&'static str, Letter); 3] {
    let merchant = Merchant {
        name: "Ada & <b>Paper</b>".to_owned(),
        email: Some("billing@ada.example".to_owned()),
        accent: Colour::new(0xff, 0xd4, 0x00),
    };
    let day = Day::of(Timestamp::from_seconds(1_796_083_200), &TimeZone::utc());
    let amount = Money::new(12_000, Currency::EUR);
    let hosted_url = Some("https://pay.example/i/1?a=1&b=2".to_owned());
    let number = "INV-000042".to_owned();
    [
        (
            "invoice",
            Letter::InvoiceFinalized(InvoiceFinalized {
                locale,
                merchant: merchant.clone(),
                number: number.clone(),
                due: amount,
                due_on: Some(day),
                collection: Collection::ByHand,
                hosted_url: hosted_url.clone(),
                pdf: b"%PDF-".to_vec(),
            }),
        ),
        (
            "failed",
            Letter::PaymentFailed(PaymentFailed {
                locale,
                merchant: merchant.clone(),
                number: number.clone(),
                amount,
                method: Some("Visa •••• 4242".to_owned()),
                next_attempt_on: Some(day),
                hosted_url: hosted_url.clone(),
            }),
        ),
        (
            "receipt",
            Letter::Receipt(Receipt {
                locale,
                merchant,
                number: Some(number),
                amount,
                paid_on: day,
                method: Some("Visa •••• 4242".to_owned()),
                hosted_url,
                pdf: Some(b"%PDF-".to_vec()),
            }),
        ),
    ]
}

#[test]
fn every_letter_says_what_it_is_about_in_every_language() {
    for (locale, (name, letter)) in Locale::ALL.into_iter().flat_map(|one| letters(one).map(|letter| (one, letter))) {
        let written = letter.written(false);
        #[expect(clippy::disallowed_methods, reason = "whoever wants to look at the letters says where they go")]
        if let Some(folder) = std::env::var_os("VINR_TEST_PAPERS") {
            let path = std::path::Path::new(&folder).join(format!("{name}-{}.html", locale.tag()));
            std::fs::write(path, &written.html).expect("a folder");
        }
        for text in [&written.subject, &written.text, &written.html] {
            assert!(!text.contains(['{', '}']), "{name} in {}: {text}", locale.tag());
        }
        let amount = locale.money(Money::new(12_000, Currency::EUR));
        assert!(written.text.contains(&amount) && written.text.contains("https://pay.example/i/1?a=1&b=2"));
        assert!(written.html.contains(&format!("<html lang=\"{}\">", locale.tag())));
        assert!(written.text.contains("INV-000042") && written.text.contains("billing@ada.example"));
        assert_eq!(written.reply_to.as_deref(), Some("billing@ada.example"));
    }
}

#[test]
fn what_a_merchant_is_called_is_text_and_never_markup() {
    for (_, letter) in letters(Locale::English) {
        let written = letter.written(false);
        assert!(!written.html.contains("<b>") && written.text.contains("Ada & <b>Paper</b>"), "{}", written.html);
    }
}

#[test]
fn an_invoice_and_its_receipt_carry_the_paper_and_a_failed_payment_none() {
    let names = letters(Locale::English).map(|(_, letter)| letter.written(false).attached.map(|(name, _)| name));
    assert_eq!(names, [Some("INV-000042.pdf".to_owned()), None, Some("INV-000042.pdf".to_owned())]);
    assert_eq!(file_name("2026/11 №7"), "2026-11--7.pdf");
}

#[test]
fn a_letter_of_the_sandbox_says_that_it_is_a_test() {
    let [(_, letter), ..] = letters(Locale::German);
    let (test, live) = (letter.written(true), letter.written(false));
    assert!(test.text.contains("Es fließt kein Geld") && test.html.contains("Es fließt kein Geld"));
    assert!(!live.text.contains("Es fließt kein Geld"));
}

#[test]
fn who_is_charged_is_not_asked_to_pay() {
    let [(_, letter), ..] = letters(Locale::English);
    let Letter::InvoiceFinalized(by_hand) = letter else { panic!("an invoice") };
    let automatic = InvoiceFinalized { collection: Collection::Automatic, due_on: None, ..by_hand.clone() };
    let (by_hand, automatic) =
        (Letter::InvoiceFinalized(by_hand).written(false), Letter::InvoiceFinalized(automatic).written(false));
    assert!(automatic.text.contains("nothing you need to do") && !automatic.text.contains("pay it online"));
    assert!(by_hand.text.contains("pay it online") && by_hand.text.contains("€120.00 due by December 1, 2026"));
}

#[test]
fn the_next_attempt_is_announced_only_if_there_is_one() {
    let [_, (_, letter), _] = letters(Locale::English);
    let Letter::PaymentFailed(again) = letter else { panic!("a failed payment") };
    let last = PaymentFailed { next_attempt_on: None, ..again.clone() };
    let text = |failed| Letter::PaymentFailed(failed).written(false).text;
    assert!(text(again).contains("We try again on December 1, 2026."));
    assert!(text(last).contains("We do not try again by ourselves."));
}
