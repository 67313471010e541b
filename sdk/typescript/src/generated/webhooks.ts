// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A webhook endpoint. */
        WebhookEndpoint: {
            id: string;
            /** @description Always `webhook_endpoint`. */
            object: string;
            url: string;
            enabledEvents: string[];
            description: string | null;
            /** @description `enabled` or `disabled`. */
            status: string;
            /** @description `by_hand`, `gone` (it answered 410) or `failing` (for five days). */
            disabledReason: string | null;
            /** @description What deliveries are signed with; shown at creation and rotation only. */
            secret: string | null;
            /** @description Until when the previous secret signs too. */
            previousSecretExpiresAt: string | null;
            /** @description Since when no attempt has been accepted. */
            failingSince: string | null;
            metadata: {
                [key: string]: string;
            };
            created_at: string;
        };
        /** @description A removed endpoint. */
        DeletedWebhookEndpoint: {
            id: string;
            /** @description Always `webhook_endpoint`. */
            object: string;
            /** @description Always true. */
            deleted: boolean;
        };
        /** @description A delivery with the log of its attempts. */
        WebhookDeliveryWithLog: {
            id: string;
            /** @description Always `webhook_delivery`. */
            object: string;
            endpointId: string;
            eventId: string;
            eventType: string;
            /** @description `pending`, `delivered` or `failed`. */
            status: string;
            /** @description Attempts that ended. */
            attempts: number;
            nextAttemptAt: string | null;
            lastAttemptAt: string | null;
            /** @description The HTTP status of the last attempt, if there was an answer. */
            lastResponseStatus: number | null;
            /** @description Why the last attempt got no answer. */
            lastError: string | null;
            created_at: string;
            /** @description The newest 50 attempts, the newest first. */
            attemptLog: {
                /** @description When it began, by the wall's clock. */
                attemptedAt: string;
                /** @description How long it took, in milliseconds. */
                durationMs: number;
                responseStatus: number | null;
                /** @description The first 4 KiB of the answer. */
                responseBody: string;
                /** @description Why there was no answer. */
                error: string | null;
            }[];
        };
        /** @description One event on its way to one endpoint. */
        WebhookDelivery: {
            id: string;
            /** @description Always `webhook_delivery`. */
            object: string;
            endpointId: string;
            eventId: string;
            eventType: string;
            /** @description `pending`, `delivered` or `failed`. */
            status: string;
            /** @description Attempts that ended. */
            attempts: number;
            nextAttemptAt: string | null;
            lastAttemptAt: string | null;
            /** @description The HTTP status of the last attempt, if there was an answer. */
            lastResponseStatus: number | null;
            /** @description Why the last attempt got no answer. */
            lastError: string | null;
            created_at: string;
        };
        /** @description What makes an endpoint. */
        PostWebhooksBody: {
            /** @description An id of your choice (sandbox only). */
            id?: string | null;
            /** @description Where deliveries go: absolute, http or https; in live https on port 443. */
            url: string;
            /** @description Names such as `payment.completed`, families such as `payment.*`, or `*` for all (the default). */
            enabledEvents?: string[] | null;
            /** @description Your own words. */
            description?: string | null;
            /** @description Your own pairs. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetWebhooksQuery: {
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
        };
        /** @description What can be changed. */
        PatchWebhooksIdBody: {
            /** @description Where deliveries go. */
            url?: string | null;
            /** @description Names such as `payment.completed`, families such as `payment.*`, or `*` for all. */
            enabledEvents?: string[] | null;
            /**
             * @description Your own words; null takes them away.
             * @default null
             */
            description?: string | null;
            /** @description Pairs to set; null or an empty text removes one. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * @description `enabled` or `disabled`.
             * @enum {string|null}
             */
            status?: "enabled" | "disabled" | null;
        };
        /** @description How a secret is replaced. */
        PostWebhooksIdRotateSecretBody: {
            /** @description For how many hours the present secret keeps signing beside the new one; 24 if nothing is said. */
            overlapHours?: number | null;
        };
        GetWebhooksIdDeliveriesQuery: {
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
            /**
             * @description Only deliveries that stand like this.
             * @enum {string|null}
             */
            status?: "pending" | "delivered" | "failed" | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
