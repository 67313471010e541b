// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A member as the API shows it. */
        LoyaltyAccount: {
            /** @description Its id. */
            id: string;
            /** @description Always `loyalty_account`. */
            object: string;
            /** @description The program. */
            programId: string;
            /** @description Whose it is; null for a member who is no customer. */
            customerId: string | null;
            /** @description `active` or `closed`. */
            status: string;
            /** @description Points that can be spent; negative for a debt, which is made up by what is earned next. */
            balance: number;
            /** @description Points that were spent on rewards which are not used yet, and may come back. */
            pendingPoints: number;
            /** @description All that was ever earned, less what was taken back. */
            lifetimePoints: number;
            /** @description The key of the tier; null where the program has none. */
            tier: string | null;
            /** @description The key of the tier that `loyalty.tier.changed` tells that they left; nowhere else. */
            from?: string | null;
            /** @description The key of the one that they came into; nowhere else. */
            to?: string | null;
            /** @description The points that `loyalty.points.expiring` tells of; null everywhere else. */
            expiring: {
                /** @description How many. */
                points: number;
                /** @description When. */
                expiresAt: string | null;
            } | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was opened. */
            created_at: string;
        };
        /** @description What opens a membership. */
        PostLoyaltyAccountsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description The program; `prog_default` if nothing is said. */
            programId?: string | null;
            /** @description Whose it is. Without one it is a member who is no customer: their payments name it in `metadata.loyalty_account`. */
            customerId?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetLoyaltyAccountsQuery: {
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
            /** @description Only those of this customer. */
            customerId?: string | null;
            /** @description Only those of this program. */
            programId?: string | null;
        };
        /** @description What to change; what is absent stays. */
        PatchLoyaltyAccountsIdBody: {
            /** @description `closed` ends the membership: nothing is earned or spent any more. `active` takes it up again. */
            status?: ("active" | "closed") | null;
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
