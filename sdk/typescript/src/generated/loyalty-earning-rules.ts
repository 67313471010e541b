// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
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
                /** @description By a member of this tier. */
                tier: string | null;
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
                /**
                 * @description By a member who was in this tier before it, by its key; null for any. A higher tier is another one.
                 * @default null
                 */
                tier?: string | null;
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
                /**
                 * @description By a member who was in this tier before it, by its key; null for any. A higher tier is another one.
                 * @default null
                 */
                tier?: string | null;
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
