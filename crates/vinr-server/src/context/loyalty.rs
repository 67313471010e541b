//! How points are earned, as decisions see it: the programs, their active rules, and whether anybody is a member.

use vinr_core::earning_rules::{Rule, Trigger};
use vinr_core::ids::ProgramId;
use vinr_core::programs::{DEFAULT_ID, Program};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::tiers::Tier;

use crate::error::{ApiError, Result};

/// Loyalty in one account. Whoever changes a program or a rule, or makes the first member, bumps the context.
#[derive(Debug, Clone, Default)]
pub struct Loyalty {
    /// Every program, active or not: points of one that is not are still taken back and lapse.
    pub programs: Vec<Program>,
    /// The active rules of active programs.
    pub rules: Vec<Rule>,
    /// Whether the account has ever had a member.
    pub has_members: bool,
}

impl Loyalty {
    /// A program by its id.
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn program(&self, id: &ProgramId) -> Result<&Program> {
        self.default_or(Some(id))
    }

    /// The program that is asked for, or the one that every account has.
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn default_or(&self, asked: Option<&ProgramId>) -> Result<&Program> {
        let is_it = |program: &&Program| match asked {
            Some(id) => program.id == *id,
            None => program.id.as_str() == DEFAULT_ID,
        };
        let named = || asked.map_or(DEFAULT_ID, ProgramId::as_str);
        self.programs.iter().find(is_it).ok_or_else(|| ApiError::missing("loyalty program", named()))
    }

    /// Whether a program has a tier of this key.
    ///
    /// # Errors
    /// The keys that there are, about that parameter.
    pub fn check_tier(&self, id: &ProgramId, key: &str, param: &'static str) -> std::result::Result<(), Refusal> {
        let program = self.programs.iter().find(|program| program.id == *id);
        let tiers = program.and_then(|program| program.tiers.as_ref()).map_or(&[][..], |config| &config.tiers);
        if tiers.iter().any(|tier| tier.key == key) {
            return Ok(());
        }
        let keys: Vec<&str> = tiers.iter().map(|tier| tier.key.as_str()).collect();
        let known = if keys.is_empty() { "it has no tiers".to_owned() } else { format!("it has {}", keys.join(", ")) };
        Err(Refusal::new(Code::ParameterInvalid, format!("{id} has no tier {key}: {known}")).at(param))
    }

    /// The tier in which a member is shown who was told this one last; nothing where the program has none.
    pub fn tier(&self, id: &ProgramId, told: Option<&str>) -> Option<&Tier> {
        let program = self.programs.iter().find(|program| program.id == *id)?;
        program.tiers.as_ref().map(|config| config.shown(told))
    }

    /// Whether what is spent or earned is counted towards tiers anywhere.
    pub fn counts(&self) -> bool {
        self.programs.iter().any(|program| program.counts)
    }

    /// The rules of a program that this sets off.
    pub fn rules_of<'a>(&'a self, program: &'a ProgramId, trigger: Trigger) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.program_id == *program && rule.trigger == trigger)
    }

    /// Active programs in which a completed payment of a customer may mean something.
    pub fn programs_of_payers(&self) -> impl Iterator<Item = &Program> {
        self.programs.iter().filter(|program| {
            let counts = program.counts || self.rules_of(&program.id, Trigger::PaymentCompleted).next().is_some();
            let earns = self.has_members && counts;
            program.is_active && (program.auto_enroll || earns)
        })
    }
}
