// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A price as the API shows it. */
        Price: {
            /** @description Its id. */
            id: string;
            /** @description Always `price`. */
            object: string;
            /** @description What it is for. */
            productId: string;
            /** @description For one unit or package, in minor units of the currency; null where it is finer than that, or where there are tiers. */
            amount: number | null;
            /** @description The same as an exact decimal. */
            unitAmountDecimal: string | null;
            /** @description ISO 4217 code. */
            currency: string;
            /** @description How it comes again; null for what is paid once. */
            recurring: {
                /** @description `day`, `week`, `month` or `year`. */
                interval: string;
                /** @description How many of them are one period. */
                intervalCount: number;
                /** @description `licensed` or `metered`. */
                usageType: string;
                /** @description `sum`, `max` or `last_during_period`, of a metered price. */
                aggregateUsage: string | null;
            } | null;
            /** @description `per_unit`, `graduated`, `volume` or `package`. */
            model: string;
            /** @description What units cost, of the models `graduated` and `volume`. */
            tiers: {
                /** @description The last unit in it; null in the last tier. */
                upTo: number | null;
                /** @description For each unit, in minor units of the currency; null where it is finer than that. */
                unitAmount: number | null;
                /** @description The same as an exact decimal. */
                unitAmountDecimal: string;
                /** @description Once, when the tier is reached. */
                flatAmount: number;
            }[] | null;
            /** @description Units in a package. */
            packageSize: number | null;
            /** @description For yourself. */
            nickname: string | null;
            /** @description Whether something new can be bought for it. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
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
         * @description What to change; what is absent stays. Only `nickname`, `active` and `metadata` can be other: what it costs is what buyers
         *     agree to, and asking for another value is refused with `parameter_immutable`.
         */
        PatchPricesIdBody: {
            /**
             * @description For yourself; null takes it away.
             * @default null
             */
            nickname?: string | null;
            /** @description False: nothing new can be bought for it. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description Never changes. */
            productId?: unknown;
            /** @description Never changes. */
            amount?: unknown;
            /** @description Never changes. */
            unitAmountDecimal?: unknown;
            /** @description Never changes. */
            currency?: unknown;
            /** @description Never changes. */
            recurring?: unknown;
            /** @description Never changes. */
            model?: unknown;
            /** @description Never changes. */
            tiers?: unknown;
            /** @description Never changes. */
            packageSize?: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
