// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A customer as the API shows it. */
        Customer: {
            /** @description Its id. */
            id: string;
            /** @description Always `customer`. */
            object: string;
            /** @description Where mail reaches them. */
            email: string | null;
            /** @description What they are called. */
            name: string | null;
            /** @description Where a call reaches them. */
            phone: string | null;
            /** @description Where they live. */
            address: {
                /** @description Street and number. */
                line1: string | null;
                /** @description Flat, floor, care of. */
                line2: string | null;
                /** @description City. */
                city: string | null;
                /** @description Postal code. */
                postalCode: string | null;
                /** @description State, province, region. */
                state: string | null;
                /** @description ISO 3166 code of two letters. */
                country: string | null;
            } | null;
            /** @description The saved method that is charged when none is named. */
            defaultMethodId: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description Whether it was deleted; such a customer is seen in its last event only. */
            deleted: boolean;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description A deleted customer. */
        DeletedCustomer: {
            id: string;
            /** @description Always `customer`. */
            object: string;
            /** @description Always true. */
            deleted: boolean;
        };
        /** @description A saved method as the API shows it. */
        PaymentMethod: {
            /** @description Its id. */
            id: string;
            /** @description Always `payment_method`. */
            object: string;
            /** @description Its type: `card` or `sepa_debit`. */
            type: string;
            /** @description Whose it is. */
            customerId: string | null;
            /** @description The scheme of a card. */
            brand: string | null;
            /** @description The last four digits of a card, or characters of an account's IBAN. */
            last4: string;
            /** @description The last month in which a card is good, 1 to 12. */
            expMonth: number | null;
            /** @description The year of that month. */
            expYear: number | null;
            /** @description Of a card: `credit`, `debit`, `prepaid` or `unknown`. */
            funding: string | null;
            /** @description Where its bank is, ISO 3166. */
            country: string | null;
            /** @description The same for the same number in your account, so that you notice when one is saved twice. */
            fingerprint: string;
            /** @description What the buyer typed beside the number. */
            billingDetails: {
                /** @description The name on the card, or of the account's holder. */
                name: string | null;
            };
            /** @description By which a bank account is debited. */
            mandate: {
                /** @description What names it on the holder's statement. */
                reference: string;
                /** @description When the holder gave it. */
                acceptedAt: string;
                /** @description The payment with which it was given. */
                paymentId: string | null;
                /** @description The setup with which it was given. */
                setupId: string | null;
                /** @description `active`, or `revoked` when the account was detached. */
                status: string;
            } | null;
            /** @description `active` or `detached`. */
            status: string;
            /** @description When it was saved. */
            created_at: string;
        };
        /** @description A setup as the API shows it. */
        Setup: {
            /** @description Its id. */
            id: string;
            /** @description Always `setup`. */
            object: string;
            /** @description `pending`, `requires_authentication`, `succeeded`, `failed` or `expired`. */
            status: string;
            /** @description Whose card or bank account it will be. */
            customerId: string;
            /** @description The card or bank account, once it is attached. */
            paymentMethodId: string | null;
            /** @description Where the hosted page sends the buyer afterwards. */
            returnUrl: string | null;
            /** @description Where the hosted page sends a buyer who gives up. */
            cancelUrl: string | null;
            /** @description The hosted page. */
            checkoutUrl: string;
            /** @description Where the buyer answers an open 3DS challenge. */
            authenticationUrl: string | null;
            /** @description Why the last one was refused. */
            failure: {
                code: string;
                category: string;
                message: string;
                retryable: boolean;
            } | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When its page closes. */
            expiresAt: string;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a customer. */
        PostCustomersBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /**
             * @description Where mail reaches them.
             * @default null
             */
            email?: string | null;
            /**
             * @description What they are called.
             * @default null
             */
            name?: string | null;
            /**
             * @description Where a call reaches them.
             * @default null
             */
            phone?: string | null;
            /**
             * @description Where they live: the whole of it.
             * @default null
             */
            address?: {
                /** @description Street and number. */
                line1?: string | null;
                /** @description Flat, floor, care of. */
                line2?: string | null;
                /** @description City. */
                city?: string | null;
                /** @description Postal code. */
                postalCode?: string | null;
                /** @description State, province, region. */
                state?: string | null;
                /** @description ISO 3166 code of two letters. */
                country?: string | null;
            } | null;
            /**
             * @description The saved method that is charged when none is named; one of the customer's own.
             * @default null
             */
            defaultMethodId?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetCustomersQuery: {
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
            /** @description Only those with this e-mail address, in capitals or not. */
            email?: string | null;
            /** @description Only those with this pair: `metadata[internalId]=user_8821`. One pair, and not together with `email`. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        /** @description What is known of a customer; null takes a detail away. */
        PatchCustomersIdBody: {
            /**
             * @description Where mail reaches them.
             * @default null
             */
            email?: string | null;
            /**
             * @description What they are called.
             * @default null
             */
            name?: string | null;
            /**
             * @description Where a call reaches them.
             * @default null
             */
            phone?: string | null;
            /**
             * @description Where they live: the whole of it.
             * @default null
             */
            address?: {
                /** @description Street and number. */
                line1?: string | null;
                /** @description Flat, floor, care of. */
                line2?: string | null;
                /** @description City. */
                city?: string | null;
                /** @description Postal code. */
                postalCode?: string | null;
                /** @description State, province, region. */
                state?: string | null;
                /** @description ISO 3166 code of two letters. */
                country?: string | null;
            } | null;
            /**
             * @description The saved method that is charged when none is named; one of the customer's own.
             * @default null
             */
            defaultMethodId?: string | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetCustomersIdMethodsQuery: {
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
        /** @description What creates a setup. */
        PostCustomersIdSetupMethodBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description Where the hosted page sends the buyer afterwards. */
            returnUrl?: string | null;
            /** @description Where the hosted page sends a buyer who gives up. */
            cancelUrl?: string | null;
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
