//! What the reference says beside the endpoints.

use vinr_core::cards::{Behaviour, TestCard};
use vinr_core::refusal::Code;

use super::{escape, put, table};
use crate::error::ApiError;

/// Anchors and titles of the sections before the nouns.
pub(super) const SECTIONS: [(&str, &str); 6] = [
    ("authentication", "Authentication"),
    ("idempotency", "Idempotency"),
    ("lists", "Lists"),
    ("rate-limits", "Rate limits"),
    ("request-ids", "Request ids"),
    ("test-cards", "Test cards"),
];

/// Writes the sections before the nouns.
pub(super) fn write(page: &mut String, environment: &str, url: &str) {
    let url = escape(url);
    put(
        page,
        format_args!(
            "<p>This is the <b>{}</b> environment. Send JSON over HTTP to <code>{url}/v1</code>; ",
            escape(environment)
        ),
    );
    page.push_str("the same in machine-readable form is at <a href=\"/v1/openapi.json\">/v1/openapi.json</a>.</p>");
    page.push_str(
        "<section id=\"authentication\"><h2>Authentication</h2><p>Send a key as <code>Authorization: Bearer KEY</code>, \
         as <code>X-Api-Key: KEY</code>, or as the user name of HTTP Basic. Secret keys (<code>sk_</code>) may do everything, \
         restricted keys (<code>rk_</code>) what their scopes name, public keys (<code>pk_</code>) what a browser needs.</p>",
    );
    put(page, format_args!("<pre>curl {url}/v1/payments -H 'Authorization: Bearer KEY'</pre></section>"));
    page.push_str(
        "<section id=\"idempotency\"><h2>Idempotency</h2><p>Every POST takes an <code>Idempotency-Key</code> of 1 to 255 \
         characters. The same key with the same request is answered with the first answer and \
         <code>Idempotent-Replayed: true</code>; with another request it is refused.</p></section>\
         <section id=\"lists\"><h2>Lists</h2><p>Lists come newest first, <code>limit</code> objects at a time. While \
         <code>hasMore</code> is true, pass <code>nextCursor</code> on to read the next page. A page looks at some thousands of \
         objects at most: with a filter that few of them meet it may be short or empty, and the list go on.</p></section>\
         <section id=\"rate-limits\"><h2>Rate limits</h2><p>Each key has requests to spend, reads and writes apart; a \
         public key, which is in every browser, has them for each address. The \
         answer to a request with a valid key says how many there are in <code>X-RateLimit-Limit</code>, how many are left \
         in <code>X-RateLimit-Remaining</code>, and after how many seconds all are back in <code>X-RateLimit-Reset</code>; \
         when none is left, <code>Retry-After</code> says how long to wait. What needs no key, and what came without a \
         valid one, is counted against nobody and has none of these headers.</p></section>\
         <section id=\"request-ids\"><h2>Request ids</h2><p>Every answer has an <code>x-vinr-request-id</code>, which is \
         in the body of an error and in the logs too. Name it when you ask what became of a request.</p></section>",
    );
    page.push_str("<section id=\"test-cards\"><h2>Test cards</h2><p>The sandbox takes these and no others.</p>");
    let rows: Vec<[String; 3]> = TestCard::ALL
        .iter()
        .map(|card| [card.token.to_owned(), spaced(card.number), behaviour(card.behaviour)])
        .collect();
    table(page, "Test cards", ["Token", "Number", "Outcome"], &rows);
    page.push_str("</section>");
}

/// Writes the table of all error codes, each with the anchor that `docUrl` points to.
pub(super) fn errors(page: &mut String) {
    page.push_str(
        "<section id=\"errors\"><h2>Errors</h2><div class=\"wide\"><table><caption>Codes</caption><thead><tr>",
    );
    page.push_str(
        "<th scope=\"col\">Code</th><th scope=\"col\">Status</th><th scope=\"col\">Meaning</th></tr></thead><tbody>",
    );
    for code in Code::ALL {
        let status = ApiError::from(vinr_core::refusal::Refusal::new(*code, "")).status();
        let (name, summary) = (escape(code.as_str()), escape(code.summary()));
        put(
            page,
            format_args!("<tr id=\"{name}\"><td><code>{name}</code></td><td>{status}</td><td>{summary}</td></tr>"),
        );
    }
    page.push_str("</tbody></table></div></section>");
}

/// A number in the groups that are on the card: American Express prints 4, 6 and 5 digits.
fn spaced(number: &str) -> String {
    let ends: &[usize] = if number.len() == 15 { &[4, 10] } else { &[4, 8, 12] };
    let digits = number.chars().enumerate();
    digits.flat_map(|(index, digit)| ends.contains(&index).then_some(' ').into_iter().chain([digit])).collect()
}

fn behaviour(behaviour: Behaviour) -> String {
    match behaviour {
        Behaviour::Approve => "Approved".into(),
        Behaviour::ApproveAvailableAtOnce => "Approved; the money is available at once".into(),
        Behaviour::ApproveThenDispute => "Approved, then disputed as fraudulent".into(),
        Behaviour::ApproveThenWarn => "Approved, then the bank warns of a dispute".into(),
        Behaviour::ApproveRefundsFail => "Approved; its refunds are pending and fail after two days".into(),
        Behaviour::Decline(code) => format!("Declined: {}", code.as_str()),
        Behaviour::AttachThenDecline(code) => format!("Can be saved; every charge is declined: {}", code.as_str()),
        Behaviour::ChallengeAlways => "Asks the buyer for every charge".into(),
        Behaviour::ChallengeOnSession => "Asks the buyer on the first use only".into(),
    }
}
