// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A dunning policy as the API shows it. */
        DunningPolicy: {
            /** @description Its id. */
            id: string;
            /** @description Always `dunning_policy`. */
            object: string;
            /** @description What you call it. */
            name: string | null;
            /** @description When a failed invoice is tried again. */
            retries: {
                /** @description Days of your account's calendar after the first failure, rising from retry to retry. */
                afterDays: number;
            }[];
            /** @description What becomes of the subscription after the last retry. */
            onExhausted: "cancel" | "pause" | "leave_unpaid";
            /** @description Whether the customer is written to. */
            notify: boolean;
            /** @description Whether something new can have it. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A subscription as the API shows it. */
        Subscription: {
            /** @description Its id. */
            id: string;
            /** @description Always `subscription`. */
            object: string;
            /** @description `trialing`, `incomplete`, `active`, `past_due`, `paused` or `canceled`. */
            status: string;
            /** @description Who subscribes. */
            customerId: string;
            /** @description What all is counted in. */
            currency: string;
            /** @description What is subscribed to. */
            items: {
                /** @description Its id; stays when its price becomes another. */
                id: string;
                /** @description What it costs. */
                priceId: string;
                /** @description How many; null for what is measured. */
                quantity: number | null;
            }[];
            /** @description The first instant of the current period. */
            currentPeriodStart: string;
            /** @description The first instant of the next one. */
            currentPeriodEnd: string;
            /** @description What all periods are counted from. */
            billingCycleAnchor: string;
            /** @description `charge_automatically` or `send_invoice`. */
            collectionMethod: string;
            /** @description Days to pay an invoice that is sent. */
            daysUntilDue: number | null;
            /** @description Whether it ends with the current period. */
            cancelAtPeriodEnd: boolean;
            /** @description When it will end. */
            cancelAt: string | null;
            /** @description When somebody wanted it to end. */
            canceledAt: string | null;
            /** @description When it ended. */
            endedAt: string | null;
            /** @description When its trial began. */
            trialStart: string | null;
            /** @description When its trial ends, or ended. */
            trialEnd: string | null;
            /** @description That nothing is collected for the time being. */
            pauseCollection: {
                /** @description What becomes of the invoices: `keep_as_draft`, `mark_uncollectible` or `void`. */
                behavior: string;
                /** @description When it is over by itself. */
                resumesAt: string | null;
            } | null;
            /** @description The invoice that was made of it last. */
            latestInvoiceId: string | null;
            /** @description What its invoices are charged to; null for the customer's default method. */
            defaultMethodId: string | null;
            /** @description How failed invoices are tried again; null for the account's way. */
            dunningPolicyId: string | null;
            /** @description The page on which its customer can make the first payment, as long as it is incomplete; null in events. */
            checkoutUrl: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description An invoice as the API shows it. Amounts are minor units. */
        Invoice: {
            /** @description Its id. */
            id: string;
            /** @description Always `invoice`. */
            object: string;
            /** @description Its number, sequential and without a gap; null for a draft. */
            number: string | null;
            /** @description `draft`, `open`, `paid`, `void` or `uncollectible`. */
            status: string;
            /** @description Who owes. */
            customerId: string;
            /** @description The subscription that it is for; null for what is sold once. */
            subscriptionId: string | null;
            /** @description What all is counted in. */
            currency: string;
            /** @description What for. */
            lines: {
                /** @description Its id. */
                id: string;
                /** @description What it is for. */
                description: string;
                /** @description How many. */
                quantity: number;
                /** @description For each of them; null where that is not one whole amount. */
                unitAmount: number | null;
                /** @description What it comes to before discounts, and tax on top; negative for a credit. */
                amount: number;
                /** @description The time that it is for. */
                period: {
                    /** @description Its first instant. */
                    start: string;
                    /** @description The first instant that is not of it. */
                    end: string;
                } | null;
                /** @description Whether it is for a part of a period. */
                proration: boolean;
                /** @description At which price. */
                priceId: string | null;
                /** @description What is taken off. */
                discountAmount: number;
                /** @description The tax. */
                taxAmount: number;
            }[];
            /** @description The sum of its lines. */
            subtotal: number;
            /** @description What is taken off. */
            discountTotal: number;
            /** @description The tax. */
            taxTotal: number;
            /** @description What it comes to. */
            total: number;
            /** @description What the customer's credit pays of it; negative for what it adds to the credit, or what was owed before. */
            creditApplied: number;
            /** @description What is to be paid. */
            amountDue: number;
            /** @description What was paid. */
            amountPaid: number;
            /** @description Until when it should be paid. */
            dueAt: string | null;
            /** @description The first instant that it is for. */
            periodStart: string | null;
            /** @description The first instant that it is not for any more. */
            periodEnd: string | null;
            /** @description How often it was tried to collect it. */
            attemptCount: number;
            /** @description When it is tried again. */
            nextAttemptAt: string | null;
            /** @description The payment that was made for it last. */
            paymentId: string | null;
            /** @description The page on which its customer can make that payment, as long as it is to be paid. */
            checkoutUrl: string | null;
            /** @description Shown below its lines. */
            footer: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What waits for an invoice, or is on one. */
        InvoiceItem: {
            /** @description Its id. */
            id: string;
            /** @description Always `invoice_item`. */
            object: string;
            /** @description Who owes it. */
            customerId: string;
            /** @description The invoice that it is on; null as long as it waits. */
            invoiceId: string | null;
            /** @description The subscription whose invoice it waits for; null for any. */
            subscriptionId: string | null;
            /** @description What it is counted in. */
            currency: string;
            /** @description What it is. */
            description: string;
            /** @description How many. */
            quantity: number;
            /** @description What it comes to, in minor units; negative for what is taken off. */
            amount: number;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description How a line of an invoice came about. */
        InvoiceLineExplanation: {
            /** @description Always `invoice_line_explanation`. */
            object: string;
            /** @description The line. */
            lineId: string;
            /** @description What it comes to, in minor units. */
            amount: number;
            /** @description In words, one step each. */
            sentences: string[];
            /** @description The same as a formula, in minor units. */
            formula: string;
        };
        /** @description A usage record as the API shows it. */
        UsageRecord: {
            /** @description Its id. */
            id: string;
            /** @description Always `usage_record`. */
            object: string;
            /** @description The item that was used. */
            subscriptionItemId: string;
            /** @description Its subscription. */
            subscriptionId: string;
            /** @description How many. */
            quantity: number;
            /** @description When they were used. */
            timestamp: string;
            /** @description `increment` or `set`. */
            action: string;
            /** @description Your own name for it. */
            identifier: string | null;
            /** @description When it was reported first. */
            created_at: string;
        };
        /** @description The answers to a batch. */
        UsageBatch: {
            /** @description Always `usage_batch`. */
            object: string;
            /** @description One for each record, in their order. */
            data: {
                /** @description What became of it. */
                status: "recorded" | "repeated" | "refused";
                /** @description The record, or the first with its name; null if it was refused. */
                record: {
                    /** @description Its id. */
                    id: string;
                    /** @description Always `usage_record`. */
                    object: string;
                    /** @description The item that was used. */
                    subscriptionItemId: string;
                    /** @description Its subscription. */
                    subscriptionId: string;
                    /** @description How many. */
                    quantity: number;
                    /** @description When they were used. */
                    timestamp: string;
                    /** @description `increment` or `set`. */
                    action: string;
                    /** @description Your own name for it. */
                    identifier: string | null;
                    /** @description When it was reported first. */
                    created_at: string;
                } | null;
                /** @description Why it was refused. */
                error: {
                    /** @description Stable. */
                    code: string;
                    /** @description For people. */
                    message: string;
                    /** @description The parameter that it is about. */
                    param: string | null;
                } | null;
            }[];
        };
        /** @description What was used of an item in a period, as the API shows it. */
        UsageSummary: {
            /** @description Its id. */
            id: string;
            /** @description Always `usage_summary`. */
            object: string;
            /** @description The item. */
            subscriptionItemId: string;
            /** @description The period. */
            period: {
                /** @description Its first instant. */
                start: string;
                /** @description The first instant of the next one. */
                end: string;
            };
            /** @description What its records come to, by its price: `sum`, `max` or `last_during_period`. */
            aggregateUsage: string;
            /** @description How many units that are; so far, if the period is not invoiced. */
            quantity: number;
            /** @description How many records there are. */
            records: number;
            /** @description Whether it is on a finalized invoice: no record of it is taken any more. */
            invoiced: boolean;
            /** @description When the period began. */
            created_at: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
