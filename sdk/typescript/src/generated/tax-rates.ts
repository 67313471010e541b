// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What creates a tax rate. */
        PostTaxRatesBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What buyers read on invoices, such as VAT. */
            displayName: string;
            /** @description How much it is: 0 to 100, with up to three decimals. */
            percentage: number;
            /** @description Whether prices have it in them. The default is no: it is added. */
            inclusive?: boolean | null;
            /** @description Whose tax it is: a country's code of two letters. */
            country?: string | null;
            /** @description Whether something new can have it. The default is yes. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetTaxRatesQuery: {
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
        /** @description What to change; what is absent stays. How much it is never changes: make another one. */
        PatchTaxRatesIdBody: {
            /** @description What buyers read on invoices. */
            displayName?: string | null;
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
