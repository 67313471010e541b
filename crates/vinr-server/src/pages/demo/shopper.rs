//! Who shops: made-up people, so that points have an owner. There is no password, since there is nothing to keep from
//! anybody: a browser has its own Ada and its own Ben, each a customer of the shop's that no other browser can name.

use axum::http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::merchant::Client;
use super::{cookies, is_order};
use crate::error::Result;

/// The cookie by which the shop knows a browser, and who is signed in at it.
const COOKIE: &str = "demo_shopper";
/// How long it does: a month.
const KNOWN_S: u32 = 30 * 86_400;

/// Somebody to sign in as.
pub(super) struct Person {
    /// What forms and ids call them.
    pub(super) name: &'static str,
    /// What people call them.
    pub(super) title: &'static str,
}

/// Everybody there is.
pub(super) const PEOPLE: [Person; 2] =
    [Person { name: "ada", title: "Ada Lindqvist" }, Person { name: "ben", title: "Ben Okoro" }];

/// Who is signed in.
pub(super) struct Shopper {
    browser: String,
    pub(super) person: &'static Person,
}

impl Shopper {
    /// Who a browser says is signed in.
    pub(super) fn of(headers: &HeaderMap) -> Option<Shopper> {
        let (browser, person) = known(headers)?;
        Some(Shopper { browser, person: person? })
    }

    /// Signs a person in: at the browser that is known, or else at a new one.
    pub(super) fn sign_in(headers: &HeaderMap, name: &str, new_browser: impl FnOnce() -> String) -> Option<Shopper> {
        let person = named(name)?;
        let browser = known(headers).map_or_else(new_browser, |(browser, _)| browser);
        Some(Shopper { browser, person })
    }

    /// The shop's customer who this is.
    pub(super) fn customer_id(&self) -> String {
        format!("cust_demo_{}_{}", self.browser, self.person.name)
    }

    /// What keeps the shopper signed in. The hosted page may have another name than the shop, and who comes back from it
    /// is signed in still: so it goes along where a link leads here, and not with forms of others.
    pub(super) fn cookie(&self) -> HeaderValue {
        set(&format!("{}.{}", self.browser, self.person.name))
    }

    /// Makes the customer, if there is none yet.
    ///
    /// # Errors
    /// The API does not do it.
    pub(super) async fn ensure_customer(&self, client: &Client<'_>) -> Result<()> {
        let id = self.customer_id();
        if client.get(&format!("/v1/customers/{id}")).await?.status == 200 {
            return Ok(());
        }
        client.make("/v1/customers", &json!({"id": id, "name": self.person.title})).await
    }
}

/// Nobody is signed in; the browser stays known, so that whoever signs in again finds their points.
pub(super) fn sign_out(headers: &HeaderMap) -> Option<HeaderValue> {
    known(headers).map(|(browser, _)| set(&browser))
}

fn set(value: &str) -> HeaderValue {
    let cookie = format!("{COOKIE}={value}; Path=/demo; Max-Age={KNOWN_S}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).expect("letters and digits")
}

/// The browser that a cookie names, as hard to guess as an order, and who is signed in at it.
fn known(headers: &HeaderMap) -> Option<(String, Option<&'static Person>)> {
    cookies(headers, COOKIE).find_map(|value| {
        let (browser, name) = value.split_once('.').unwrap_or((value, ""));
        is_order(browser).then(|| (browser.to_owned(), named(name)))
    })
}

fn named(name: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.name == name)
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE as HEADER;

    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(HEADER, HeaderValue::from_str(cookie).expect("a header"))])
    }

    #[test]
    fn who_signs_in_again_at_the_same_browser_is_the_same_customer() {
        let new = || "0123456789ab".to_owned();
        let ada = Shopper::sign_in(&HeaderMap::new(), "ada", new).expect("Ada");
        let sent = ada.cookie().to_str().expect("text").split(';').next().expect("a pair").to_owned();
        let headers = with(&format!("theme=dark; {sent}"));
        assert_eq!(Shopper::of(&headers).expect("Ada").customer_id(), "cust_demo_0123456789ab_ada");
        let out = sign_out(&headers).expect("a cookie");
        let out = with(out.to_str().expect("text").split(';').next().expect("a pair"));
        assert!(Shopper::of(&out).is_none(), "signed out");
        let again = Shopper::sign_in(&out, "ada", || unreachable!("the browser is known")).expect("Ada");
        assert_eq!(again.customer_id(), ada.customer_id());
    }

    #[test]
    fn what_nobody_has_set_signs_nobody_in() {
        for odd in ["0123456789ab", "0123456789ab.eve", "x.ada", ".ada", "0123456789AB.ada", "0123456789ab.ada.ben"] {
            assert!(Shopper::of(&with(&format!("{COOKIE}={odd}"))).is_none(), "{odd}");
        }
        assert!(Shopper::sign_in(&HeaderMap::new(), "eve", String::new).is_none());
    }
}
