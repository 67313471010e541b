// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description The clock as the API shows it. */
        Shown: {
            object: string;
            now: string;
            offsetSeconds: number;
        };
        /** @description What an advance came to. */
        Advanced: {
            object: string;
            now: string;
            offsetSeconds: number;
            /** @description What ran on the way. */
            ran: {
                timers: number;
                deliveries: number;
            };
        };
        /** @description A sandbox that was emptied. */
        TestReset: {
            /** @description Always `test_reset`. */
            object: string;
            /** @description What the account's clock shows from now on: the world's time. */
            now: string;
        };
        /** @description What the sandbox's buyer types, and whether the card is kept. */
        PostTestPaymentsIdPayBody: {
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
            /** @description Keep the card for the customer, whatever the payment says. */
            savePaymentMethod?: boolean | null;
            /** @description Where mail reaches a buyer who is no customer yet and whose card is kept. */
            email?: string | null;
        };
        /** @description The account that the sandbox's buyer gives to be debited, and whether it is kept. */
        PostTestPaymentsIdDebitBody: {
            /** @description A test account's number, with spaces or without. */
            iban: string;
            /** @description Whose account it is. */
            accountHolder: string;
            /** @description Keep the account for the customer, whatever the payment says. */
            savePaymentMethod?: boolean | null;
            /** @description Where mail reaches a buyer who is no customer yet and whose account is kept. */
            email?: string | null;
        };
        /** @description How the sandbox's buyer answers a challenge. */
        PostTestPaymentsIdAuthenticateBody: {
            /** @description Whether they pass. */
            result: "succeed" | "fail";
        };
        /** @description The body of what needs no more than its address. */
        PostTestDisputesIdEscalateBody: Record<string, never>;
        /** @description The body of what needs no more than its address. */
        PostTestDisputesIdCloseBody: Record<string, never>;
        /** @description What the sandbox's network reports. */
        PostTestPaymentsIdDisputeBody: {
            /** @description Minor units; all that is left of the payment when absent. What is more than that is not taken. */
            amount?: number | null;
            /** @description What the buyer says; `fraudulent` when absent. */
            reason?: ("fraudulent" | "product_not_received" | "product_unacceptable" | "duplicate" | "credit_not_processed" | "subscription_cancelled" | "unrecognized" | "general") | null;
            /** @description Whether the network only warns of a dispute that may come, and takes nothing yet. */
            warning?: boolean | null;
        };
        /** @description What a network's account updater makes known of a card. The card goes on doing in the sandbox what its number does. */
        PostTestPaymentMethodsIdUpdateBody: {
            /** @description The new last month, 1 to 12. */
            expMonth?: number | null;
            /** @description The year of that month, two or four digits. */
            expYear?: number | null;
            /** @description The last four digits of the new number. */
            last4?: string | null;
        };
        /** @description What a buyer types, or the sandbox's tests for one. */
        PostTestSetupsIdPayBody: {
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
        /** @description The account that a buyer gives to be debited, or the sandbox's tests for one. */
        PostTestSetupsIdDebitBody: {
            /** @description A test account's number, with spaces or without. */
            iban: string;
            /** @description Whose account it is. */
            accountHolder: string;
        };
        /** @description How the sandbox's buyer answers a challenge. */
        PostTestSetupsIdAuthenticateBody: {
            /** @description Whether they pass. */
            result: "succeed" | "fail";
        };
        /** @description How far to move the clock. */
        PostTestClockAdvanceBody: {
            /** @description By so many seconds; two years at most. */
            seconds?: number | null;
            /** @description To this moment. */
            to?: string | number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
