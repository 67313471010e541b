// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What creates a dunning policy. */
        PostDunningPoliciesBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What you call it. */
            name?: string | null;
            /** @description When a failed invoice is tried again. The default is 1, 3, 5 and 7 days after it failed first. */
            retries?: {
                /** @description Days of your account's calendar after the first failure, rising from retry to retry. */
                afterDays: number;
            }[] | null;
            /** @description What becomes of the subscription after the last retry. The default is cancel. */
            onExhausted?: ("cancel" | "pause" | "leave_unpaid") | null;
            /** @description Whether the customer is written to. The default is yes. */
            notify?: boolean | null;
            /** @description Whether something new can have it. The default is yes. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetDunningPoliciesQuery: {
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
            /** @description Only those that something new can have, or cannot. */
            active?: boolean | null;
        };
        /** @description What to change; what is absent stays. Invoices that are being tried again go on by what the policy says then. */
        PatchDunningPoliciesIdBody: {
            /**
             * @description What you call it; null takes it away.
             * @default null
             */
            name?: string | null;
            /** @description When a failed invoice is tried again. */
            retries?: {
                /** @description Days of your account's calendar after the first failure, rising from retry to retry. */
                afterDays: number;
            }[] | null;
            /** @description What becomes of the subscription after the last retry. */
            onExhausted?: ("cancel" | "pause" | "leave_unpaid") | null;
            /** @description Whether the customer is written to. */
            notify?: boolean | null;
            /** @description False: nothing new can have it. */
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
