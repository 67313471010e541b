// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A tax rate as the API shows it. */
        TaxRate: {
            /** @description Its id. */
            id: string;
            /** @description Always `tax_rate`. */
            object: string;
            /** @description What buyers know it by, such as VAT. */
            displayName: string;
            /** @description How much it is: 0 to 100, with up to three decimals. */
            percentage: number;
            /** @description Whether prices have it in them. */
            inclusive: boolean;
            /** @description Whose tax it is. */
            country: string | null;
            /** @description Whether something new can have it. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a tax rate. */
        PostTaxRatesBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What buyers know it by, such as VAT. */
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
        /**
         * @description What to change; what is absent stays. How much it is, and whose, never changes: asking for another value is refused with
         *     `parameter_immutable`.
         */
        PatchTaxRatesIdBody: {
            /** @description What buyers know it by, such as VAT. */
            displayName?: string | null;
            /** @description False: nothing new can have it. */
            active?: boolean | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description Never changes. */
            percentage?: unknown;
            /** @description Never changes. */
            inclusive?: unknown;
            /** @description Never changes. */
            country?: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
