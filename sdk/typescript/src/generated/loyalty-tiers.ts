// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        GetLoyaltyTiersQuery: {
            /** @description Those of this program; of `prog_default` if nothing is said. */
            programId?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
