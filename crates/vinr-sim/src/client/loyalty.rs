//! Loyalty: programs and their rules, members who pay and are given points by hand, and money that goes back.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::Client;
use super::payments::id;
use crate::world::{Ask, Broken, Said};

/// Cards of members: most pay, refunds of two go wrong or wait, payments with two are disputed or asked about at once.
const CARDS: [&str; 8] = ["4242", "4242", "4242", "3220", "0077", "5126", "0259", "1976"];
/// Earning rules of a client at most: an account has twenty.
const RULES_MAX: usize = 4;

/// A member as this client knows them.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The loyalty account; a customer who joins by paying has none before.
    pub(super) account: Option<String>,
    /// The customer, who is never deleted.
    pub(super) customer: Option<String>,
    /// The program that they are a member of.
    pub(super) program: String,
}

/// A reward.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: String,
    /// Points for one.
    pub(super) cost: u64,
    /// The program whose points buy it.
    pub(super) program: String,
    /// Whether it is store credit.
    pub(super) is_credit: bool,
}

/// What a client has of loyalty.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// The program that is played, once it is set up.
    programs: Vec<String>,
    /// Those of them that have tiers.
    tiered: Vec<String>,
    /// Earning rules, and whether payments set them off.
    rules: Vec<(String, bool)>,
    pub(super) members: Vec<Member>,
    pub(super) rewards: Vec<Known>,
    /// Members whose customers were given store credit.
    pub(super) rich: Vec<Member>,
}

impl Client {
    /// A program's settings and its rules change while members pay.
    pub(super) async fn keep_program(&mut self) -> Result<(), Broken> {
        let Some(program) = self.program().await? else { return Ok(()) };
        let rule = self.chance.one(&self.shelf.rules).cloned();
        match (self.chance.below(8), rule) {
            (0..2, _) => {
                let settings = self.settings().to_string();
                let ask = Client::bare("PATCH", format!("/v1/loyalty/programs/{program}"), &settings);
                let said = self.object(&ask).await?;
                self.has_tiers(&program, said.as_ref());
                Ok(())
            }
            (2..4, Some((rule, is_of_payments))) => {
                let change = match self.chance.below(if is_of_payments { 3 } else { 2 }) {
                    0 => json!({"active": false}),
                    1 => json!({"active": true, "multiplier": self.rate()}),
                    _ => json!({"award": {"type": "per_amount", "per": 100, "points": self.rate()}}),
                };
                let ask = Client::bare("PATCH", format!("/v1/loyalty/earning-rules/{rule}"), &change.to_string());
                self.tell(&ask).await.map(drop)
            }
            (4, Some((rule, _))) => {
                self.shelf.rules.retain(|one| one.0 != rule);
                self.tell(&Client::bare("DELETE", format!("/v1/loyalty/earning-rules/{rule}"), "")).await.map(drop)
            }
            _ if self.shelf.rules.len() < RULES_MAX => self.new_rule(&program).await,
            _ => self.look_at_points().await,
        }
    }

    /// The program of this time, with a rule or two; it is set up when it is met first.
    /// Without an answer nobody knows whether it is there.
    pub(super) async fn program(&mut self) -> Result<Option<String>, Broken> {
        let names = self.world.profile.programs;
        let name = self.chance.one(names).copied().unwrap_or("prog_default").to_owned();
        if self.shelf.programs.contains(&name) {
            return Ok(Some(name));
        }
        let mut body = self.settings();
        if name == "prog_default" {
            let ask = Client::bare("PATCH", format!("/v1/loyalty/programs/{name}"), &body.to_string());
            let said = self.object(&ask).await?;
            self.has_tiers(&name, said.as_ref());
        } else {
            body["id"] = json!(name);
            body["name"] = json!("Gold");
            let ask = self.post("/v1/loyalty/programs", &body);
            // Another client may have been quicker.
            if self.tell(&ask).await?.is_none_or(|said| said.status != 200 && said.status != 422) {
                return Ok(None);
            }
        }
        self.shelf.programs.push(name.clone());
        self.new_rule(&name).await?;
        Ok(Some(name))
    }

    /// Notes that a program has tiers, which are never taken away.
    fn has_tiers(&mut self, program: &str, shown: Option<&Value>) {
        if shown.is_some_and(|shown| shown["tierConfig"].is_object())
            && !self.shelf.tiered.iter().any(|one| one == program)
        {
            self.shelf.tiered.push(program.to_owned());
        }
    }

    /// A tier that a program has.
    pub(super) fn tier(&self, program: &str) -> Option<&'static str> {
        self.shelf
            .tiered
            .iter()
            .any(|one| one == program)
            .then(|| self.chance.one(&["bronze", "silver", "gold"]).copied())?
    }

    /// Bronze, silver and gold, of various heights: once a program has tiers it keeps these.
    fn tiers(&self) -> Value {
        let period = self.chance.one(&[("rolling", 1), ("rolling", 2), ("calendar", 1), ("calendar", 3)]).copied();
        let (kind, months) = period.unwrap_or(("rolling", 1));
        let silver = 1 + self.chance.below(3_000);
        let rates = [json!(1), self.rate(), self.rate()];
        let thresholds = [0, silver, silver + 1 + self.chance.below(30_000)];
        let tiers = ["bronze", "silver", "gold"].into_iter().zip(1..).zip(thresholds).zip(rates);
        let tiers = tiers.map(|(((key, rank), threshold), multiplier)| {
            json!({"key": key, "name": key, "rank": rank, "threshold": threshold, "multiplier": multiplier})
        });
        json!({
            "qualifyOn": if self.chance.percent(50) { "spend" } else { "points" },
            "period": {"type": kind, "months": months},
            "tiers": tiers.collect::<Vec<Value>>(),
        })
    }

    fn settings(&self) -> Value {
        let rounding = self.chance.one(&["down", "nearest", "up"]).copied().unwrap_or("down");
        let months = self.chance.one(&[None, None, Some(1), Some(2), Some(12)]).copied().flatten();
        let mut settings = json!({
            "currency": {"rounding": rounding, "expiryMonths": months, "pointValue": self.chance.below(5)},
            "autoEnroll": self.chance.percent(50),
            "clawback": {"allowNegative": self.chance.percent(60)},
            "active": self.chance.percent(92),
        });
        if self.chance.percent(40) {
            settings["tierConfig"] = self.tiers();
        }
        settings
    }

    fn rate(&self) -> Value {
        self.chance.one(&[json!(1), json!(2), json!(1.5), json!(0.25), json!(0.3333)]).cloned().unwrap_or_default()
    }

    async fn new_rule(&mut self, program: &str) -> Result<(), Broken> {
        let per = self.chance.one(&[100, 100, 33, 1_000]).copied().unwrap_or(100);
        let award = match self.chance.below(6) {
            0 => json!({"type": "fixed", "points": 1 + self.chance.below(300)}),
            1 => json!({"type": "per_currency", "EUR": self.rate(), "JPY": 0.01}),
            _ => json!({"type": "per_amount", "per": per, "points": self.rate()}),
        };
        let mut body = json!({"programId": program, "award": award});
        if self.chance.percent(20) {
            body["trigger"] = json!("loyalty.account.created");
            body["award"] = json!({"type": "fixed", "points": 1 + self.chance.below(100)});
        } else if self.chance.percent(25) {
            body["conditions"] = json!({"minAmount": 1 + self.chance.below(50_000), "currency": "EUR"});
        } else if let Some(tier) = self.tier(program)
            && self.chance.percent(30)
        {
            body["conditions"] = json!({"tier": tier});
        }
        if self.chance.percent(30) {
            body["multiplier"] = self.rate();
        }
        if self.chance.percent(25) {
            let window = self.chance.one(&["day", "week", "month", "lifetime"]).copied().unwrap_or("day");
            body["cap"] = json!({"points": 1 + self.chance.below(1_000), "window": window});
        }
        let ask = self.post("/v1/loyalty/earning-rules", &body);
        if let Some(rule) = self.object(&ask).await? {
            let is_of_payments = rule["trigger"] == "payment.completed";
            self.shelf.rules.push((id(&rule).to_owned(), is_of_payments));
        }
        Ok(())
    }

    /// A member: one that is known, or a new one.
    pub(super) async fn member(&mut self) -> Result<Option<Member>, Broken> {
        match self.chance.one(&self.shelf.members).filter(|_| self.chance.percent(70)).cloned() {
            Some(known) => self.found(known).await.map(Some),
            None => self.new_member().await,
        }
    }

    /// A member with their account, which is looked for if they joined by paying.
    async fn found(&mut self, mut member: Member) -> Result<Member, Broken> {
        let Some(customer) = member.customer.as_ref().filter(|_| member.account.is_none()) else { return Ok(member) };
        let list = Client::bare("GET", format!("/v1/loyalty/accounts?customerId={customer}"), "");
        let page = self.object(&list).await?.unwrap_or_default();
        let accounts = page["data"].as_array().into_iter().flatten();
        let own = accounts.clone().find(|one| one["programId"] == member.program.as_str());
        member.account = own.map(|one| id(one).to_owned());
        for one in
            self.shelf.members.iter_mut().filter(|one| one.customer == member.customer && one.program == member.program)
        {
            one.account.clone_from(&member.account);
        }
        Ok(member)
    }

    /// A customer who is made a member, one who may become one by paying, or a member who is no customer.
    async fn new_member(&mut self) -> Result<Option<Member>, Broken> {
        let Some(program) = self.program().await? else { return Ok(None) };
        let mut member = Member { account: None, customer: None, program: program.clone() };
        let mut body = json!({"programId": program});
        if self.chance.percent(75) {
            let ask = self.post("/v1/customers", &json!({"name": "Grace"}));
            let Some(customer) = self.object(&ask).await? else { return Ok(None) };
            member.customer = Some(id(&customer).to_owned());
            body["customerId"] = customer["id"].clone();
        }
        if member.customer.is_none() || self.chance.percent(70) {
            let asks: Vec<Ask> =
                (0..=u8::from(self.chance.percent(15))).map(|_| self.post("/v1/loyalty/accounts", &body)).collect();
            let client = &*self;
            for said in join_all(asks.iter().map(|ask| client.object(ask))).await {
                member.account = said?.map(|account| id(&account).to_owned()).or(member.account);
            }
        }
        if member.customer.is_none() && member.account.is_none() {
            return Ok(None);
        }
        self.shelf.members.push(member.clone());
        Ok(Some(member))
    }

    /// An order of a member's.
    pub(super) fn order_of(&mut self, member: &Member) -> Value {
        let mut body = self.order();
        if self.chance.percent(10) {
            body["currency"] = json!("KWD");
            body["amount"] = json!(100 + 10 * self.chance.below(5_000));
        }
        match (&member.customer, &member.account) {
            (Some(customer), _) => body["customerId"] = json!(customer),
            (None, Some(account)) => body["metadata"]["loyalty_account"] = json!(account),
            (None, None) => {}
        }
        body
    }

    /// A member pays; points come by rules or by hand, and go with the money.
    pub(super) async fn earn(&mut self) -> Result<(), Broken> {
        let Some(member) = self.member().await? else { return Ok(()) };
        let mut body = self.order_of(&member);
        if self.chance.percent(3) {
            body["metadata"]["loyalty_account"] = json!("loy_nobody");
        }
        let card = self.chance.one(&CARDS).copied().unwrap_or("4242");
        let by_hand = self.chance.percent(35);
        let confirm = json!({"paymentMethodId": format!("pm_test_{card}")});
        if !by_hand || self.chance.percent(60) {
            body["paymentMethod"] = confirm["paymentMethodId"].clone();
            body["confirm"] = json!(true);
            if self.chance.percent(15) {
                body["captureMethod"] = json!("manual");
            }
        }
        let ask = self.post("/v1/payments", &body);
        let Some(payment) = self.object(&ask).await? else { return Ok(()) };
        self.answer_challenge(&payment).await?;
        if payment["status"] == "authorized" {
            let part = json!({"amount": 1 + self.chance.below(payment["amount"].as_u64().unwrap_or(1))});
            let part = if payment["currency"] == "KWD" { json!({}) } else { part };
            let capture = self.post(format!("/v1/payments/{}/capture", id(&payment)), &part);
            self.tell(&capture).await?;
        }
        if by_hand {
            let confirm = (payment["status"] == "pending")
                .then(|| self.post(format!("/v1/payments/{}/confirm", id(&payment)), &confirm));
            self.give_by_hand(&member, &payment, confirm).await?;
        }
        if self.chance.percent(55) {
            return self.give_back_in_parts(&payment).await;
        }
        Ok(())
    }

    /// Two programs of one merchant give the points of one payment by hand, while it completes or is given back: it earns
    /// once.
    async fn give_by_hand(&mut self, member: &Member, payment: &Value, confirm: Option<Ask>) -> Result<(), Broken> {
        let amount = self.chance.below(200);
        let program = self.chance.one(self.world.profile.programs).copied();
        let mut asks = Vec::new();
        for _ in 0..=self.chance.below(3) {
            let mut body = json!({"amount": amount, "sourcePaymentId": id(payment), "reason": "by hand"});
            match (&member.account, &member.customer) {
                (Some(account), _) => body["account"] = json!(account),
                (None, customer) => {
                    body["customerId"] = json!(customer);
                    body["programId"] = json!(program);
                }
            }
            asks.push(self.post("/v1/loyalty/points/earn", &body));
        }
        let other = match confirm {
            Some(confirm) => Some(confirm),
            None if self.chance.percent(30) => {
                let part = 1 + self.chance.below(payment["amount"].as_u64().unwrap_or(1));
                Some(self.refund_of(payment, Some(part)))
            }
            None => None,
        };
        let client = &*self;
        let pause = client.chance.millis(20);
        let late = async {
            tokio::time::sleep(pause).await;
            match &other {
                Some(ask) => client.tell(ask).await.map(drop),
                None => Ok(()),
            }
        };
        let (told, late) = join(join_all(asks.iter().map(|ask| client.object(ask))), late).await;
        late?;
        let told = told.into_iter().collect::<Result<Vec<_>, Broken>>()?;
        let mut first: Option<Value> = None;
        for transaction in told.into_iter().flatten() {
            let first = first.get_or_insert_with(|| transaction.clone());
            if *first != transaction {
                return Err(format!("a payment earned by hand twice: {first} and {transaction}"));
            }
        }
        Ok(())
    }

    pub(super) fn refund_of(&mut self, payment: &Value, amount: Option<u64>) -> Ask {
        let mut body = json!({"paymentId": id(payment)});
        if let Some(amount) = amount {
            let tens = if payment["currency"] == "KWD" { 10 } else { 1 };
            body["amount"] = json!(amount.div_ceil(tens) * tens);
        }
        self.post("/v1/refunds", &body)
    }

    /// The money goes back in parts, at once or one after the other, or the bank takes it.
    pub(super) async fn give_back_in_parts(&mut self, payment: &Value) -> Result<(), Broken> {
        // Of what discounts left nothing of, nothing goes back.
        let Some(amount) = payment["amount"].as_u64().filter(|amount| *amount > 0) else { return Ok(()) };
        let parts = 1 + self.chance.below(4);
        let mut asks: Vec<Ask> = Vec::new();
        for _ in 0..parts {
            let part = if self.chance.percent(70) { amount.div_ceil(parts) } else { 1 + self.chance.below(amount) };
            asks.push(self.refund_of(payment, Some(part)));
        }
        if self.chance.percent(50) {
            // All that is left.
            asks.push(self.refund_of(payment, None));
        }
        if self.chance.percent(25) {
            asks.push(self.dispute_of(payment, amount));
        }
        self.tell_all(&asks).await?;
        self.answer_disputes(payment).await
    }

    /// Corrections, points without a payment, memberships that end and go on, and lists.
    pub(super) async fn correct(&mut self) -> Result<(), Broken> {
        let Some(member) = self.member().await? else { return Ok(()) };
        let Some(account) = member.account else { return self.earn().await };
        let points = i64::try_from(self.chance.below(1_500)).unwrap_or(0) - 600;
        let ask = match self.chance.below(10) {
            0..5 if points != 0 => {
                let body = json!({"account": account, "amount": points, "reason": "counted again"});
                self.post("/v1/loyalty/transactions", &body)
            }
            5..8 => self.post("/v1/loyalty/points/earn", &json!({"account": account, "amount": points.max(0)})),
            8 => {
                let status = if self.chance.percent(40) { "closed" } else { "active" };
                let body = json!({"status": status}).to_string();
                Client::bare("PATCH", format!("/v1/loyalty/accounts/{account}"), &body)
            }
            _ => {
                // What lapses does so in months.
                let days = 1 + self.chance.below(12);
                self.post("/v1/test/clock/advance", &json!({"seconds": days * 86_400}))
            }
        };
        self.tell(&ask).await?;
        self.look_at_points().await
    }

    /// A list of transactions is of one moment: each goes on where the one before it ended.
    async fn look_at_points(&self) -> Result<(), Broken> {
        let Some(account) = self.chance.one(&self.shelf.members).and_then(|member| member.account.clone()) else {
            return Ok(());
        };
        let list = Client::bare("GET", format!("/v1/loyalty/transactions?account={account}&limit=20"), "");
        let Some(Said { status: 200, text, .. }) = self.tell(&list).await? else { return Ok(()) };
        let page: Value = serde_json::from_str(&text).unwrap_or_default();
        let moved: Vec<&Value> = page["data"].as_array().into_iter().flatten().collect();
        follow_one_another(&moved, "points")
    }
}

/// Movements, newest first: each comes to its balance from the one before it.
pub(super) fn follow_one_another(moved: &[&Value], what: &str) -> Result<(), Broken> {
    let number = |one: &Value, name: &str| one[name].as_i64().unwrap_or_default();
    // Of one millisecond nothing tells which was first.
    let alone = |of: &Value| moved.iter().filter(|one| one["created_at"] == of["created_at"]).count() == 1;
    for pair in moved.windows(2).filter(|pair| alone(pair[0]) && alone(pair[1])) {
        if number(pair[0], "balanceAfter") != number(pair[1], "balanceAfter") + number(pair[0], what) {
            return Err(format!("{} does not follow {}", pair[0], pair[1]));
        }
    }
    Ok(())
}
