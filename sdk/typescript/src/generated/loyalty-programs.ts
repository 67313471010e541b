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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
