// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        GetInvoicesQuery: {
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
            /** @description Only this customer's. */
            customerId?: string | null;
            /** @description Only those of this subscription. */
            subscriptionId?: string | null;
            /** @description Only those that stand so. */
            status?: ("draft" | "open" | "paid" | "void" | "uncollectible") | null;
        };
        /** @description What drafts an invoice for something that is sold once. What waits for the customer's next invoice is on it too. */
        PostInvoicesBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description Who owes. */
            customerId: string;
            /** @description ISO 4217 code, in any case. */
            currency: string;
            /** @description What for. */
            lines?: {
                /** @description What it is. */
                description: string;
                /** @description For each, in minor units; negative to take off. */
                unitAmount: number;
                /** @description How many; 1 if nothing is said. */
                quantity?: number | null;
            }[] | null;
            /** @description How it is paid. The default is `charge_automatically`. */
            collectionMethod?: ("charge_automatically" | "send_invoice") | null;
            /** @description Days to pay an invoice that is sent. The default is 14. */
            daysUntilDue?: number | null;
            /** @description Shown below its lines. */
            footer?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        /** @description What pays an invoice. */
        PostInvoicesIdPayBody: {
            /** @description What is charged; the subscription's or the customer's default method if nothing is said. */
            paymentMethodId?: string | null;
            /** @description Where the hosted page sends the customer, where it is needed. */
            returnUrl?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
