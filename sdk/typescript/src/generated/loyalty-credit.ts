// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What a customer has. */
        StoreCredit: {
            /** @description Always `store_credit`. */
            object: string;
            /** @description Whose it is. */
            customerId: string;
            /** @description One for each currency in which they ever had some. */
            balances: {
                /** @description ISO 4217 code. */
                currency: string;
                /**
                 * @description All of it: the sum of its transactions. Negative for what is owed, because no card could be charged with it: the next
                 *     invoice takes it in.
                 */
                balance: number;
                /** @description What payments hold of that which are open. */
                held: number;
                /** @description What the next payment can use. */
                available: number;
            }[];
        };
        /** @description A movement of a customer's store credit as the API shows it. */
        CreditTransaction: {
            /** @description Its id. */
            id: string;
            /** @description Always `credit_transaction`. */
            object: string;
            /** @description Whose credit. */
            customerId: string;
            /** @description `grant`, `spend`, `refund` or `invoice`. */
            type: string;
            /** @description In minor units; negative for what was taken. */
            amount: number;
            /** @description ISO 4217 code. */
            currency: string;
            /** @description The customer's balance with it. */
            balanceAfter: number;
            /** @description Where it comes from. */
            source: {
                /** @description The redemption that gave it. */
                redemption: string | null;
                /** @description The payment that used it. */
                payment: string | null;
                /** @description The refund that gave it back. */
                refund: string | null;
                /** @description The invoice that took or gave it. */
                invoice: string | null;
            };
            /** @description When. */
            created_at: string;
        };
        GetLoyaltyCreditQuery: {
            /** @description The customer. */
            customerId: string;
        };
        GetLoyaltyCreditTransactionsQuery: {
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
            /** @description Only those of this customer. */
            customerId?: string | null;
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
