// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A refund as JSON. */
        Refund: {
            /** @description Its id. */
            id: string;
            /** @description Always `refund`. */
            object: string;
            /** @description The payment whose money goes back. */
            paymentId: string;
            /** @description What goes back, in minor units. */
            amount: number;
            /**
             * @description What of that goes back as store credit: the customer has it once the refund has succeeded. The rest goes to the
             *     method that paid.
             */
            creditAmount: number;
            /** @description The payment's currency, an ISO 4217 code. */
            currency: string;
            /** @description `pending`, `succeeded` or `failed`. */
            status: string;
            /** @description Why it is given back. */
            reason: string | null;
            /** @description Why it did not arrive: `destination_account_closed` or `operation_not_available`. */
            failureReason: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was accepted. */
            created_at: string;
        };
        /** @description What gives money back. */
        PostRefundsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description The payment whose money goes back. */
            paymentId: string;
            /**
             * @description Minor units; all that is left of the payment when absent. Of a payment that used store credit the money goes back
             *     first, and when all of that is back the credit.
             */
            amount?: number | null;
            /** @description Why. */
            reason?: ("requested_by_customer" | "duplicate" | "fraudulent" | "product_not_received") | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetRefundsQuery: {
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
            /** @description Only those of this payment. */
            paymentId?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
