// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A redemption as the API shows it. */
        Redemption: {
            /** @description Its id. */
            id: string;
            /** @description Always `redemption`. */
            object: string;
            /** @description Whose points. */
            account: string;
            /** @description The customer they belong to; null for a member who is no customer. */
            customerId: string | null;
            /** @description In which program. */
            programId: string;
            /** @description What for. */
            rewardId: string;
            /** @description `issued`, `attached`, `applied`, `released` or `cancelled`. */
            status: string;
            /** @description How many points were taken. */
            points: number;
            /**
             * @description What it takes off, in minor units of the currency; null for what is no discount, and for a part of a payment until a
             *     payment carries it.
             */
            discount: number | null;
            /** @description The currency of that. */
            currency: string | null;
            /** @description What the member shows for what is no discount. */
            code: string | null;
            /** @description The payment that carries it or has used it. */
            paymentId: string | null;
            /** @description Until when a payment has to complete with it; then the points go back. */
            expiresAt: string;
            /** @description When it was made. */
            created_at: string;
        };
        /** @description What exchanges points for a reward. */
        PostLoyaltyRedemptionsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description Whose points. */
            accountId: string;
            /** @description What for. */
            rewardId: string;
        };
        GetLoyaltyRedemptionsQuery: {
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
            /** @description Only this member's. */
            accountId?: string | null;
            /** @description Only those that stand so. */
            status?: ("issued" | "attached" | "applied" | "released" | "cancelled") | null;
            /** @description Only those that this payment carries or has used. */
            paymentId?: string | null;
        };
        /** @description What gives the points of a redemption back: nothing more is needed. */
        PostLoyaltyRedemptionsIdCancelBody: Record<string, never>;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
