// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What creates a coupon: `percentOff`, or `amountOff` with `currency`. */
        PostCouponsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What buyers read on invoices. */
            name?: string | null;
            /** @description What buyers type: 3 to 40 letters, digits, dashes and underscores, in any case. */
            code?: string | null;
            /** @description The part that comes off, above 0 and up to 100, with up to two decimals. */
            percentOff?: number | null;
            /** @description What comes off, in minor units of the currency. */
            amountOff?: number | null;
            /** @description ISO 4217 code of `amountOff`, in any case. */
            currency?: string | null;
            /** @description For how long a subscription has it. The default is once. */
            duration?: ("once" | "repeating" | "forever") | null;
            /** @description For how many periods, of a repeating one. */
            durationInPeriods?: number | null;
            /** @description How often it can be redeemed; null or absent for as often as is wanted. */
            maxRedemptions?: number | null;
            /** @description Until when it can be redeemed. */
            redeemBy?: string | number | null;
            /** @description The products that it takes something off; null or absent for all. */
            appliesTo?: string[] | null;
            /** @description Whether it can be redeemed. The default is yes. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetCouponsQuery: {
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
            /** @description Only those that can be redeemed, or cannot. */
            active?: boolean | null;
            /** @description Only the one with this code, in any case. */
            code?: string | null;
        };
        /** @description What to change; what is absent stays. What it takes off never changes: make another one. */
        PatchCouponsIdBody: {
            /**
             * @description What buyers read on invoices; null takes it away.
             * @default null
             */
            name?: string | null;
            /** @description False: it cannot be redeemed any more. Who has it keeps it. */
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
