// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A dispute as the API shows it. */
        Dispute: {
            /** @description Its id. */
            id: string;
            /** @description Always `dispute`. */
            object: string;
            /** @description The payment it is about. */
            paymentId: string;
            /** @description Minor units that are taken; of a warning, what it is about. */
            amount: number;
            /** @description What is taken for it beside, in minor units; comes back with a win. Nothing is taken for a warning. */
            fee: number;
            /** @description The payment's currency, an ISO 4217 code. */
            currency: string;
            /**
             * @description `needs_response`, `under_review`, `won` or `lost`; of a warning, by which nothing is taken,
             *     `warning_needs_response`, `warning_under_review` or `warning_closed`.
             */
            status: string;
            /** @description What the buyer says; the test helper's `reason` names them all. */
            reason: string;
            /** @description Until when you may answer. */
            evidenceDueAt: string;
            /** @description What you say. */
            evidence: {
                customerEmail: string | null;
                customerName: string | null;
                productDescription: string | null;
                receipt: string | null;
                shippingDocumentation: string | null;
                customerSignature: string | null;
                customerCommunication: string | null;
                uncategorizedText: string | null;
            };
            /** @description Your own notes. */
            metadata: {
                [key: string]: string;
            };
            /** @description When it was opened. */
            created_at: string;
        };
        GetDisputesQuery: {
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
            /** @description Only those about this payment. */
            paymentId?: string | null;
            /** @description Only those that stand so. */
            status?: ("warning_needs_response" | "warning_under_review" | "warning_closed" | "needs_response" | "under_review" | "won" | "lost") | null;
        };
        /** @description What a merchant notes. */
        PatchDisputesIdBody: {
            /** @description What the bank shall read; only named pieces change. */
            evidence?: {
                /**
                 * @description Where mail reaches the buyer.
                 * @default null
                 */
                customerEmail?: string | null;
                /**
                 * @description What the buyer is called.
                 * @default null
                 */
                customerName?: string | null;
                /**
                 * @description What was sold.
                 * @default null
                 */
                productDescription?: string | null;
                /**
                 * @description What was agreed when it was sold.
                 * @default null
                 */
                receipt?: string | null;
                /**
                 * @description How and when it was sent.
                 * @default null
                 */
                shippingDocumentation?: string | null;
                /**
                 * @description What the buyer signed.
                 * @default null
                 */
                customerSignature?: string | null;
                /**
                 * @description What was written back and forth.
                 * @default null
                 */
                customerCommunication?: string | null;
                /**
                 * @description Everything else. In the sandbox `winning_evidence` and `losing_evidence` decide at once.
                 * @default null
                 */
                uncategorizedText?: string | null;
            } | null;
            /** @description Your own notes. */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        /** @description The body of what needs no more than its address. */
        PostDisputesIdSubmitBody: Record<string, never>;
        /** @description The body of what needs no more than its address. */
        PostDisputesIdAcceptBody: Record<string, never>;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
