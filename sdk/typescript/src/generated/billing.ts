// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A product as the API shows it. */
        Product: {
            /** @description Its id. */
            id: string;
            /** @description Always `product`. */
            object: string;
            /** @description What buyers know it by, on invoices too. */
            name: string;
            /** @description For buyers. */
            description: string | null;
            /** @description Whether it is offered. */
            active: boolean;
            /** @description What it is to the tax office, in your own scheme. */
            taxCode: string | null;
            /** @description Addresses of pictures. */
            images: string[];
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A price as the API shows it. */
        Price: {
            /** @description Its id. */
            id: string;
            /** @description Always `price`. */
            object: string;
            /** @description What it is for. */
            productId: string;
            /** @description For one unit or package, in minor units of the currency; null where it is finer than that, or where there are tiers. */
            amount: number | null;
            /** @description The same as an exact decimal. */
            unitAmountDecimal: string | null;
            /** @description ISO 4217 code. */
            currency: string;
            /** @description How it comes again; null for what is paid once. */
            recurring: {
                /** @description `day`, `week`, `month` or `year`. */
                interval: string;
                /** @description How many of them are one period. */
                intervalCount: number;
                /** @description `licensed` or `metered`. */
                usageType: string;
                /** @description `sum`, `max` or `last_during_period`, of a metered price. */
                aggregateUsage: string | null;
            } | null;
            /** @description `per_unit`, `graduated`, `volume` or `package`. */
            model: string;
            /** @description What units cost, of the models `graduated` and `volume`. */
            tiers: {
                /** @description The last unit in it; null in the last tier. */
                upTo: number | null;
                /** @description For each unit, in minor units of the currency; null where it is finer than that. */
                unitAmount: number | null;
                /** @description The same as an exact decimal. */
                unitAmountDecimal: string;
                /** @description Once, when the tier is reached. */
                flatAmount: number;
            }[] | null;
            /** @description Units in a package. */
            packageSize: number | null;
            /** @description For yourself. */
            nickname: string | null;
            /** @description Whether something new can be bought for it. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A coupon as the API shows it. */
        Coupon: {
            /** @description Its id. */
            id: string;
            /** @description Always `coupon`. */
            object: string;
            /** @description What buyers read on invoices. */
            name: string | null;
            /** @description What buyers type, in upper case. */
            code: string | null;
            /** @description The part that comes off, in percent; null where it is an amount. */
            percentOff: number | null;
            /** @description What comes off, in minor units of the currency; null where it is a part. */
            amountOff: number | null;
            /** @description ISO 4217 code of `amountOff`. */
            currency: string | null;
            /** @description `once`, `repeating` or `forever`. */
            duration: string;
            /** @description For how many periods, of a repeating one. */
            durationInPeriods: number | null;
            /** @description How often it can be redeemed; null for as often as is wanted. */
            maxRedemptions: number | null;
            /** @description How often it was. */
            timesRedeemed: number;
            /** @description Until when it can be redeemed. */
            redeemBy: string | null;
            /** @description The products that it takes something off; null for all. */
            appliesTo: string[] | null;
            /** @description Whether it can be redeemed. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A tax rate as the API shows it. */
        TaxRate: {
            /** @description Its id. */
            id: string;
            /** @description Always `tax_rate`. */
            object: string;
            /** @description What buyers read on invoices. */
            displayName: string;
            /** @description How much it is: 0 to 100, with up to three decimals. */
            percentage: number;
            /** @description Whether prices have it in them. */
            inclusive: boolean;
            /** @description Whose tax it is. */
            country: string | null;
            /** @description Whether something new can have it. */
            active: boolean;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was created. */
            created_at: string;
        };
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
