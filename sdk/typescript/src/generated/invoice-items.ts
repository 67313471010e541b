// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What waits for a customer's next invoice, or goes onto a draft. */
        PostInvoiceItemsBody: {
            /** @description Who owes it. */
            customerId: string;
            /** @description The draft that it goes onto; the customer's next invoice if nothing is said. */
            invoiceId?: string | null;
            /** @description The subscription whose next invoice it waits for; any invoice of the customer if nothing is said. */
            subscriptionId?: string | null;
            /** @description ISO 4217 code, in any case. */
            currency: string;
            /** @description What it is. */
            description: string;
            /** @description For each, in minor units; negative to take off. */
            unitAmount: number;
            /** @description How many; 1 if nothing is said. */
            quantity?: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
