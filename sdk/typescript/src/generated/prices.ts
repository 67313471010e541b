// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What creates a price. */
        PostPricesBody: {
            /** @description An id of your own choice, in live too. */
            id?: string | null;
            /** @description What it is for. */
            productId: string;
            /** @description For one unit or package, in minor units of the currency. */
            amount?: number | null;
            /** @description The same where it is finer than a minor unit: a decimal of minor units with up to 12 places, such as "0.125". */
            unitAmountDecimal?: string | null;
            /** @description ISO 4217 code, in any case. */
            currency: string;
            /** @description How it comes again; null or absent for what is paid once. */
            recurring?: {
                /** @description What a period is counted in. */
                interval: "day" | "week" | "month" | "year";
                /** @description How many of them are one period: three years at most. The default is 1. */
                intervalCount?: number | null;
                /** @description Where the number of units comes from. The default is `licensed`. */
                usageType?: ("licensed" | "metered") | null;
                /** @description What a period's usage records come to. The default is `sum`. */
                aggregateUsage?: ("sum" | "max" | "last_during_period") | null;
            } | null;
            /** @description How a number of units is priced. The default is `per_unit`. */
            model?: ("per_unit" | "graduated" | "volume" | "package") | null;
            /** @description What units cost, of the models `graduated` and `volume`; they rise, and the last one has no end. */
            tiers?: {
                /** @description The last unit in it; null or absent in the last tier. */
                upTo?: number | null;
                /** @description For each unit, in minor units of the currency. */
                unitAmount?: number | null;
                /** @description The same where it is finer than a minor unit. */
                unitAmountDecimal?: string | null;
                /** @description Once, when the tier is reached. */
                flatAmount?: number | null;
            }[] | null;
            /** @description Units in a package, of the model `package`. */
            packageSize?: number | null;
            /** @description For yourself. */
            nickname?: string | null;
            /** @description Whether something new can be bought for it. The default is yes. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetPricesQuery: {
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
            /** @description Only those of this product. */
            productId?: string | null;
            /** @description Only those that something new can be bought for, or cannot. */
            active?: boolean | null;
        };
        /**
         * @description What to change; what is absent stays. Only `nickname`, `active` and `metadata` can be other: who subscribed has agreed to
         *     the rest, and asking for it is refused with `parameter_immutable`.
         */
        PatchPricesIdBody: {
            /**
             * @description For yourself; null takes it away.
             * @default null
             */
            nickname?: string | null;
            /** @description False: nothing new can be bought for it. Who subscribed keeps it. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description Never changes. */
            productId?: string | null;
            /** @description Never changes. */
            amount?: number | null;
            /** @description Never changes. */
            unitAmountDecimal?: string | null;
            /** @description Never changes. */
            currency?: string | null;
            /** @description Never changes. */
            recurring?: {
                /** @description What a period is counted in. */
                interval: "day" | "week" | "month" | "year";
                /** @description How many of them are one period: three years at most. The default is 1. */
                intervalCount?: number | null;
                /** @description Where the number of units comes from. The default is `licensed`. */
                usageType?: ("licensed" | "metered") | null;
                /** @description What a period's usage records come to. The default is `sum`. */
                aggregateUsage?: ("sum" | "max" | "last_during_period") | null;
            } | null;
            /** @description Never changes. */
            model?: ("per_unit" | "graduated" | "volume" | "package") | null;
            /** @description Never changes. */
            tiers?: {
                /** @description The last unit in it; null or absent in the last tier. */
                upTo?: number | null;
                /** @description For each unit, in minor units of the currency. */
                unitAmount?: number | null;
                /** @description The same where it is finer than a minor unit. */
                unitAmountDecimal?: string | null;
                /** @description Once, when the tier is reached. */
                flatAmount?: number | null;
            }[] | null;
            /** @description Never changes. */
            packageSize?: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
