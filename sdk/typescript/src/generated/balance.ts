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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
