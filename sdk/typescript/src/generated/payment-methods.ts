// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A card to be tokenised. */
        PostPaymentMethodsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What it is. */
            type: "card";
            /** @description The card, with its number, last month and security code. None of them is in any answer. */
            card: {
                /** @description A test card's number. */
                number: string;
                /** @description 1 to 12. */
                expMonth?: number | null;
                /** @description Two or four digits. */
                expYear?: number | null;
                /** @description The security code; read and forgotten. */
                cvc?: string | null;
                /** @description The name on the card. */
                name?: string | null;
            };
            /** @description What the buyer typed beside the number. */
            billingDetails?: {
                /** @description The name on the card. */
                name?: string | null;
            } | null;
            /** @description Whose card it is. */
            customerId?: string | null;
            /** @description With a public key: the session's client secret. The card is then its customer's, if it has one. */
            clientSecret?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
