//! What a payment earns by the rules that were there at its commit, computed once more: nothing here asks the core.

use std::collections::BTreeMap;

use vinr_core::earning_rules::{Award, Rule, Trigger, Window};
use vinr_core::events::EventType;
use vinr_core::ids::{CustomerId, LoyaltyAccountId, PaymentId, ProgramId};
use vinr_core::loyalty_accounts::Status;
use vinr_core::money::Money;
use vinr_core::payments::{LOYALTY_ACCOUNT, Payment};
use vinr_core::points::Transaction;
use vinr_core::programs::{self, Changes, Program, Rounding};
use vinr_core::tiers::Tier;
use vinr_core::time::{Span, Timestamp};

use super::{Commit, Folds};
use crate::world::Broken;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Ten-thousandths in one, of rates.
const RATE: i128 = 10_000;

/// How long a commit may take whose disk stands still, and with it what others see.
const UNSEEN_MAX: Span = Span::minutes(2);

/// What a rule gave a member.
type Given = BTreeMap<(LoyaltyAccountId, String), i64>;

impl Folds {
    pub(super) fn program(&mut self, account: &str, program: &Program) {
        self.loyalty.programs.insert((account.into(), program.id.clone()), program.clone());
    }

    pub(super) fn rule(&mut self, account: &str, rule: &Rule) {
        self.loyalty.rules.insert((account.into(), rule.id.clone()), rule.clone());
    }

    /// A program as it is at this commit; every account has one from the beginning.
    pub(super) fn program_of(&self, account: &str, id: &ProgramId) -> Result<Program, Broken> {
        if let Some(program) = self.loyalty.programs.get(&(account.to_owned(), id.clone())) {
            return Ok(program.clone());
        }
        if id.as_str() != programs::DEFAULT_ID {
            return Err(format!("nobody made the program {id}"));
        }
        programs::create(id.clone(), Changes::default(), Timestamp::EPOCH).map_err(|problems| format!("{problems:?}"))
    }

    /// What was completed has earned what its rules give, whoever joined was welcomed, and no rule gave anything else.
    pub(super) fn rules_gave_what_they_say(&mut self, commit: &Commit<'_>) -> Result<(), Broken> {
        let mut due = Given::new();
        for (id, at) in &commit.completed {
            let payment = self.payments.get(&(commit.account.to_owned(), id.clone()));
            let payment = payment.cloned().ok_or_else(|| format!("{id} was completed, and nobody made it"))?;
            for member in self.payers(commit, &payment)? {
                if self.may_be_unseen(commit, &member, *at) {
                    continue;
                }
                let paid = Money::new(payment.amount_captured, payment.amount.currency);
                let tier = match commit.tiers_before.get(&member) {
                    Some(tier) => tier.clone(),
                    None => self.tier_of(commit.account, &member, *at)?,
                };
                self.gives(commit.account, (&member, tier.as_ref()), Some(paid), *at, &mut due)?;
            }
        }
        for (member, at) in &commit.joined {
            let tier = self.lowest_tier(commit.account, member)?;
            self.gives(commit.account, (member, tier.as_ref()), None, *at, &mut due)?;
        }
        let mut given = Given::new();
        for moved in &commit.earned {
            let rule = moved.source.rule.as_ref().map(ToString::to_string).unwrap_or_default();
            let set_off = moved.source.payment.as_ref().map_or(String::new(), PaymentId::to_string);
            if given.insert((moved.account.clone(), format!("{rule} {set_off}")), moved.movement.points).is_some() {
                return Err(format!("a rule gave twice: {moved:?}"));
            }
        }
        let payment = commit.completed.first().map_or(String::new(), |(id, _)| id.to_string());
        let due: Given = due
            .into_iter()
            .map(|((member, rule), points)| {
                let by_payment = rule.strip_suffix('$').map(|rule| format!("{rule} {payment}"));
                ((member, by_payment.unwrap_or_else(|| format!("{rule} "))), points)
            })
            .collect();
        if due == given { Ok(()) } else { Err(format!("rules gave {given:?}, and by them it is {due:?}")) }
    }

    /// Whether a payment may have been decided when nobody could see that member yet: that there is none is not proved at a
    /// commit, so one who joins at the same time as they pay may earn nothing by it.
    fn may_be_unseen(&self, commit: &Commit<'_>, id: &LoyaltyAccountId, at: Timestamp) -> bool {
        let member = self.loyalty.members.get(&(commit.account.to_owned(), id.clone()));
        let is_new = member.is_some_and(|member| at.since(member.account.created_at) < UNSEEN_MAX);
        is_new && commit.earned.iter().all(|moved| moved.account != *id)
    }

    /// The members whose points a completed payment brings.
    fn payers(&self, commit: &Commit<'_>, payment: &Payment) -> Result<Vec<LoyaltyAccountId>, Broken> {
        let of = |customer: &CustomerId, program: &ProgramId| {
            let mut members = self.loyalty.members.iter().filter(|((account, _), _)| account == commit.account);
            let is_theirs = |member: &super::points::Member| {
                member.account.customer_id.as_ref() == Some(customer) && member.account.program_id == *program
            };
            members.find(|(_, member)| is_theirs(member)).map(|((_, id), _)| id.clone())
        };
        let Some(customer) = &payment.customer_id else {
            let named = payment.metadata.get(LOYALTY_ACCOUNT).and_then(|named| LoyaltyAccountId::parse(named).ok());
            let known = named.filter(|id| self.loyalty.members.contains_key(&(commit.account.to_owned(), id.clone())));
            return Ok(known.into_iter().collect());
        };
        let mut payers = Vec::new();
        let programs = self.loyalty.programs.iter().filter(|((account, _), _)| account == commit.account);
        let default = self.program_of(commit.account, &default_id())?;
        let mut programs: Vec<&Program> = programs.map(|(_, program)| program).collect();
        if programs.iter().all(|program| program.id != default.id) {
            programs.push(&default);
        }
        for program in programs.into_iter().filter(|program| program.is_active) {
            let member = of(customer, &program.id);
            let is_deleted = self.loyalty.deleted.contains(&(commit.account.to_owned(), customer.clone()));
            if member.is_none() && program.auto_enroll && !is_deleted {
                return Err(format!("{} was completed, and {customer} is no member of {}", payment.id, program.id));
            }
            payers.extend(member);
        }
        Ok(payers)
    }

    /// Adds what every rule gives a member of a tier: for what was paid (such a rule's name ends in `$`), or for joining.
    fn gives(
        &mut self,
        account: &str,
        (member, tier): (&LoyaltyAccountId, Option<&Tier>),
        paid: Option<Money>,
        at: Timestamp,
        due: &mut Given,
    ) -> Result<(), Broken> {
        let Some(known) = self.loyalty.members.get(&(account.to_owned(), member.clone())) else {
            return Err(format!("nobody opened {member}"));
        };
        let program = self.program_of(account, &known.account.program_id)?;
        if known.account.status == Status::Closed || !program.is_active {
            return Ok(());
        }
        let trigger = if paid.is_some() { Trigger::PaymentCompleted } else { Trigger::AccountCreated };
        let rules = self.loyalty.rules.iter().filter(|((of, _), rule)| {
            of == account && rule.program_id == program.id && rule.trigger == trigger && rule.is_active
        });
        let rules: Vec<Rule> = rules.map(|(_, rule)| rule.clone()).collect();
        for rule in rules {
            let mut points = exact(&rule, paid, tier).map_or(0, |(number, of)| rounded(number, of, program.rounding));
            if let Some(cap) = rule.cap {
                let window = (account.to_owned(), format!("{} {member} {}", rule.id, window(cap.window, at)));
                let given = self.loyalty.caps.entry(window).or_default();
                points = points.min(cap.points - *given).max(0);
                *given += points;
            }
            if points > 0 {
                let name = if paid.is_some() { format!("{}$", rule.id) } else { rule.id.to_string() };
                due.insert((member.clone(), name), points);
            }
        }
        Ok(())
    }

    /// A payment earns in a program by its rules or by hand, in one commit, and never again.
    pub(super) fn earned(&mut self, commit: &mut Commit<'_>, moved: &Transaction) -> Result<(), Broken> {
        if moved.movement.points > 0 {
            commit.wanted.push((moved.id.to_string(), EventType::LoyaltyPointsEarned));
        }
        if moved.source.rule.is_some() {
            commit.earned.push(moved.clone());
        }
        let Some(payment) = &moved.source.payment else { return Ok(()) };
        let of = self.payments.get(&(commit.account.to_owned(), payment.clone()));
        if of.is_none_or(|payment| payment.completed_at.is_none()) {
            return Err(format!("points were given for a payment that is not completed: {moved:?}"));
        }
        let key = (commit.account.to_owned(), (payment.clone(), moved.program_id.clone()));
        let by_rules = moved.source.rule.is_some();
        let award = self.loyalty.awards.entry(key);
        if let std::collections::btree_map::Entry::Occupied(first) = &award
            && !(by_rules && first.get().by_rules && commit.awarded.contains(payment))
        {
            return Err(format!("{payment} earned once more: {moved:?}"));
        }
        let award = award.or_insert_with(|| super::points::Award::new(moved, by_rules));
        if award.member != moved.account {
            return Err(format!("{payment} earned for two members: {moved:?}"));
        }
        award.points += moved.movement.points;
        commit.awarded.insert(payment.clone());
        commit.given_back.insert(payment.clone());
        Ok(())
    }
}

/// The id of the program that every account has.
pub(super) fn default_id() -> ProgramId {
    ProgramId::parse(programs::DEFAULT_ID).expect("the default program has an id")
}

/// What a rule gives before it is rounded, as a numerator and a denominator; nothing if it does not match.
fn exact(rule: &Rule, paid: Option<Money>, tier: Option<&Tier>) -> Option<(i128, i128)> {
    let amount = paid.map(|paid| i128::from(paid.amount));
    let enough = rule.conditions.amount_min.is_none_or(|min| amount.is_some_and(|paid| paid >= i128::from(min)));
    let same = rule.conditions.currency.is_none_or(|named| paid.is_some_and(|paid| paid.currency == named));
    let theirs = rule.conditions.tier.as_ref().is_none_or(|key| tier.is_some_and(|tier| tier.key == *key));
    if !enough || !same || !theirs {
        return None;
    }
    // Minor units in a major one, of the currencies that a story pays in.
    let major = paid.map(|paid| match paid.currency.code() {
        "JPY" => 1,
        "KWD" => 1_000,
        _ => 100,
    });
    let (number, of) = match &rule.award {
        Award::Fixed { points } => (i128::from(*points), 1),
        Award::PerAmount { per, points } => {
            (amount? * 100 * i128::from(points.ten_thousandths()), i128::from(*per) * major? * RATE)
        }
        Award::PerCurrency(rates) => {
            (amount? * i128::from(rates.get(&paid?.currency)?.ten_thousandths()), major? * RATE)
        }
    };
    let of_tier = tier.map_or(RATE, |tier| i128::from(tier.multiplier.ten_thousandths()));
    Some((number * i128::from(rule.multiplier.ten_thousandths()) * of_tier, of * RATE * RATE))
}

fn rounded(number: i128, of: i128, rounding: Rounding) -> i64 {
    let whole = match rounding {
        Rounding::Down => number / of,
        Rounding::Nearest => (2 * number + of) / (2 * of),
        Rounding::Up => (number + of - 1) / of,
    };
    i64::try_from(whole).unwrap_or(i64::MAX)
}

/// The window of a cap that a moment lies in: stories are told in UTC.
fn window(window: Window, at: Timestamp) -> String {
    let day = at.millis().div_euclid(DAY_MS);
    match window {
        Window::Day => format!("day {day}"),
        // 1970 began on a Thursday.
        Window::Week => format!("week {}", (day + 3).div_euclid(7)),
        Window::Month => format!("month {}", at.rfc3339().chars().take(7).collect::<String>()),
        Window::Lifetime => "ever".to_owned(),
    }
}
