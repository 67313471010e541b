//! A letter becomes a message (RFC 5322): text and HTML side by side, with what is attached. All of it is made of what
//! comes in, so that it is the same message whenever it is sent.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};
use vinr_core::time::WallTime;

use super::letters::Written;

/// The message as bytes.
///
/// # Errors
/// What is no address.
pub(super) fn make(
    letter: &Written,
    recipient: &str,
    sender: &str,
    message_id: &str,
    now: WallTime,
) -> Result<Vec<u8>, &'static str> {
    let to: Address = recipient.parse().map_err(|_| "recipient_invalid")?;
    let from: Address = sender.parse().map_err(|_| "sender_invalid")?;
    let domain = from.domain().to_owned();
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or(0));
    let mut message = Message::builder()
        .date(date)
        .message_id(Some(format!("<{message_id}@{domain}>")))
        .from(Mailbox::new(Some(one_line(&letter.from_name)), from))
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        // No programs of absent people answer it (RFC 3834).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    if let Some(address) = letter.reply_to.as_deref().and_then(|address| address.parse::<Address>().ok()) {
        message = message.reply_to(Mailbox::new(Some(one_line(&letter.from_name)), address));
    }
    let both = MultiPart::alternative()
        .boundary(format!("b1-{message_id}"))
        .singlepart(SinglePart::plain(letter.text.clone()))
        .singlepart(SinglePart::html(letter.html.clone()));
    let whole = match &letter.attached {
        None => both,
        Some((name, bytes)) => {
            let kind = ContentType::parse("application/pdf").expect("a type");
            // A PDF may be plain letters by chance; no server on the way may touch the ends of its lines.
            let body = Body::new_with_encoding(bytes.clone(), ContentTransferEncoding::Base64);
            let attached = Attachment::new(name.clone()).body(body.map_err(|_| "message_invalid")?, kind);
            MultiPart::mixed().boundary(format!("b0-{message_id}")).multipart(both).singlepart(attached)
        }
    };
    message.multipart(whole).map(|message| message.formatted()).map_err(|_| "message_invalid")
}

/// A text without the ends of lines that would begin another header.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
