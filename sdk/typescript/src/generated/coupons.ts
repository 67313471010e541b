// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A coupon as the API shows it. */
        Coupon: {
            /** @description Its id. */
            id: string;
            /** @description Always `coupon`. */
            object: string;
            /** @description What buyers know it by. */
            name: string | null;
            /** @description What buyers type, in upper case. */
            code: string | null;
            /** @description The part that comes off, in percent; null where it is an amount. */
            percentOff: number | null;
            /** @description What comes off, in minor units of the currency; null where it is a part. */
            amountOff: number | null;
            /** @description ISO 4217 code of `amountOff`. */
            currency: string | null;
            /** @description `once`, `repeating` or `forever`. */
            duration: string;
            /** @description For how many periods, of a repeating one. */
            durationInPeriods: number | null;
            /** @description How often it can be redeemed; null for as often as is wanted. */
            maxRedemptions: number | null;
            /** @description How often it was. */
            timesRedeemed: number;
            /** @description Until when it can be redeemed. */
            redeemBy: string | null;
            /** @description The products that it takes something off; null for all. */
            appliesTo: string[] | null;
            /** @description Whether it can be redeemed. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a coupon: `percentOff`, or `amountOff` with `currency`. */
        PostCouponsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What buyers know it by. */
            name?: string | null;
            /** @description What buyers type: 3 to 40 letters, digits, dashes and underscores, in any case. */
            code?: string | null;
            /** @description The part that comes off, above 0 and up to 100, with up to two decimals. */
            percentOff?: number | null;
            /** @description What comes off, in minor units of the currency. */
            amountOff?: number | null;
            /** @description ISO 4217 code of `amountOff`, in any case. */
            currency?: string | null;
            /** @description For how long whoever redeems it has the discount. The default is once. */
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
        /**
         * @description What to change; what is absent stays. What it takes off, and for whom, never changes: asking for another value is refused
         *     with `parameter_immutable`.
         */
        PatchCouponsIdBody: {
            /**
             * @description What buyers know it by; null takes it away.
             * @default null
             */
            name?: string | null;
            /** @description False: it cannot be redeemed any more. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description Never changes. */
            code?: unknown;
            /** @description Never changes. */
            percentOff?: unknown;
            /** @description Never changes. */
            amountOff?: unknown;
            /** @description Never changes. */
            currency?: unknown;
            /** @description Never changes. */
            duration?: unknown;
            /** @description Never changes. */
            durationInPeriods?: unknown;
            /** @description Never changes. */
            maxRedemptions?: unknown;
            /** @description Never changes. */
            redeemBy?: unknown;
            /** @description Never changes. */
            appliesTo?: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
