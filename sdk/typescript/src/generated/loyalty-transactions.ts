// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
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
        /** @description A correction by hand. */
        PostLoyaltyTransactionsBody: {
            /** @description Whose points. */
            accountId: string;
            /** @description Points that are given, or taken if negative; never more than the member has. */
            amount: number;
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
