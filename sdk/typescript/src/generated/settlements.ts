// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A settlement as the API shows it. */
        Settlement: {
            /** @description Its id. */
            id: string;
            /** @description Always `settlement`. */
            object: string;
            /** @description Of which transactions. */
            currency: string;
            /** @description Payments, adjustments and returned payouts, minor units, before fees. */
            gross: number;
            /** @description What was given back to buyers. */
            refunds: number;
            /** @description What buyers' banks took back; negative if they gave back more. */
            disputes: number;
            /** @description What VINR kept. */
            fees: number;
            /** @description `gross` less `refunds`, `disputes` and `fees`. */
            net: number;
            /** @description How many transactions it has. */
            transactionCount: number;
            /** @description The payout that pays it, once that is made. */
            payoutId: string | null;
            /** @description When the payout is at your bank; null while it is not known. */
            arrivalAt: string | null;
            /** @description When it closed: the end of its day. */
            created_at: string;
        };
        GetSettlementsQuery: {
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
            /** @description Only in this currency. */
            currency?: string | null;
            /** @description Only those that this payout pays. */
            payoutId?: string | null;
        };
        GetSettlementsIdTransactionsQuery: {
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
