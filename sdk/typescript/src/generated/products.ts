// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A product as the API shows it. */
        Product: {
            /** @description Its id. */
            id: string;
            /** @description Always `product`. */
            object: string;
            /** @description What buyers know it by. */
            name: string;
            /** @description For buyers. */
            description: string | null;
            /** @description Whether it is offered. */
            active: boolean;
            /** @description What it is to the tax office, in your own scheme. */
            taxCode: string | null;
            /** @description Addresses of pictures. */
            images: string[];
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a product. */
        PostProductsBody: {
            /** @description An id of your own choice, in live too. */
            id?: string | null;
            /** @description What buyers know it by. */
            name: string;
            /** @description For buyers. */
            description?: string | null;
            /** @description Whether it is offered. The default is yes. */
            active?: boolean | null;
            /** @description What it is to the tax office, in your own scheme. */
            taxCode?: string | null;
            /** @description Addresses of pictures. */
            images?: string[] | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetProductsQuery: {
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
            /** @description Only those that are offered, or are not. */
            active?: boolean | null;
        };
        /** @description What to change; what is absent stays. */
        PatchProductsIdBody: {
            /** @description What buyers know it by. */
            name?: string | null;
            /**
             * @description For buyers; null takes it away.
             * @default null
             */
            description?: string | null;
            /** @description False: it is not offered any more. */
            active?: boolean | null;
            /**
             * @description What it is to the tax office; null takes it away.
             * @default null
             */
            taxCode?: string | null;
            /** @description Addresses of pictures, all of them. */
            images?: string[] | null;
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
