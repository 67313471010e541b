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
            /** @description Its tiers; null for none. */
            tierConfig: {
                /** @description What lifts a member: `spend` or `points`. */
                qualifyOn: string;
                /** @description How long it counts. */
                period: {
                    /** @description `rolling` or `calendar`. */
                    type: string;
                    /** @description How many months. */
                    months: number;
                };
                /** @description The lowest first. */
                tiers: {
                    /** @description What rules and rewards name it by. */
                    key: string;
                    /** @description What members know it by. */
                    name: string;
                    /** @description Its place. */
                    rank: number;
                    /** @description From which figure on a member is in it. */
                    threshold: number;
                    /** @description What the points of its members are multiplied by. */
                    multiplier: number;
                }[];
            } | null;
            /** @description Whether its rules give points. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
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
            /** @description Its tiers; null or absent for none. */
            tierConfig?: {
                /**
                 * @description What lifts a member: `spend` (what payments brought, less what went back) or `points` (what was earned, less what
                 *     was taken back).
                 */
                qualifyOn: "spend" | "points";
                /** @description How long it counts. */
                period: {
                    /** @description `rolling`: this month and so many before it. `calendar`: so many months counted from January, and then anew. */
                    type: "rolling" | "calendar";
                    /** @description How many. Calendar periods are parts of a year: 1, 2, 3, 4, 6 or 12. */
                    months: number;
                };
                /** @description Up to twenty, in any order. */
                tiers: {
                    /** @description What rules and rewards name it by: a to z, 0 to 9, `-` and `_`. */
                    key: string;
                    /** @description What members know it by. */
                    name: string;
                    /** @description Its place: a higher rank may have what a lower one may. */
                    rank: number;
                    /**
                     * @description From which figure on a member is in it: points, or hundredths of a major unit of money in every currency. The
                     *     lowest tier begins at 0, and thresholds rise with ranks.
                     */
                    threshold: number;
                    /** @description What the points of its members are multiplied by, up to 10, with up to four decimals. The default is 1. */
                    multiplier?: number | null;
                }[];
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
            /**
             * @description Its tiers, all of them; null for none. A member comes into their new tier with the next payment, award or refund of
             *     theirs.
             */
            tierConfig?: {
                /**
                 * @description What lifts a member: `spend` (what payments brought, less what went back) or `points` (what was earned, less what
                 *     was taken back).
                 */
                qualifyOn: "spend" | "points";
                /** @description How long it counts. */
                period: {
                    /** @description `rolling`: this month and so many before it. `calendar`: so many months counted from January, and then anew. */
                    type: "rolling" | "calendar";
                    /** @description How many. Calendar periods are parts of a year: 1, 2, 3, 4, 6 or 12. */
                    months: number;
                };
                /** @description Up to twenty, in any order. */
                tiers: {
                    /** @description What rules and rewards name it by: a to z, 0 to 9, `-` and `_`. */
                    key: string;
                    /** @description What members know it by. */
                    name: string;
                    /** @description Its place: a higher rank may have what a lower one may. */
                    rank: number;
                    /**
                     * @description From which figure on a member is in it: points, or hundredths of a major unit of money in every currency. The
                     *     lowest tier begins at 0, and thresholds rise with ranks.
                     */
                    threshold: number;
                    /** @description What the points of its members are multiplied by, up to 10, with up to four decimals. The default is 1. */
                    multiplier?: number | null;
                }[];
            } | null;
            /** @description False: its rules give no points any more, and nobody joins by paying. */
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
