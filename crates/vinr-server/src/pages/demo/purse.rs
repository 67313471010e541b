//! A shopper's points, read from the API as a merchant's shop reads them, and what the shop sets up so that there are any.

use serde_json::{Value, json};

use super::merchant::Client;
use super::shopper::Shopper;
use super::{Shop, wire};
use crate::error::{ApiError, Result};

/// The program that every account has.
pub(super) const PROGRAM: &str = "prog_default";
/// The rule that the shop makes where there is none. Merchants choose ids in the sandbox, so two processes that make it
/// at once make one.
pub(super) const RULE: &str = r#"{
  "id": "rule_demo",
  "name": "A point for each euro that is paid",
  "award": {"type": "per_amount", "per": 100, "points": 1}
}"#;
/// The same for the reward. It costs less than the fountain pen earns, so that one purchase is enough to try it.
pub(super) const REWARD: &str = r#"{
  "id": "rwd_demo_5eur_off",
  "name": "EUR 5.00 off",
  "type": "discount_amount",
  "cost": 40,
  "value": {"amount": 500, "currency": "EUR"}
}"#;
/// Rewards and rules that are read: a demo has a few.
const READ_MAX: usize = 100;
/// Redemptions and transactions that are shown.
pub(super) const SHOWN_MAX: usize = 20;

/// Who is signed in, and their points.
pub(super) struct Purse {
    pub(super) shopper: Shopper,
    /// Nothing for who has not joined.
    pub(super) member: Option<Member>,
}

/// A member.
pub(super) struct Member {
    pub(super) account: wire::Member,
    /// What there is to be had, and was.
    pub(super) rewards: Vec<wire::Reward>,
    /// The newest first.
    pub(super) redemptions: Vec<wire::Redemption>,
}

impl Member {
    /// What a redemption was exchanged for.
    pub(super) fn reward(&self, redemption: &wire::Redemption) -> &str {
        let reward = self.rewards.iter().find(|reward| reward.id == redemption.reward_id);
        reward.map_or("A reward", |reward| &reward.name)
    }
}

/// What gives points and what they buy.
pub(super) struct Program {
    pub(super) rules: Vec<wire::Rule>,
    pub(super) rewards: Vec<wire::Reward>,
}

impl Shop {
    /// The points of whoever is signed in.
    ///
    /// # Errors
    /// The API does not tell.
    pub(super) async fn purse(&self, shopper: Option<Shopper>) -> Result<Option<Purse>> {
        let Some(shopper) = shopper else { return Ok(None) };
        let member = match self.merchant.opened().await? {
            Some(client) => member(&client, &shopper).await?,
            None => None,
        };
        Ok(Some(Purse { shopper, member }))
    }
}

async fn member(client: &Client<'_>, shopper: &Shopper) -> Result<Option<Member>> {
    let Some(account) = account(client, &shopper.customer_id()).await? else { return Ok(None) };
    let redemptions = format!("/v1/loyalty/redemptions?accountId={}&limit={SHOWN_MAX}", account.id);
    let (rewards, redemptions) = (rewards(client).await?, list(client, &redemptions).await?);
    Ok(Some(Member { account, rewards, redemptions }))
}

/// A customer's account with the program.
///
/// # Errors
/// The API does not tell.
pub(super) async fn account(client: &Client<'_>, customer: &str) -> Result<Option<wire::Member>> {
    let accounts = list(client, &format!("/v1/loyalty/accounts?customerId={customer}&programId={PROGRAM}")).await?;
    Ok(accounts.into_iter().next())
}

/// The program's rules and rewards.
///
/// # Errors
/// The API does not tell.
pub(super) async fn program(client: &Client<'_>) -> Result<Program> {
    let rules = format!("/v1/loyalty/earning-rules?programId={PROGRAM}&limit={READ_MAX}");
    Ok(Program { rules: list(client, &rules).await?, rewards: rewards(client).await? })
}

async fn rewards(client: &Client<'_>) -> Result<Vec<wire::Reward>> {
    list(client, &format!("/v1/loyalty/rewards?programId={PROGRAM}&limit={READ_MAX}")).await
}

/// Enrolls a shopper. First a rule and a reward are made, each only where the merchant has none of its own.
///
/// # Errors
/// The API does not do it.
pub(super) async fn join(client: &Client<'_>, shopper: &Shopper) -> Result<()> {
    shopper.ensure_customer(client).await?;
    let Program { rules, rewards } = program(client).await?;
    if rules.is_empty() {
        make(client, "/v1/loyalty/earning-rules", RULE).await?;
    }
    if rewards.is_empty() {
        make(client, "/v1/loyalty/rewards", REWARD).await?;
    }
    let customer = shopper.customer_id();
    if account(client, &customer).await?.is_none() {
        let made = client.post("/v1/loyalty/accounts", None, &json!({"customerId": customer})).await?;
        // A second press was quicker.
        if made.status != 200 && account(client, &customer).await?.is_none() {
            return Err(made.unexpected());
        }
    }
    Ok(())
}

async fn make(client: &Client<'_>, path: &str, ask: &str) -> Result<()> {
    let ask: Value = serde_json::from_str(ask).map_err(ApiError::internal)?;
    client.make(path, &ask).await
}

/// A page of a list.
///
/// # Errors
/// The API does not tell.
pub(super) async fn list<T: serde::de::DeserializeOwned>(client: &Client<'_>, path: &str) -> Result<Vec<T>> {
    let answer = client.get(path).await?;
    if answer.status != 200 {
        return Err(answer.unexpected());
    }
    Ok(answer.read::<wire::List<T>>()?.data)
}
