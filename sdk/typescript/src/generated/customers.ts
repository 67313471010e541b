// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A customer as the API shows it. */
        Customer: {
            /** @description Its id. */
            id: string;
            /** @description Always `customer`. */
            object: string;
            /** @description Where mail reaches them. */
            email: string | null;
            /** @description What they are called. */
            name: string | null;
            /** @description Where a call reaches them. */
            phone: string | null;
            /** @description Where they live. */
            address: {
                /** @description Street and number. */
                line1: string | null;
                /** @description Flat, floor, care of. */
                line2: string | null;
                /** @description City. */
                city: string | null;
                /** @description Postal code. */
                postalCode: string | null;
                /** @description State, province, region. */
                state: string | null;
                /** @description ISO 3166 code of two letters. */
                country: string | null;
            } | null;
            /** @description The saved method that is charged when none is named. */
            defaultMethodId: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description Whether it was deleted; such a customer is seen in its last event only. */
            deleted: boolean;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A deleted customer. */
        DeletedCustomer: {
            id: string;
            /** @description Always `customer`. */
            object: string;
            /** @description Always true. */
            deleted: boolean;
        };
        /** @description What creates a customer. */
        PostCustomersBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /**
             * @description Where mail reaches them.
             * @default null
             */
            email?: string | null;
            /**
             * @description What they are called.
             * @default null
             */
            name?: string | null;
            /**
             * @description Where a call reaches them.
             * @default null
             */
            phone?: string | null;
            /**
             * @description Where they live: the whole of it.
             * @default null
             */
            address?: {
                /** @description Street and number. */
                line1?: string | null;
                /** @description Flat, floor, care of. */
                line2?: string | null;
                /** @description City. */
                city?: string | null;
                /** @description Postal code. */
                postalCode?: string | null;
                /** @description State, province, region. */
                state?: string | null;
                /** @description ISO 3166 code of two letters. */
                country?: string | null;
            } | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetCustomersQuery: {
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
            /** @description Only those with this e-mail address, in capitals or not. */
            email?: string | null;
        };
        /** @description What is known of a customer; null takes a detail away. */
        PatchCustomersIdBody: {
            /**
             * @description Where mail reaches them.
             * @default null
             */
            email?: string | null;
            /**
             * @description What they are called.
             * @default null
             */
            name?: string | null;
            /**
             * @description Where a call reaches them.
             * @default null
             */
            phone?: string | null;
            /**
             * @description Where they live: the whole of it.
             * @default null
             */
            address?: {
                /** @description Street and number. */
                line1?: string | null;
                /** @description Flat, floor, care of. */
                line2?: string | null;
                /** @description City. */
                city?: string | null;
                /** @description Postal code. */
                postalCode?: string | null;
                /** @description State, province, region. */
                state?: string | null;
                /** @description ISO 3166 code of two letters. */
                country?: string | null;
            } | null;
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
