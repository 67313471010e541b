// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What an account has, by currency. */
        Balance: {
            object: string;
            /** @description Settled: can be paid out. */
            available: {
                currency: string;
                /** @description In the currency's minor unit. */
                amount: number;
            }[];
            /** @description Charged, not settled yet. */
            pending: {
                currency: string;
                /** @description In the currency's minor unit. */
                amount: number;
            }[];
        };
        /** @description What must be so, and whether it is. */
        Reconciliation: {
            /** @description Always `reconciliation`. */
            object: string;
            /** @description Each thing that must be so. */
            invariants: {
                /** @description What it is called. */
                name: string;
                /** @description Whether it is so. */
                holds: boolean;
                /** @description The rows that break it. */
                differences: {
                    /** @description Which row or rule. */
                    subject: string;
                    /** @description What it should be. */
                    expected: string;
                    /** @description What it is. */
                    found: string;
                }[];
            }[];
        };
        /** @description A line of the balance as the API shows it. */
        BalanceTransaction: {
            /** @description Its id. */
            id: string;
            /** @description Always `balance_transaction`. */
            object: string;
            /** @description `payment`, `refund`, `dispute`, `payout`, `adjustment` or `fee`. */
            type: string;
            /** @description Its currency. */
            currency: string;
            /** @description Minor units before fees; negative for what was taken from you. */
            amount: number;
            /** @description What VINR kept of it, minor units; negative for a fee that was given back. */
            fee: number;
            /** @description What it adds to your balance: `amount` less `fee`. */
            net: number;
            /** @description From when on it can be paid out. */
            availableAt: string;
            /** @description The object it comes of. */
            source: string;
            /** @description When it was written. */
            created_at: string;
        };
        GetBalanceTransactionsQuery: {
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
            /** @description Only of this type. */
            type?: ("payment" | "refund" | "dispute" | "payout" | "adjustment" | "fee") | null;
            /** @description Only in this currency. */
            currency?: string | null;
            /** @description Only those that come of this object: a payment, a refund, a dispute, a payout. */
            source?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
