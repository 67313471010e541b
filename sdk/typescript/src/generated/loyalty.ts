// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A loyalty program as the API shows it. */
        LoyaltyProgram: {
            /** @description Its id. */
            id: string;
            /** @description Always `program`. */
            object: string;
            /** @description What members know it by. */
            name: string;
            /** @description Its points. */
            currency: {
                /** @description What they are called. */
                name: string;
                /** @description What one is worth when it is spent, in minor units. */
                pointValue: number;
                /** @description What becomes of a fraction: `down`, `nearest` or `up`. */
                rounding: string;
                /** @description After how many months they lapse; null for never. */
                expiryMonths: number | null;
            };
            /** @description Whether a customer becomes a member with the first completed payment. */
            autoEnroll: boolean;
            /** @description How points are taken back. */
            clawback: {
                /** @description Whether a balance may become negative. */
                allowNegative: boolean;
            };
            /** @description Whether its rules give points. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description An earning rule as the API shows it. */
        EarningRule: {
            /** @description Its id. */
            id: string;
            /** @description Always `earning_rule`. */
            object: string;
            /** @description In which program it gives points. */
            programId: string;
            /** @description For people. */
            name: string | null;
            /** @description What sets it off. */
            trigger: string;
            /** @description What it gives, as it was asked for. */
            award: {
                [key: string]: unknown;
            };
            /** @description What must be so. */
            conditions: {
                /** @description So much was paid at least, in minor units. */
                minAmount: number | null;
                /** @description It was paid in this currency. */
                currency: string | null;
            };
            /** @description What its points are multiplied by. */
            multiplier: number;
            /** @description How much one member gets of it. */
            cap: {
                /** @description So many points at most. */
                points: number;
                /** @description `day`, `week`, `month` or `lifetime`. */
                window: string;
            } | null;
            /** @description Whether it gives anything. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A removed rule. */
        DeletedEarningRule: {
            id: string;
            /** @description Always `earning_rule`. */
            object: string;
            /** @description Always true. */
            deleted: boolean;
        };
        /** @description A member as the API shows it. */
        LoyaltyAccount: {
            /** @description Its id. */
            id: string;
            /** @description Always `loyalty_account`. */
            object: string;
            /** @description The program. */
            programId: string;
            /** @description Whose it is; null for a member who is no customer. */
            customerId: string | null;
            /** @description `active` or `closed`. */
            status: string;
            /** @description Points that can be spent; negative for a debt, which is made up by what is earned next. */
            balance: number;
            /** @description Points that were spent on rewards which are not used yet, and may come back. */
            pendingPoints: number;
            /** @description All that was ever earned, less what was taken back. */
            lifetimePoints: number;
            /** @description The tier; null where the program has none. */
            tier: string | null;
            /** @description The points that `loyalty.points.expiring` tells of; null everywhere else. */
            expiring: {
                /** @description How many. */
                points: number;
                /** @description When. */
                expiresAt: string | null;
            } | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was opened. */
            created_at: string;
        };
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
        /** @description What creates a loyalty program. */
        PostLoyaltyProgramsBody: {
            /** @description An id of your own choice, in live too. */
            id?: string | null;
            /** @description What members know it by. Required. */
            name: string;
            /** @description Its points. */
            currency?: {
                /** @description What they are called. */
                name?: string | null;
                /** @description What one is worth when it is spent, in minor units. The default is 1. */
                pointValue?: number | null;
                /** @description What becomes of a fraction of a point: `down` (the default), `nearest` or `up`. */
                rounding?: ("down" | "nearest" | "up") | null;
                /**
                 * @description After how many months they lapse, at the end of that day; null for never (the default).
                 * @default null
                 */
                expiryMonths?: number | null;
            } | null;
            /** @description Whether a customer becomes a member with the first completed payment. The default is no. */
            autoEnroll?: boolean | null;
            /** @description How points are taken back. */
            clawback?: {
                /**
                 * @description Whether a balance may become negative, to be made up by what is earned next (the default). If not, no more is taken
                 *     back than there is.
                 */
                allowNegative?: boolean | null;
            } | null;
            /** @description Whether its rules give points, and whether customers join by paying. The default is yes. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetLoyaltyProgramsQuery: {
            /** @description Entries on a page. */
            limit?: number | null;
            /** @description Continue after this object. */
            startingAfter?: string | null;
            /** @description The page before this object. */
            endingBefore?: string | null;
            /** @description When the objects were created, unix seconds. */
            created?: {
                /** @description At or after. */
                gte?: number | null;
                /** @description After. */
                gt?: number | null;
                /** @description At or before. */
                lte?: number | null;
                /** @description Before. */
                lt?: number | null;
            } | null;
        };
        /** @description What to change; what is absent stays. */
        PatchLoyaltyProgramsIdBody: {
            /** @description What members know it by. */
            name?: string | null;
            /** @description Its points. Those that were earned keep the day on which they lapse. */
            currency?: {
                /** @description What they are called. */
                name?: string | null;
                /** @description What one is worth when it is spent, in minor units. The default is 1. */
                pointValue?: number | null;
                /** @description What becomes of a fraction of a point: `down` (the default), `nearest` or `up`. */
                rounding?: ("down" | "nearest" | "up") | null;
                /**
                 * @description After how many months they lapse, at the end of that day; null for never (the default).
                 * @default null
                 */
                expiryMonths?: number | null;
            } | null;
            /** @description Whether a customer becomes a member with the first completed payment. */
            autoEnroll?: boolean | null;
            /** @description How points are taken back. */
            clawback?: {
                /**
                 * @description Whether a balance may become negative, to be made up by what is earned next (the default). If not, no more is taken
                 *     back than there is.
                 */
                allowNegative?: boolean | null;
            } | null;
            /** @description False: its rules give no points any more, and nobody joins by paying. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        /** @description What creates an earning rule. */
        PostLoyaltyEarningRulesBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description In which program it gives points; `prog_default` if nothing is said. */
            programId?: string | null;
            /** @description For people. */
            name?: string | null;
            /** @description What sets it off: `payment.completed` (the default) or `loyalty.account.created`. */
            trigger?: ("payment.completed" | "loyalty.account.created") | null;
            /** @description What it gives. Required. */
            award: {
                [key: string]: string | number;
            };
            /** @description What must be so. */
            conditions?: {
                /**
                 * @description So much was paid at least, in minor units; null for any amount.
                 * @default null
                 */
                minAmount?: number | null;
                /**
                 * @description It was paid in this currency; null for any.
                 * @default null
                 */
                currency?: string | null;
            } | null;
            /** @description What its points are multiplied by, with up to four decimals. The default is 1. */
            multiplier?: number | null;
            /** @description How much one member gets of it. */
            cap?: {
                /** @description So many points at most. */
                points: number;
                /** @description In this time: `day`, `week` (from Monday), `month` or `lifetime`, in the account's time zone. */
                window: "day" | "week" | "month" | "lifetime";
            } | null;
            /** @description Whether it gives anything. The default is yes. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetLoyaltyEarningRulesQuery: {
            /** @description Entries on a page. */
            limit?: number | null;
            /** @description Continue after this object. */
            startingAfter?: string | null;
            /** @description The page before this object. */
            endingBefore?: string | null;
            /** @description When the objects were created, unix seconds. */
            created?: {
                /** @description At or after. */
                gte?: number | null;
                /** @description After. */
                gt?: number | null;
                /** @description At or before. */
                lte?: number | null;
                /** @description Before. */
                lt?: number | null;
            } | null;
            /** @description Only those of this program. */
            programId?: string | null;
        };
        /** @description What to change; what is absent stays. Its program and what sets it off never change: make another rule. */
        PatchLoyaltyEarningRulesIdBody: {
            /**
             * @description For people; null takes it away.
             * @default null
             */
            name?: string | null;
            /** @description What it gives. */
            award?: {
                [key: string]: string | number;
            } | null;
            /** @description What must be so. */
            conditions?: {
                /**
                 * @description So much was paid at least, in minor units; null for any amount.
                 * @default null
                 */
                minAmount?: number | null;
                /**
                 * @description It was paid in this currency; null for any.
                 * @default null
                 */
                currency?: string | null;
            } | null;
            /** @description What its points are multiplied by, with up to four decimals. */
            multiplier?: number | null;
            /** @description How much one member gets of it; null for no end. */
            cap?: {
                /** @description So many points at most. */
                points: number;
                /** @description In this time: `day`, `week` (from Monday), `month` or `lifetime`, in the account's time zone. */
                window: "day" | "week" | "month" | "lifetime";
            } | null;
            /** @description Whether it gives anything. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        /** @description What opens a membership. */
        PostLoyaltyAccountsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description The program; `prog_default` if nothing is said. */
            programId?: string | null;
            /** @description Whose it is. Without one it is a member who is no customer: their payments name it in `metadata.loyalty_account`. */
            customerId?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetLoyaltyAccountsQuery: {
            /** @description Entries on a page. */
            limit?: number | null;
            /** @description Continue after this object. */
            startingAfter?: string | null;
            /** @description The page before this object. */
            endingBefore?: string | null;
            /** @description When the objects were created, unix seconds. */
            created?: {
                /** @description At or after. */
                gte?: number | null;
                /** @description After. */
                gt?: number | null;
                /** @description At or before. */
                lte?: number | null;
                /** @description Before. */
                lt?: number | null;
            } | null;
            /** @description Only those of this customer. */
            customerId?: string | null;
            /** @description Only those of this program. */
            programId?: string | null;
        };
        /** @description What to change; what is absent stays. */
        PatchLoyaltyAccountsIdBody: {
            /** @description `closed` ends the membership: nothing is earned or spent any more. `active` takes it up again. */
            status?: ("active" | "closed") | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
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
        /** @description A correction by hand. */
        PostLoyaltyTransactionsBody: {
            /** @description Whose points. */
            accountId: string;
            /** @description Points that are given, or taken if negative; never more than the member has. */
            amount: number;
            /** @description Why, for people. */
            reason?: string | null;
        };
        GetLoyaltyTransactionsQuery: {
            /** @description Entries on a page. */
            limit?: number | null;
            /** @description Continue after this object. */
            startingAfter?: string | null;
            /** @description The page before this object. */
            endingBefore?: string | null;
            /** @description When the objects were created, unix seconds. */
            created?: {
                /** @description At or after. */
                gte?: number | null;
                /** @description After. */
                gt?: number | null;
                /** @description At or before. */
                lte?: number | null;
                /** @description Before. */
                lt?: number | null;
            } | null;
            /** @description Only those of this member. */
            accountId?: string | null;
            /** @description Only those of this type. */
            type?: ("earn" | "redeem" | "release" | "clawback" | "clawback_reversal" | "adjust" | "expire") | null;
            /** @description Only those that come from this payment. */
            paymentId?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
