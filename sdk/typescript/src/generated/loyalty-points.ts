// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A movement of points as the API shows it. */
        PointsTransaction: {
            /** @description Its id. */
            id: string;
            /** @description Always `points_transaction`. */
            object: string;
            /** @description Whose points. */
            account: string;
            /** @description The customer they belong to. */
            customerId: string | null;
            /** @description In which program. */
            programId: string;
            /** @description `earn`, `redeem`, `release`, `clawback`, `clawback_reversal`, `adjust` or `expire`. */
            type: string;
            /** @description How many; negative for what was taken. */
            points: number;
            /** @description The same as `points`. */
            amount: number;
            /** @description What was to be taken back besides, and was let go of because the member had no more. */
            waived: number;
            /** @description Where it comes from. */
            source: {
                /** @description The payment that earned, or whose points were taken back. */
                payment: string | null;
                /** @description The refund that took back. */
                refund: string | null;
                /** @description The dispute that took back. */
                dispute: string | null;
                /** @description The redemption that took or gave back. */
                redemption: string | null;
                /** @description The rule that gave. */
                rule: string | null;
                /** @description What was paid, in minor units of the currency. */
                amount: number | null;
                /** @description In lower case. */
                currency: string | null;
            };
            /** @description The member's balance with it. */
            balanceAfter: number;
            /** @description What you said about it. */
            reason: string | null;
            /** @description When points that were given lapse; null for never. */
            expiresAt: string | null;
            /** @description When. */
            created_at: string;
        };
        /** @description An award by hand. */
        PostLoyaltyPointsEarnBody: {
            /** @description The program; the member's, or `prog_default`, if nothing is said. */
            programId?: string | null;
            /** @description The customer who is given points; this or `account` is required. */
            customerId?: string | null;
            /** @description The member who is given points. */
            accountId?: string | null;
            /** @description How many points. Zero writes a transaction and no event. */
            amount: number;
            /**
             * @description The completed payment they are for. It earns in a program once, by rules or by hand: a second award is answered with
             *     the first one.
             */
            sourcePaymentId?: string | null;
            /** @description Why, for people. */
            reason?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
