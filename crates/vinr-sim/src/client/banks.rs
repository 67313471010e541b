//! Buyers at a page, who pay by their bank or with a card, and what their bank asks them.

use futures_util::future::join;
use serde_json::json;
use tokio::time::sleep;

use super::Client;
use super::payments::{NUMBERS, id};
use crate::world::Broken;

/// Accounts that buyers give: some pay after days, some do not, one has a typing error.
const ACCOUNTS: [&str; 6] = [
    "DE89370400440532013000",
    "NL91ABNA0417164300",
    "DE78370400440532013004",
    "DE62370400440532013001",
    "DE08370400440532013003",
    "DE88370400440532013000",
];
/// What a buyer does at an iDEAL bank: approves, approves for later, refuses.
const AT_BANK: [&str; 4] = ["succeed", "succeed", "pend", "fail"];

impl Client {
    /// A payment by iDEAL or a debit, which its merchant gives up now and then at the same time.
    pub(super) async fn pay_by_bank(&mut self) -> Result<(), Broken> {
        // Banks are reached in the sandbox's own network only.
        if self.world.profile.remote {
            return self.pay_with_token().await;
        }
        let mut body = self.order();
        body["currency"] = json!("EUR");
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        let cancel = self.post(format!("/v1/payments/{}/cancel", id(&payment)), &json!({}));
        if self.chance.percent(25) {
            // The last account is refused by its digits, which nobody's program sends.
            let iban = self.chance.one(&ACCOUNTS[..5]).copied().unwrap_or_default();
            let typed = json!({"iban": iban, "accountHolder": "Ada"});
            let debit = self.post(format!("/v1/test/payments/{}/debit", id(&payment)), &typed);
            self.not_both(&debit, "processing", &cancel, "cancelled").await?;
        } else {
            let (pause, given_up) = (self.chance.millis(60), self.chance.percent(20));
            let page = payment["checkoutUrl"].as_str().unwrap_or_default().to_owned();
            let client = &*self;
            let late = async {
                sleep(pause).await;
                if given_up { client.tell(&cancel).await.map(drop) } else { Ok(()) }
            };
            let (paid, late) = join(client.buy_by_bank(&page), late).await;
            paid.and(late)?;
        }
        if self.chance.percent(15) {
            let hours = 1 + self.chance.below(7 * 24);
            let later = self.post("/v1/test/clock/advance", &json!({"seconds": hours * 3_600}));
            self.tell(&later).await?;
        }
        Ok(())
    }

    /// A buyer on a payment's page: with a card, or by a bank.
    pub(super) async fn buy(&self, page: &str) -> Result<(), Broken> {
        if self.chance.percent(40) {
            return self.buy_by_bank(page).await;
        }
        let number = self.chance.one(&NUMBERS).copied().unwrap_or_default();
        let form = format!("method=new&number={number}&expiry=12%2F31&cvc=123&name=Ada&email=ada%40buyer.example");
        self.tell(&Client::browse(page, &form)).await?;
        self.answer_bank(page).await
    }

    /// By iDEAL, whose bank is answered, or by a debit.
    async fn buy_by_bank(&self, page: &str) -> Result<(), Broken> {
        if self.chance.percent(50) {
            let iban = self.chance.one(&ACCOUNTS).copied().unwrap_or_default();
            let form = format!("method=sepa_debit&iban={iban}&holder=Ada");
            return self.tell(&Client::browse(page, &form)).await.map(drop);
        }
        self.tell(&Client::browse(page, "method=ideal")).await?;
        self.answer_bank(page).await
    }

    /// The buyer answers the bank, twice at once now and then, or never.
    async fn answer_bank(&self, page: &str) -> Result<(), Broken> {
        let bank = page.replacen("/checkout/", "/authenticate/", 1);
        let answer = || format!("result={}", self.chance.one(&AT_BANK).copied().unwrap_or_default());
        match self.chance.below(6) {
            // The buyer closes the window.
            0 => Ok(()),
            1 => {
                let (first, second) = (Client::browse(&bank, &answer()), Client::browse(&bank, &answer()));
                let (first, second) = join(self.tell(&first), self.tell(&second)).await;
                first.and(second).map(drop)
            }
            _ => self.tell(&Client::browse(&bank, &answer())).await.map(drop),
        }
    }
}
