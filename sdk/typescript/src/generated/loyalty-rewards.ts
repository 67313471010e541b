// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A reward as the API shows it. */
        Reward: {
            /** @description Its id. */
            id: string;
            /** @description Always `reward`. */
            object: string;
            /** @description The program whose points buy it. */
            programId: string;
            /** @description What members know it by. */
            name: string;
            /** @description `discount_amount`, `discount_percent`, `free_product` or `partner`. */
            type: string;
            /** @description Points for one. */
            cost: number;
            /** @description What a member gets. */
            value: {
                /** @description What comes off a payment, in minor units of the currency. */
                amount?: number | null;
                /** @description ISO 4217 code, in any case. */
                currency?: string | null;
                /** @description The part of a payment that comes off, above 0 and up to 100, with up to two decimals. */
                percent?: number | null;
                /** @description The product, as you know it. */
                product?: string | null;
                /** @description How many of it. The default is 1. */
                quantity?: number | null;
                /** @description Who hands it out. */
                partner?: string | null;
                /** @description What, as the partner knows it. */
                sku?: string | null;
            };
            /** @description How many are left; null for as many as are wanted. */
            inventory: number | null;
            /** @description Whether it can be had. */
            active: boolean;
            /** @description The key of the tier that a member must be in, or above; null for every member. */
            tier: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a reward. */
        PostLoyaltyRewardsBody: {
            /** @description An id of your own choice, in live too. */
            id?: string | null;
            /** @description The program whose points buy it; `prog_default` if nothing is said. */
            programId?: string | null;
            /** @description What members know it by. */
            name: string;
            /** @description What sort of reward it is. */
            type: "discount_amount" | "discount_percent" | "free_product" | "partner";
            /** @description Points for one. */
            cost: number;
            /** @description What a member gets. */
            value: {
                /** @description What comes off a payment, in minor units of the currency. */
                amount?: number | null;
                /** @description ISO 4217 code, in any case. */
                currency?: string | null;
                /** @description The part of a payment that comes off, above 0 and up to 100, with up to two decimals. */
                percent?: number | null;
                /** @description The product, as you know it. */
                product?: string | null;
                /** @description How many of it. The default is 1. */
                quantity?: number | null;
                /** @description Who hands it out. */
                partner?: string | null;
                /** @description What, as the partner knows it. */
                sku?: string | null;
            };
            /** @description How many there are; null or absent for as many as are wanted. */
            inventory?: number | null;
            /** @description Whether it can be had. The default is yes. */
            active?: boolean | null;
            /** @description The key of the tier that a member must be in, or above; null or absent for every member. */
            tier?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetLoyaltyRewardsQuery: {
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
            /** @description Only those that can be had, or cannot. */
            active?: boolean | null;
        };
        /** @description What to change; what is absent stays. What it is worth never changes: make another reward. */
        PatchLoyaltyRewardsIdBody: {
            /** @description What members know it by. */
            name?: string | null;
            /** @description Points for one. Who has it already paid what it was. */
            cost?: number | null;
            /**
             * @description How many are left; null for as many as are wanted.
             * @default null
             */
            inventory?: number | null;
            /** @description False: it is not offered any more. Who has it already can use it. */
            active?: boolean | null;
            /**
             * @description The key of the tier that a member must be in, or above; null for every member.
             * @default null
             */
            tier?: string | null;
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
