//! Invoices read back: what is where on which page. With `VINR_TEST_PAPERS` set to a folder, each is also written there,
//! to be looked at.

use lopdf::{Dictionary, Document, Object};
use vinr_core::accounts::TimeZone;
use vinr_core::money::Currency;
use vinr_core::time::Timestamp;

use super::*;

fn day(month_day: (i64, i64)) -> Day {
    let (month, day) = month_day;
    // 2026-11-01, and thirty days for each month after it.
    Day::of(Timestamp::from_seconds(1_793_491_200 + ((month - 11) * 30 + day - 1) * 86_400), &TimeZone::utc())
}

fn party(name: &str, address: &[&str], vat_id: &str) -> Party {
    let address = address.iter().map(|line| (*line).to_owned()).collect();
    Party { name: name.to_owned(), address, vat_id: Some(vat_id.to_owned()) }
}

fn line(description: &str, amount: Money) -> InvoiceLine {
    InvoiceLine {
        description: description.to_owned(),
        period: None,
        quantity: Some(1),
        unit_price: Some(Locale::English.money(amount)),
        discount: None,
        tax: LineTax::Rate(20_000),
        amount,
    }
}

/// An invoice of these lines, all at 20 %.
fn invoice(lines: Vec<InvoiceLine>) -> InvoiceDocument {
    let currency = lines[0].amount.currency;
    let money = |amount| Money::new(amount, currency);
    let net: i64 = lines.iter().map(|line| line.amount.amount).sum();
    let tax = net / 5;
    let taxes = vec![TaxRow {
        name: "VAT".to_owned(),
        tax: LineTax::Rate(20_000),
        net: money(net),
        amount: money(tax),
        gross: money(net + tax),
    }];
    InvoiceDocument {
        locale: Locale::English,
        seller: Seller {
            party: party("Ada Paper Ltd.", &["12 Mill Lane", "Sofia 1000", "Bulgaria"], "BG123456789"),
            email: Some("billing@ada.example".to_owned()),
            accent: Colour::new(0x3b, 0x3b, 0xf5),
        },
        buyer: party("Grace Notebooks GmbH", &["Hafenstraße 3", "20457 Hamburg", "Germany"], "DE987654321"),
        number: Some("INV-000042".to_owned()),
        standing: Standing::Open,
        issued_on: Some(day((11, 25))),
        due_on: Some(day((12, 9))),
        period: Some((day((11, 1)), day((11, 30)))),
        lines,
        sums: Sums {
            subtotal: money(net),
            discounts: money(0),
            net: money(net),
            taxes,
            total: money(net + tax),
            credit_applied: money(0),
            paid: money(0),
            due: money(net + tax),
        },
        payment_reference: Some("INV-000042".to_owned()),
        hosted_url: Some("https://pay.example/invoices/inv_01h455vb4pex5vsknk084sn02q".to_owned()),
        footer: Some("Thank you. Questions: billing@ada.example".to_owned()),
    }
}

fn euros(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

/// The text of each page, with every kind of space as one.
fn pages(name: &str, invoice: &InvoiceDocument) -> Vec<String> {
    let bytes = render(invoice);
    #[expect(clippy::disallowed_methods, reason = "whoever wants to look at the papers says where they go")]
    if let Some(folder) = std::env::var_os("VINR_TEST_PAPERS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), &bytes).expect("a folder");
    }
    let pdf = Document::load_mem(&bytes).expect("a PDF");
    let text = |page| pdf.extract_text(&[page]).expect("text").split_whitespace().collect::<Vec<_>>().join(" ");
    pdf.get_pages().into_keys().map(text).collect()
}

fn assert_says(page: &str, all: &[&str]) {
    for one in all {
        assert!(page.contains(one), "no {one:?} in: {page}");
    }
}

fn info(bytes: &[u8]) -> (Document, Dictionary) {
    let pdf = Document::load_mem(bytes).expect("a PDF");
    let info = pdf.trailer.get(b"Info").and_then(Object::as_reference).expect("document information");
    let info = pdf.get_dictionary(info).expect("document information").clone();
    (pdf, info)
}

#[test]
fn an_invoice_says_what_the_law_wants_on_one_page() {
    let mut line = line("Notebooks, 96 pages, dotted", euros(10_000));
    line.quantity = Some(1_250);
    line.unit_price = Some("€0.08".to_owned());
    line.period = Some((day((11, 1)), day((11, 30))));
    let pages = pages("one-line", &invoice(vec![line]));
    assert_eq!(pages.len(), 1);
    assert_says(
        &pages[0],
        &[
            "Ada Paper Ltd.",
            "VAT ID: BG123456789",
            "Grace Notebooks GmbH",
            "Hafenstraße 3",
            "VAT ID: DE987654321",
            "INV-000042",
            "November 25, 2026",
            "€120.00 due by December 9, 2026",
            "November 1, 2026 – November 30, 2026",
            "EUR",
            "1,250",
            "€0.08",
            "20%",
            "€100.00",
            "VAT 20%",
            "€20.00",
            "€120.00",
            "Page 1 of 1",
            "Thank you.",
        ],
    );
}

#[test]
fn many_lines_go_on_on_further_pages_under_the_same_heads() {
    let lines: Vec<_> = (1..=60).map(|number| line(&format!("Service no. {number}"), euros(number * 100))).collect();
    let pages = pages("sixty-lines", &invoice(lines));
    assert!(pages.len() > 1);
    for (index, page) in pages.iter().enumerate() {
        assert_says(page, &["INV-000042", &format!("Page {} of {}", index + 1, pages.len())]);
    }
    let at = |text: &str| pages.iter().position(|page| page.contains(text)).expect(text);
    assert_eq!((at("Service no. 1 "), at("Service no. 60 ")), (0, pages.len() - 1));
    assert_eq!(at("Amount due €2,196.00"), pages.len() - 1, "the sums follow the last line");
    for page in &pages[..pages.len() - 1] {
        assert_says(page, &["Description", "Unit price"]);
    }
    let found: usize = (1..=60).map(|number| pages.concat().matches(&format!("Service no. {number} ")).count()).sum();
    assert_eq!(found, 60, "each line is there once");
}

#[test]
fn a_bulgarian_invoice_is_bulgarian_and_can_be_read_back() {
    let mut bulgarian = invoice(vec![line("Тетрадки с корици от лен, 96 листа", euros(12_345_600))]);
    bulgarian.locale = Locale::Bulgarian;
    bulgarian.seller.party = party("Ада Хартия ЕООД", &["ул. „Шипка“ 3", "1000 София"], "BG123456789");
    bulgarian.buyer = party("Αλφα Βιβλία Α.Ε.", &["Λεωφόρος Αθηνών 1", "104 42 Αθήνα"], "EL123456789");
    bulgarian.sums.taxes[0].name = "ДДС".to_owned();
    let pages = pages("bulgarian", &bulgarian);
    assert_says(
        &pages[0],
        &[
            "Фактура",
            "Ада Хартия ЕООД",
            "Αλφα Βιβλία Α.Ε.",
            "ДДС №: EL123456789",
            "Тетрадки с корици от лен, 96 листа",
            "25 ноември 2026 г.",
            "Общо без ДДС",
            "123 456,00 €",
            "148 147,20 € за плащане до 9 декември 2026 г.",
            "Страница 1 от 1",
        ],
    );
}

#[test]
fn a_currency_without_a_minor_unit_has_no_decimals() {
    let yen = invoice(vec![line("Washi paper", Money::new(15_000, Currency::JPY))]);
    let pages = pages("yen", &yen);
    assert_says(&pages[0], &["JPY", "¥15,000", "¥3,000", "¥18,000 due by"]);
    assert!(!pages[0].contains("¥15,000.0"));
}

#[test]
fn what_is_too_long_for_its_place_is_broken_and_nothing_is_lost() {
    let long =
        "Gesellschaft für außerordentlich umfangreiche Papierverarbeitung und Buchbinderei mit beschränkter Haftung";
    let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    let mut all = invoice(vec![line(&format!("{word} {}", "sehr viel Text ".repeat(400)), euros(99_999_999_999))]);
    all.locale = Locale::German;
    all.seller.party.name = long.to_owned();
    all.buyer.name = format!("{long} & Co. KG");
    all.lines[0].unit_price = Some("0,000000000001 € je angefangener Einheit".to_owned());
    let pages = pages("long", &all);
    assert!(pages.len() > 1);
    let joined = pages.concat();
    let squeezed: String = joined.chars().filter(|letter| !letter.is_whitespace()).collect();
    let without_spaces = |text: &str| text.replace(' ', "");
    assert!(squeezed.contains(&without_spaces(long)) && squeezed.contains("&Co.KG"));
    assert!(squeezed.contains(word));
    assert_eq!(joined.matches("viel").count(), 400);
    assert_says(&joined, &["999.999.999,99 €"]);
}

#[test]
fn discounts_taxes_credit_and_payments_are_told_apart() {
    let mut paid = invoice(vec![line("Plan Team", euros(10_000)), line("Support", euros(5_000))]);
    paid.locale = Locale::French;
    paid.standing = Standing::Paid(day((11, 26)));
    paid.lines[0].discount = Some(euros(1_000));
    paid.lines[1].tax = LineTax::ReverseCharge;
    paid.sums = Sums {
        subtotal: euros(15_000),
        discounts: euros(1_000),
        net: euros(14_000),
        taxes: vec![
            TaxRow {
                name: "TVA".to_owned(),
                tax: LineTax::Rate(5_500),
                net: euros(9_000),
                amount: euros(495),
                gross: euros(9_495),
            },
            TaxRow {
                name: "TVA".to_owned(),
                tax: LineTax::ReverseCharge,
                net: euros(5_000),
                amount: euros(0),
                gross: euros(5_000),
            },
        ],
        total: euros(14_495),
        credit_applied: euros(2_000),
        paid: euros(12_495),
        due: euros(0),
    };
    let pages = pages("paid", &paid);
    assert_says(
        &pages[0],
        &[
            "PAYÉE",
            "Payée le 26 novembre 2026",
            "Remise: -10,00 €",
            "Total HT 140,00 €",
            "TVA 5,5 % 4,95 €",
            "TVA 0 % (Autoliquidation) 0,00 €",
            "Total 144,95 €",
            "Avoir imputé -20,00 €",
            "Montant payé -124,95 €",
            "Montant dû 0,00 €",
            "90,00 € 4,95 € 94,95 €",
            "article 196 de la directive 2006/112/CE",
        ],
    );
    assert!(!pages[0].contains("https://"), "nobody pays a second time");
}

#[test]
fn a_draft_and_a_void_invoice_say_so_on_every_page() {
    let lines: Vec<_> = (1..=60).map(|number| line(&format!("Service no. {number}"), euros(number))).collect();
    for (standing, word, name) in [(Standing::Draft, "DRAFT", "draft"), (Standing::Void, "VOID", "void")] {
        let mut marked = InvoiceDocument { standing, ..invoice(lines.clone()) };
        if standing == Standing::Draft {
            (marked.number, marked.issued_on) = (None, None);
        }
        let pages = pages(name, &marked);
        assert!(pages.len() > 1 && pages.iter().all(|page| page.contains(word)), "{pages:?}");
        assert!(!pages[0].contains("€0.22 due"));
    }
}

#[test]
fn what_the_fonts_lack_and_what_nobody_sees_is_printed_all_the_same() {
    let mut odd = invoice(vec![line("紙 paper\u{7}\u{feff}\u{202e}", euros(100))]);
    odd.buyer.name = "שלום".to_owned();
    let pages = pages("odd", &odd);
    assert_says(&pages[0], &["paper", "€1.00"]);
}

#[test]
fn the_same_invoice_is_the_same_bytes_and_says_what_it_is() {
    let one = invoice(vec![line("Pens", euros(100))]);
    let bytes = render(&one);
    assert!(bytes == render(&one.clone()));
    assert!(bytes.len() < 60_000, "only the glyphs that are used are embedded: {} bytes", bytes.len());
    let (pdf, info) = info(&bytes);
    let text = |key: &[u8]| lopdf::decode_text_string(info.get(key).expect("a fact")).expect("text");
    assert_eq!((text(b"Title"), text(b"Author")), ("Invoice INV-000042".to_owned(), "Ada Paper Ltd.".to_owned()));
    assert!(text(b"CreationDate").starts_with("D:20261125"), "the day it bears, not the day it was printed");
    let language = pdf.catalog().and_then(|catalog| catalog.get(b"Lang")).expect("a language");
    assert_eq!(lopdf::decode_text_string(language).expect("text"), "en");
    let metadata = pdf.catalog().and_then(|catalog| catalog.get(b"Metadata")).and_then(Object::as_reference);
    let metadata = pdf.get_object(metadata.expect("metadata")).and_then(Object::as_stream).expect("a stream");
    let metadata = String::from_utf8_lossy(&metadata.content);
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"), "it can be archived: {metadata}");
}

#[test]
fn the_page_where_it_is_paid_can_be_pressed() {
    let bytes = render(&invoice(vec![line("Pens", euros(100))]));
    let pdf = Document::load_mem(&bytes).expect("a PDF");
    let page = pdf.get_pages()[&1];
    let links = pdf.get_page_annotations(page).expect("annotations");
    let uri = |link: &&Dictionary| {
        let action = link.get(b"A").expect("an action");
        let (_, action) = pdf.dereference(action).expect("an action");
        let uri = action.as_dict().and_then(|action| action.get(b"URI")).and_then(Object::as_str).expect("an address");
        String::from_utf8(uri.to_vec()).expect("text")
    };
    let found: Vec<String> = links.iter().map(uri).collect();
    assert_eq!(found, ["https://pay.example/invoices/inv_01h455vb4pex5vsknk084sn02q"]);
}
