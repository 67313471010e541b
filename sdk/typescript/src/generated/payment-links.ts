// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A payment link as the API shows it. */
        PaymentLink: {
            /** @description Its id. */
            id: string;
            /** @description Always `payment_link`. */
            object: string;
            /** @description `active`, `inactive`, `expired` or `completed`: paid as often as it may. */
            status: string;
            /** @description Whether it is switched on. */
            active: boolean;
            /** @description The address to give to buyers. */
            url: string;
            /** @description The same as a QR code, an SVG image. */
            qrCodeUrl: string;
            /** @description What each payment charges, in minor units of the currency. */
            amount: number;
            /** @description ISO 4217 code. */
            currency: string;
            /** @description Shown to the buyer. */
            description: string | null;
            /** @description Whether it can be paid more than once. */
            reusable: boolean;
            /** @description After so many completed payments it is closed; 1 for a link that is not reusable, null for no end. */
            maxPayments: number | null;
            /** @description Its completed payments. */
            completedPayments: number;
            /** @description The payment that a link for one use has made last. */
            paymentId: string | null;
            /** @description Where the hosted page sends buyers afterwards. */
            returnUrl: string | null;
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it closes by itself. */
            expiresAt: string | null;
            /** @description When it was created. */
            created_at: string;
        };
        /** @description What creates a payment link. */
        PostPaymentLinksBody: {
            /** @description An id of your own choice (sandbox only). */
            id?: string | null;
            /** @description What each payment charges, in minor units of the currency. Required. */
            amount?: number | null;
            /** @description ISO 4217 code, in any case. Required. */
            currency?: string | null;
            /** @description Reserved: no link is made of a price yet, and it is refused. */
            priceId?: string | null;
            /** @description Shown to the buyer. */
            description?: string | null;
            /** @description Whether it can be paid more than once, by everybody who has it. The default is once, unless `maxPayments` says more. */
            reusable?: boolean | null;
            /** @description After so many completed payments the link is closed. */
            maxPayments?: number | null;
            /** @description When it closes by itself. */
            expiresAt?: string | number | null;
            /** @description Where the hosted page sends buyers afterwards; without it, they are thanked there. */
            returnUrl?: string | null;
            /** @description Your own notes; each payment of the link begins with them. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        GetPaymentLinksQuery: {
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
            /** @description Only those that are switched on, or off. */
            active?: boolean | null;
        };
        /** @description What to change; what is absent stays. An amount never changes: make another link. */
        PatchPaymentLinksIdBody: {
            /** @description False switches it off, true on again. */
            active?: boolean | null;
            /**
             * @description Shown to the buyer; null takes it away.
             * @default null
             */
            description?: string | null;
            /**
             * @description After so many completed payments the link is closed; null takes the maximum away.
             * @default null
             */
            maxPayments?: number | null;
            /** @description When it closes by itself; null for never. */
            expiresAt?: string | number | null;
            /**
             * @description Where the hosted page sends buyers afterwards; null takes it away.
             * @default null
             */
            returnUrl?: string | null;
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
