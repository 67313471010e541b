// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description An event as the API shows and sends it. */
        Event: {
            id: string;
            object: string;
            type: string;
            /** @description When it happened, unix seconds: events have no `created_at`. */
            created: number;
            apiVersion: string;
            sequence: number;
            data: unknown;
        };
        GetEventsQuery: {
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
             * @description Only of this type. With `after` too: then the events between are passed over, and what follows is asked for with
             *     `nextCursor`, or with the number of the last event that came.
             */
            type?: string | null;
            /** @description Oldest first, from the event after this number on; without cursors and `created`. */
            after?: number | null;
            /** @description With `after`: wait so many seconds for an event when there is none yet. */
            wait?: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
