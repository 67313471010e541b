// Generated from openapi.json by `npm run generate`. Do not edit.

/** The version of the API that these types describe. */
export const API_VERSION = '2026-04-01';
