// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description What begins a subscription. */
        PostSubscriptionsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description Who subscribes. */
            customerId: string;
            /** @description What to, if it is one price; otherwise `items`. */
            priceId?: string | null;
            /** @description How many of that price; 1 if nothing is said. */
            quantity?: number | null;
            /** @description What to, if it is more than one price; all recur in the same way and are of one currency. */
            items?: {
                /** @description What it costs. */
                priceId: string;
                /** @description How many; 1 if nothing is said, and nothing for a metered price. */
                quantity?: number | null;
            }[] | null;
            /** @description What its invoices are charged to; the customer's default method if nothing is said. */
            defaultMethodId?: string | null;
            /** @description A trial of so many days of your account's calendar. */
            trialPeriodDays?: number | null;
            /** @description A trial until then. */
            trialEnd?: string | number | null;
            /** @description What happens at the end of a trial if nobody can be charged. */
            trialSettings?: {
                /** @description If nobody can be charged. */
                endBehavior: "cancel" | "pause";
            } | null;
            /** @description When the first whole period begins, at most one period ahead; what is left until then is charged in proportion. */
            billingCycleAnchor?: string | number | null;
            /** @description What is taken off. */
            couponId?: string | null;
            /** @description How failed invoices are tried again; as your account says if nothing is said. */
            dunningPolicyId?: string | null;
            /** @description How its invoices are paid. The default is `charge_automatically`. */
            collectionMethod?: ("charge_automatically" | "send_invoice") | null;
            /** @description Days to pay an invoice that is sent. The default is 14. */
            daysUntilDue?: number | null;
            /** @description Where the hosted page sends the customer who makes the first payment there. */
            returnUrl?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetSubscriptionsQuery: {
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
            /** @description Only this customer's. */
            customerId?: string | null;
            /** @description Only those that stand so. */
            status?: ("trialing" | "incomplete" | "active" | "past_due" | "paused" | "canceled") | null;
        };
        /** @description What to change; what is absent stays. */
        PatchSubscriptionsIdBody: {
            /** @description Its price, where it has one item. */
            priceId?: string | null;
            /** @description How many of it, where it has one item. */
            quantity?: number | null;
            /** @description All its items: what is not named goes. */
            items?: {
                /** @description Which item it is; the one of the same price, or a new one, if nothing is said. */
                id?: string | null;
                /** @description What it costs; as it is, if nothing is said. */
                priceId?: string | null;
                /** @description How many. */
                quantity?: number | null;
            }[] | null;
            /** @description How what is left of the period is billed: with the next invoice (the default), now, or not at all. */
            prorationBehavior?: ("create_prorations" | "none" | "always_invoice") | null;
            /** @description From when on it has other items: now (the default), or with the next period. */
            effective?: ("now" | "at_period_end") | null;
            /** @description Whether it ends with the current period. */
            cancelAtPeriodEnd?: boolean | null;
            /**
             * @description What its invoices are charged to; null for the customer's default. What is owed is charged to it at once.
             * @default null
             */
            defaultMethodId?: string | null;
            /**
             * @description What is taken off; null takes it away.
             * @default null
             */
            couponId?: string | null;
            /**
             * @description How failed invoices are tried again; null for your account's way.
             * @default null
             */
            dunningPolicyId?: string | null;
            /** @description How its invoices are paid. */
            collectionMethod?: ("charge_automatically" | "send_invoice") | null;
            /** @description Days to pay an invoice that is sent. */
            daysUntilDue?: number | null;
            /** @description Collects nothing for the time being; null collects again. */
            pauseCollection?: {
                /** @description What becomes of the invoices. */
                behavior: "keep_as_draft" | "mark_uncollectible" | "void";
                /** @description When it is over by itself. */
                resumesAt?: string | number | null;
            } | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        DeleteSubscriptionsIdQuery: {
            /** @description Whether what was paid for the time that is left becomes the customer's credit. The default is no. */
            prorate?: boolean | null;
        };
        /** @description What to change; what is absent stays. */
        PostSubscriptionsIdPreviewBody: {
            /** @description Its price, where it has one item. */
            priceId?: string | null;
            /** @description How many of it, where it has one item. */
            quantity?: number | null;
            /** @description All its items: what is not named goes. */
            items?: {
                /** @description Which item it is; the one of the same price, or a new one, if nothing is said. */
                id?: string | null;
                /** @description What it costs; as it is, if nothing is said. */
                priceId?: string | null;
                /** @description How many. */
                quantity?: number | null;
            }[] | null;
            /** @description How what is left of the period is billed: with the next invoice (the default), now, or not at all. */
            prorationBehavior?: ("create_prorations" | "none" | "always_invoice") | null;
            /** @description From when on it has other items: now (the default), or with the next period. */
            effective?: ("now" | "at_period_end") | null;
            /** @description Whether it ends with the current period. */
            cancelAtPeriodEnd?: boolean | null;
            /**
             * @description What its invoices are charged to; null for the customer's default. What is owed is charged to it at once.
             * @default null
             */
            defaultMethodId?: string | null;
            /**
             * @description What is taken off; null takes it away.
             * @default null
             */
            couponId?: string | null;
            /**
             * @description How failed invoices are tried again; null for your account's way.
             * @default null
             */
            dunningPolicyId?: string | null;
            /** @description How its invoices are paid. */
            collectionMethod?: ("charge_automatically" | "send_invoice") | null;
            /** @description Days to pay an invoice that is sent. */
            daysUntilDue?: number | null;
            /** @description Collects nothing for the time being; null collects again. */
            pauseCollection?: {
                /** @description What becomes of the invoices. */
                behavior: "keep_as_draft" | "mark_uncollectible" | "void";
                /** @description When it is over by itself. */
                resumesAt?: string | number | null;
            } | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
