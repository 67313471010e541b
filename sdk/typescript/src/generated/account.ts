// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description The account as the API shows it. */
        Account: {
            id: string;
            object: string;
            name: string;
            /** @description A zone of the IANA database. */
            timeZone: string;
            country: string | null;
            /** @description The API version the account is pinned to. */
            apiVersion: string;
            /** @description What the platform keeps of a payment. */
            fees: {
                /** @description Hundredths of a percent. */
                bps: number;
                /**
                 * @description A fixed part for each currency, in its minor unit.
                 * @default {}
                 */
                fixed: {
                    [key: string]: number;
                };
                /** @description What a dispute costs in each currency, in its minor unit; the usual when absent. It comes back with a win. */
                dispute: {
                    [key: string]: number;
                } | null;
            };
            /** @description When settled money is paid out. */
            payoutSchedule: {
                /**
                 * @description `daily`, `weekly` or `monthly`.
                 * @enum {string}
                 */
                interval: "daily" | "weekly" | "monthly";
                /** @description Business days. */
                delayDays: number;
            };
            taxMode: string;
            /**
             * @description How failed invoices are tried again where a subscription names no policy; null for 1, 3, 5 and 7 days and then
             *     cancel.
             */
            dunningPolicyId: string | null;
            /** @description How the account's pages look. */
            branding: {
                /**
                 * @description The accent, such as `#1f6feb`. Pages darken or lighten it until it can be read.
                 * @default null
                 */
                color: string | null;
                /**
                 * @description The logo of the hosted pages as a `data:` URL: PNG, JPEG or WebP, 16 KiB at most. An https URL is kept, but pages,
                 *     which load nothing from elsewhere, do not show it.
                 * @default null
                 */
                logoUrl: string | null;
                /**
                 * @description How round fields and buttons are, in pixels.
                 * @default null
                 */
                radius: number | null;
            };
            statementDescriptor: string | null;
            /** @description From where its keys may be used; empty is everywhere. */
            ipAllowList: string[];
            /**
             * @description The origins whose pages may show the card fields of Elements. None: any page over https or from localhost in the
             *     sandbox, no page in live.
             */
            allowedOrigins: string[];
            /** @description What the operator recorded. */
            kyb: {
                status: string;
            };
            /** @description What the operator recorded. */
            pciAttestation: {
                status: string;
            };
            created_at: string;
        };
        /** @description What to change; what is absent stays. */
        PatchAccountBody: {
            name?: string | null;
            /** @description A zone of the IANA database. */
            timeZone?: string | null;
            /**
             * @description ISO 3166 code; null takes it away.
             * @default null
             */
            country?: string | null;
            /** @description What the platform keeps of a payment. */
            fees?: {
                /** @description Hundredths of a percent. */
                bps: number;
                /**
                 * @description A fixed part for each currency, in its minor unit.
                 * @default {}
                 */
                fixed?: {
                    [key: string]: number;
                };
                /** @description What a dispute costs in each currency, in its minor unit; the usual when absent. It comes back with a win. */
                dispute?: {
                    [key: string]: number;
                } | null;
            } | null;
            /** @description When settled money is paid out. */
            payoutSchedule?: {
                /**
                 * @description `daily`, `weekly` or `monthly`.
                 * @enum {string}
                 */
                interval: "daily" | "weekly" | "monthly";
                /** @description Business days. */
                delayDays: number;
            } | null;
            /**
             * @description `per_line` or `per_invoice`.
             * @enum {string|null}
             */
            taxMode?: "per_line" | "per_invoice" | null;
            /**
             * @description The dunning policy of subscriptions that name none; null for the usual.
             * @default null
             */
            dunningPolicyId?: string | null;
            /** @description How the account's pages look. */
            branding?: {
                /**
                 * @description The accent, such as `#1f6feb`. Pages darken or lighten it until it can be read.
                 * @default null
                 */
                color?: string | null;
                /**
                 * @description The logo of the hosted pages as a `data:` URL: PNG, JPEG or WebP, 16 KiB at most. An https URL is kept, but pages,
                 *     which load nothing from elsewhere, do not show it.
                 * @default null
                 */
                logoUrl?: string | null;
                /**
                 * @description How round fields and buttons are, in pixels.
                 * @default null
                 */
                radius?: number | null;
            } | null;
            /**
             * @description Null takes it away.
             * @default null
             */
            statementDescriptor?: string | null;
            /** @description Addresses and networks; empty is everywhere. */
            ipAllowList?: string[] | null;
            /**
             * @description The origins whose pages may show the card fields of Elements, such as `https://shop.example`: scheme, host and port,
             *     without path or wildcard; https, and in the sandbox http from localhost. An empty list lets any such page in the
             *     sandbox, and none in live.
             */
            allowedOrigins?: string[] | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
