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
        /** @description What the sandbox's buyer types. */
        PostTestPaymentsIdPayBody: {
            /** @description A test card's number. */
            number: string;
            /** @description 1 to 12. */
            expMonth?: number | null;
            /** @description Two or four digits. */
            expYear?: number | null;
            /** @description The security code; read and forgotten. */
            cvc?: string | null;
        };
        /** @description How the sandbox's buyer answers a challenge. */
        PostTestPaymentsIdAuthenticateBody: {
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
