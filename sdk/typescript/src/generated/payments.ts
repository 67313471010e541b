// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A payment as the API shows it. */
        Payment: {
            /** @description Its id. */
            id: string;
            /** @description Always `payment`. */
            object: string;
            /** @description Where it stands; the list's `status` filter names them all. */
            status: string;
            /** @description What is to be charged, in minor units of the currency: what is left after discounts and store credit. */
            amount: number;
            /** @description Held and not yet captured. */
            amountCapturable: number;
            /** @description Taken. */
            amountCaptured: number;
            /** @description Given back of what was taken, or on its way back. */
            amountRefunded: number;
            /** @description ISO 4217 code. */
            currency: string;
            /** @description Shown to the buyer. */
            description: string | null;
            /** @description Whose payment it is. */
            customerId: string | null;
            /** @description What paid or was last tried; after iDEAL with `savePaymentMethod`, the bank account that it yielded. */
            paymentMethodId: string | null;
            /** @description Its type: `card`, `ideal` or `sepa_debit`. */
            method: string | null;
            /** @description What may be shown of the card. */
            card: {
                brand: string;
                last4: string;
                expMonth: number;
                expYear: number;
            } | null;
            /** @description What may be shown of the account that is debited. */
            sepaDebit: {
                /** @description Where the account is, ISO 3166. */
                country: string;
                /** @description The last four characters of its number. */
                last4: string;
                /** @description Whose account it is. */
                accountHolder: string;
                /** @description The mandate under which it is debited, as its holder's statement names it. */
                mandateReference: string;
            } | null;
            /** @description The whole customer, where `expand` asks for it; null if there is none. */
            customer?: unknown;
            /** @description Where the hosted page sends the buyer afterwards. */
            returnUrl: string | null;
            /** @description Where the hosted page sends a buyer who gives up. */
            cancelUrl: string | null;
            /** @description The hosted page. */
            checkoutUrl: string;
            /** @description Where the buyer answers an open 3DS challenge, or approves the payment at their bank. */
            authenticationUrl: string | null;
            /** @description `automatic` or `manual`. */
            captureMethod: string;
            /** @description Whether the buyer was away at the last attempt. */
            offSession: boolean;
            /** @description Whether what pays is kept for the customer. */
            savePaymentMethod: boolean;
            /** @description The redemptions that reduce it. */
            redemptions: string[];
            /** @description What each of them takes off. */
            discounts: {
                /** @description The redemption that grants it. */
                redemptionId: string;
                /** @description Minor units. */
                amount: number;
            }[];
            /** @description What it was before discounts and store credit, in minor units. */
            originalAmount: number;
            /** @description What the customer's store credit pays of it, in minor units: held while it may complete, taken when it does. */
            creditApplied: number;
            /** @description What of that was given back or is on its way back. */
            creditRefunded: number;
            /**
             * @description Why the last attempt brought no money. Of an `authorized` payment: why its capture was refused, which another
             *     `payment.authorized` tells; the hold stands.
             */
            failure: {
                code: string;
                category: string;
                message: string;
                retryable: boolean;
            } | null;
            /** @description Attempts that brought no money. After ten of them its checkout is closed. */
            failureCount: number;
            /** @description Text on the buyer's statement. */
            statementDescriptor: string | null;
            /** @description Where a receipt goes. */
            receiptEmail: string | null;
            /** @description VINR's fee in minor units, known once captured. */
            fee: number | null;
            /** @description The invoice that it is for. */
            invoiceId: string | null;
            /** @description The payment link that made it. */
            paymentLinkId: string | null;
            /** @description The newest refund, whole. */
            latestRefund: {
                /** @description Its id. */
                id: string;
                /** @description Always `refund`. */
                object: string;
                /** @description The payment whose money goes back. */
                paymentId: string;
                /** @description What goes back, in minor units. */
                amount: number;
                /**
                 * @description What of that goes back as store credit: the customer has it once the refund has succeeded. The rest goes to the
                 *     method that paid.
                 */
                creditAmount: number;
                /** @description The payment's currency, an ISO 4217 code. */
                currency: string;
                /** @description `pending`, `succeeded` or `failed`. */
                status: string;
                /** @description Why it is given back. */
                reason: string | null;
                /** @description Why it did not arrive: `destination_account_closed` or `operation_not_available`. */
                failureReason: string | null;
                /** @description Your own notes. */
                metadata: {
                    [key: string]: string;
                };
                /** @description When it was accepted. */
                created_at: string;
            } | null;
            /** @description Each status it had, with its time. */
            timeline: {
                /** @description The status it got, or had. */
                status: string;
                /** @description When. */
                at: string;
                /** @description What was noted; null for a change of status. */
                note: string | null;
            }[];
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When its checkout closes. */
            expiresAt: string;
            /** @description When the money was taken. */
            completedAt: string | null;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A payment as a public key with its client secret sees it. */
        PublicPayment: {
            /** @description Its id. */
            id: string;
            /** @description Always `payment`. */
            object: string;
            /** @description Where it stands. */
            status: string;
            /** @description What is to be charged, in minor units of the currency. */
            amount: number;
            /** @description What it was before discounts, in minor units. */
            originalAmount: number;
            /** @description ISO 4217 code. */
            currency: string;
            /** @description Shown to the buyer. */
            description: string | null;
            /** @description What pays or was last tried: `card`. */
            method: string | null;
            /** @description What may be shown of the card. */
            card: {
                brand: string;
                last4: string;
                expMonth: number;
                expYear: number;
            } | null;
            /** @description `automatic` or `manual`. */
            captureMethod: string;
            /** @description Whether the card that pays is kept for the customer. */
            savePaymentMethod: boolean;
            /** @description Where the merchant wants its buyer afterwards. */
            returnUrl: string | null;
            /** @description Where the buyer answers an open 3DS challenge, in a frame. */
            authenticationUrl: string | null;
            /** @description Why the last attempt brought no money. */
            failure: {
                code: string;
                category: string;
                message: string;
                retryable: boolean;
            } | null;
            /** @description When it closes. */
            expiresAt: string;
            /** @description When the money was taken. */
            completedAt: string | null;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a payment. */
        PostPaymentsBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What to charge, in minor units of the currency. */
            amount: number;
            /** @description ISO 4217 code, in any case. */
            currency: string;
            /** @description Shown to the buyer. */
            description?: string | null;
            /** @description Where the hosted page sends the buyer afterwards. */
            returnUrl?: string | null;
            /** @description Where the hosted page sends a buyer who gives up. */
            cancelUrl?: string | null;
            /** @description Whether to take the money at once (the default) or by a later capture. */
            capture?: boolean | null;
            /** @description The same as a word. */
            captureMethod?: ("automatic" | "manual") | null;
            /** @description Whose payment it is. */
            customerId?: string | null;
            /** @description What pays. */
            paymentMethodId?: string | null;
            /** @description Whether to charge now. */
            confirm?: boolean | null;
            /** @description The buyer is not there; implies `confirm`. */
            offSession?: boolean | null;
            /**
             * @description Keep what pays for the customer's next payments: the card, the account that is debited, or the one that an iDEAL
             *     payment comes from. A card is kept once it has paid or is held, an account once its first debit is completed.
             *     Without a customer the hosted page asks the buyer for an e-mail address and makes one.
             */
            savePaymentMethod?: boolean | null;
            /** @description Text on the buyer's statement. */
            statementDescriptor?: string | null;
            /** @description Where a receipt goes. */
            receiptEmail?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * @description Redemptions of the payer's, each of which takes its discount off the amount. One that cannot be used is told with the
             *     reason, and no payment is created. What they leave nothing of completes at once, without a charge.
             */
            redemptions?: string[] | null;
            /**
             * @description Whether to use the customer's store credit in this currency, after redemptions and before the card: as much as there
             *     is. It is held as long as the payment may complete, taken when it does, and goes back when it is cancelled, expires,
             *     or has failed and nobody can try again. What it leaves nothing of completes at once, without a charge. The default is
             *     no.
             */
            useStoreCredit?: boolean | null;
            /** @description What to show whole. */
            expand?: "customer"[] | null;
        };
        GetPaymentsQuery: {
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
            /** @description Only those that stand so. */
            status?: ("pending" | "processing" | "requires_authentication" | "requires_action" | "authorized" | "completed" | "failed" | "cancelled" | "expired") | null;
            /** @description Only this customer's. */
            customerId?: string | null;
            /** @description Only those of this payment link. */
            paymentLinkId?: string | null;
            /** @description Only in this currency. */
            currency?: string | null;
            /** @description What to show whole. */
            expand?: "customer"[] | null;
        };
        GetPaymentsIdQuery: {
            /** @description What to show whole. */
            expand?: "customer"[] | null;
        };
        /** @description What confirms a payment. */
        PostPaymentsIdConfirmBody: {
            /** @description What pays. */
            paymentMethodId?: string | null;
            /** @description The buyer is not there. */
            offSession?: boolean | null;
            /**
             * @description What the buyer was shown, in minor units. If the payment is of another amount by now, because a discount ended, it is
             *     not charged.
             */
            amount?: number | null;
            /** @description With a public key: the session's client secret. It may come in the header `X-Vinr-Client-Secret` instead. */
            clientSecret?: string | null;
            /** @description What to show whole. */
            expand?: "customer"[] | null;
        };
        /** @description What captures a payment. */
        PostPaymentsIdCaptureBody: {
            /** @description Minor units to take; all that is held when absent. The rest is released. */
            amount?: number | null;
            /** @description What to show whole. */
            expand?: "customer"[] | null;
        };
        /** @description What cancels a payment: nothing more is needed. */
        PostPaymentsIdCancelBody: {
            /** @description What to show whole. */
            expand?: "customer"[] | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
