// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A payout as the API shows it. */
        Payout: {
            /** @description Its id. */
            id: string;
            /** @description Always `payout`. */
            object: string;
            /** @description `pending`, `in_transit`, `paid`, `failed` or `cancelled`. */
            status: string;
            /** @description Minor units. */
            amount: number;
            /** @description Its currency. */
            currency: string;
            /** @description Whether the account's schedule made it. */
            automatic: boolean;
            /** @description How many settlements it pays. */
            settlementCount: number;
            /** @description Why the bank sent it back. */
            failure: {
                /** @description `account_closed`. */
                code: string;
                /** @description For people. */
                message: string;
            } | null;
            /** @description When it is at your bank. */
            arrivalAt: string;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was made. */
            created_at: string;
        };
        /** @description What makes a payout. */
        PostPayoutsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description Of which settlements. */
            currency: string;
            /** @description What you expect it to be, minor units: another amount than what waits is refused. */
            amount?: number | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetPayoutsQuery: {
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
            /** @description Only those that stand so. */
            status?: ("pending" | "in_transit" | "paid" | "failed" | "cancelled") | null;
            /** @description Only in this currency. */
            currency?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
