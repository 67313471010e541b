//! What pages say, in every language. A language that lacks a sentence does not compile.

mod bulgarian;
mod english;
mod french;
mod german;
mod spanish;

use vinr_core::cards::FailureCode;

use crate::locale::Locale;

/// The sentences of one language, with holes for what a page knows: `{amount}`, `{merchant}`, `{date}`,
/// `{digits}`, `{account}`, `{mandate}`.
pub(super) struct Texts {
    pub(super) sandbox: &'static str,
    pub(super) title: &'static str,
    pub(super) number: &'static str,
    pub(super) expiry: &'static str,
    pub(super) expiry_hint: &'static str,
    pub(super) cvc: &'static str,
    pub(super) name: &'static str,
    pub(super) optional: &'static str,
    pub(super) pay: &'static str,
    pub(super) paying: &'static str,
    pub(super) secure: &'static str,
    pub(super) back: &'static str,
    pub(super) start_again: &'static str,
    pub(super) returning: &'static str,
    pub(super) more: &'static str,
    pub(super) invalid_number: &'static str,
    pub(super) invalid_expiry: &'static str,
    pub(super) invalid_cvc: &'static str,
    pub(super) test_card_only: &'static str,
    pub(super) real_card_only: &'static str,
    pub(super) another_number: &'static str,
    pub(super) wrong_cvc: &'static str,
    pub(super) trouble: &'static str,
    declined: &'static str,
    insufficient_funds: &'static str,
    expired_card: &'static str,
    incorrect_cvc: &'static str,
    processing_error: &'static str,
    authentication_failed: &'static str,
    authentication_expired: &'static str,
    pub(super) challenge_title: &'static str,
    pub(super) challenge_text: &'static str,
    pub(super) bank: &'static str,
    pub(super) bank_question: &'static str,
    pub(super) approve: &'static str,
    pub(super) refuse: &'static str,
    pub(super) processing_title: &'static str,
    pub(super) processing_text: &'static str,
    pub(super) paid_title: &'static str,
    pub(super) paid_text: &'static str,
    pub(super) authorized_title: &'static str,
    pub(super) authorized_text: &'static str,
    pub(super) already_title: &'static str,
    pub(super) already_text: &'static str,
    pub(super) expired_title: &'static str,
    pub(super) expired_text: &'static str,
    pub(super) tried_out_title: &'static str,
    pub(super) cancelled_title: &'static str,
    pub(super) cancelled_text: &'static str,
    pub(super) unavailable_title: &'static str,
    pub(super) unavailable_text: &'static str,
    pub(super) trouble_title: &'static str,
    pub(super) trouble_text: &'static str,
    pub(super) try_again: &'static str,
    pub(super) missing_title: &'static str,
    pub(super) missing_text: &'static str,
    pub(super) methods: &'static str,
    pub(super) another_card: &'static str,
    pub(super) expires: &'static str,
    pub(super) email: &'static str,
    pub(super) invalid_email: &'static str,
    pub(super) consent: &'static str,
    pub(super) unusable: &'static str,
    pub(super) network_lost: &'static str,
    pub(super) setup_title: &'static str,
    pub(super) setup_form: &'static str,
    pub(super) setup_any: &'static str,
    pub(super) setup_text: &'static str,
    pub(super) setup_button: &'static str,
    pub(super) setup_working: &'static str,
    pub(super) setup_question: &'static str,
    pub(super) setup_done_title: &'static str,
    pub(super) setup_done_text: &'static str,
    pub(super) setup_account_title: &'static str,
    pub(super) setup_account_text: &'static str,
    pub(super) setup_none: &'static str,
    pub(super) setup_expired_text: &'static str,
    pub(super) title_any: &'static str,
    pub(super) card: &'static str,
    pub(super) ideal_text: &'static str,
    pub(super) ideal_keeps: &'static str,
    pub(super) to_bank_title: &'static str,
    pub(super) to_bank_text: &'static str,
    pub(super) to_bank_button: &'static str,
    pub(super) pend: &'static str,
    pub(super) leave_bank: &'static str,
    pub(super) clearing_title: &'static str,
    pub(super) clearing_text: &'static str,
    pub(super) debit: &'static str,
    pub(super) holder: &'static str,
    pub(super) invalid_iban: &'static str,
    pub(super) test_account_only: &'static str,
    pub(super) invalid_holder: &'static str,
    pub(super) mandate: &'static str,
    pub(super) mandate_kept: &'static str,
    pub(super) mandate_again: &'static str,
    pub(super) saved_account: &'static str,
    pub(super) debit_title: &'static str,
    pub(super) debit_text: &'static str,
    pub(super) debit_says: &'static str,
    bank_declined: &'static str,
    account_closed: &'static str,
    debit_not_authorized: &'static str,
    pub(super) link_title: &'static str,
    pub(super) link_text: &'static str,
    pub(super) link_button: &'static str,
    pub(super) link_busy_title: &'static str,
    pub(super) link_busy_text: &'static str,
    pub(super) link_completed_title: &'static str,
    pub(super) link_completed_text: &'static str,
    pub(super) link_inactive_title: &'static str,
    pub(super) link_inactive_text: &'static str,
    pub(super) link_expired_title: &'static str,
    pub(super) link_expired_text: &'static str,
    pub(super) original: &'static str,
    pub(super) discount: &'static str,
    pub(super) store_credit: &'static str,
    pub(super) total: &'static str,
    pub(super) price_changed: &'static str,
}

impl Texts {
    /// The sentences of a language.
    pub(super) const fn of(locale: Locale) -> &'static Texts {
        match locale {
            Locale::English => &english::TEXTS,
            Locale::Bulgarian => &bulgarian::TEXTS,
            Locale::German => &german::TEXTS,
            Locale::French => &french::TEXTS,
            Locale::Spanish => &spanish::TEXTS,
        }
    }

    /// What to do after a decline, in the buyer's words. A card that was reported lost or stolen is just declined.
    pub(super) const fn declined(&self, code: FailureCode) -> &'static str {
        match code {
            FailureCode::CardDeclined | FailureCode::CardLost | FailureCode::CardStolen => self.declined,
            FailureCode::InsufficientFunds => self.insufficient_funds,
            FailureCode::ExpiredCard => self.expired_card,
            FailureCode::IncorrectCvc => self.incorrect_cvc,
            FailureCode::ProcessingError => self.processing_error,
            FailureCode::AuthenticationFailed => self.authentication_failed,
            FailureCode::AuthenticationExpired => self.authentication_expired,
            FailureCode::BankDeclined => self.bank_declined,
            FailureCode::AccountClosed => self.account_closed,
            FailureCode::DebitNotAuthorized => self.debit_not_authorized,
        }
    }
}

#[cfg(test)]
mod tests {
    /// The sentences of a language by name, as its file has them, with the holes in each.
    fn holes(source: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
        let sentence = |line: &'static str| line.trim().strip_suffix("\",")?.split_once(": \"");
        let holes = |text: &'static str| {
            let mut found: Vec<&str> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
            found.retain(|hole| *hole != "a0");
            found.sort_unstable();
            found
        };
        source.lines().filter_map(sentence).map(|(name, text)| (name, holes(text))).collect()
    }

    #[test]
    fn every_language_leaves_the_same_holes_in_every_sentence() {
        let english = holes(include_str!("texts/english.rs"));
        assert!(english.len() > 70 && english.contains(&("bank_question", vec!["amount", "merchant"])), "{english:?}");
        for other in [
            include_str!("texts/bulgarian.rs"),
            include_str!("texts/french.rs"),
            include_str!("texts/german.rs"),
            include_str!("texts/spanish.rs"),
        ] {
            assert_eq!(holes(other), english);
        }
        let known = ["amount", "merchant", "date", "digits", "account", "mandate"];
        assert!(
            english.iter().flat_map(|(_, holes)| holes).all(|hole| known.contains(hole)),
            "a page fills every hole"
        );
    }
}
