// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A report of usage. */
        PostUsageBody: {
            /** @description The item that was used. */
            subscriptionItemId?: string | null;
            /** @description Its subscription instead, if only one item of it is metered. */
            subscriptionId?: string | null;
            /** @description How many: 0 to 1,000,000,000,000. */
            quantity: number;
            /**
             * @description When they were used; now, if nothing is said. In the open period, up to an hour late into the one that is being
             *     invoiced, and five minutes ahead at most.
             */
            timestamp?: string | number | null;
            /** @description Whether they are added to what there is (the default), or so many were used up to then, whatever was reported before. */
            action?: ("increment" | "set") | null;
            /** @description Your own name for this report, of 255 characters at most: of two with one name for an item the first counts, for ever. */
            identifier?: string | null;
        };
        /** @description Reports of usage. */
        PostUsageBatchBody: {
            /** @description The reports; each is answered by itself. */
            records: {
                /** @description The item that was used. */
                subscriptionItemId?: string | null;
                /** @description Its subscription instead, if only one item of it is metered. */
                subscriptionId?: string | null;
                /** @description How many: 0 to 1,000,000,000,000. */
                quantity: number;
                /**
                 * @description When they were used; now, if nothing is said. In the open period, up to an hour late into the one that is being
                 *     invoiced, and five minutes ahead at most.
                 */
                timestamp?: string | number | null;
                /** @description Whether they are added to what there is (the default), or so many were used up to then, whatever was reported before. */
                action?: ("increment" | "set") | null;
                /** @description Your own name for this report, of 255 characters at most: of two with one name for an item the first counts, for ever. */
                identifier?: string | null;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
