//! How points are earned, as decisions see it: the programs, their active rules, and whether anybody is a member.

use vinr_core::earning_rules::{Rule, Trigger};
use vinr_core::ids::ProgramId;
use vinr_core::programs::{DEFAULT_ID, Program};

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

    /// The rules of a program that this sets off.
    pub fn rules_of<'a>(&'a self, program: &'a ProgramId, trigger: Trigger) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.program_id == *program && rule.trigger == trigger)
    }

    /// Active programs in which a completed payment of a customer may mean something.
    pub fn programs_of_payers(&self) -> impl Iterator<Item = &Program> {
        self.programs.iter().filter(|program| {
            let earns = self.has_members && self.rules_of(&program.id, Trigger::PaymentCompleted).next().is_some();
            program.is_active && (program.auto_enroll || earns)
        })
    }
}
