// Generated from openapi.json by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        Error: {
            error: {
                /** @enum {string} */
                type: "authentication_error" | "permission_error" | "idempotency_error" | "rate_limit_error" | "api_error" | "invalid_request_error";
                /** @enum {string} */
                code: "parameter_invalid" | "parameter_missing" | "parameter_unknown" | "parameter_conflict" | "parameter_immutable" | "invalid_json" | "currency_unknown" | "version_unknown" | "resource_exists" | "payment_method_missing" | "payment_method_mismatch" | "payment_method_detached" | "payment_method_expired" | "test_card_required" | "test_account_required" | "test_card_in_live" | "invalid_api_key" | "insufficient_scope" | "ip_not_allowed" | "origin_not_allowed" | "client_secret_invalid" | "pci_attestation_required" | "kyb_required" | "resource_missing" | "route_missing" | "method_not_allowed" | "body_too_large" | "content_type_unsupported" | "idempotency_key_reused" | "idempotency_key_in_use" | "clock_advancing" | "amount_too_large" | "balance_insufficient" | "amount_mismatch" | "payout_not_cancellable" | "bank_not_configured" | "payment_not_confirmable" | "payment_attempts_exhausted" | "payment_not_capturable" | "payment_not_cancellable" | "payment_link_used_up" | "payment_link_inactive" | "payment_not_refundable" | "payment_not_disputable" | "dispute_not_answerable" | "insufficient_points" | "loyalty_account_missing" | "loyalty_account_exists" | "loyalty_account_closed" | "payment_not_completed" | "payment_not_theirs" | "reward_unavailable" | "tier_required" | "redemption_not_usable" | "store_credit_not_usable" | "coupon_not_usable" | "redemption_in_use" | "subscription_not_changeable" | "invoice_not_editable" | "invoice_not_payable" | "invoice_not_voidable" | "invoice_not_creditable" | "usage_timestamp_invalid" | "usage_not_metered" | "setup_not_confirmable" | "setup_not_authenticatable" | "payment_not_authenticatable" | "acquirer_not_configured" | "endpoint_disabled" | "rate_limited" | "internal_error" | "service_unavailable";
                message: string;
                param: string | null;
                docUrl: string;
                requestId: string;
                /** @description With `insufficient_points`: the points there are, negative for a debt. */
                have?: number;
                /** @description With `insufficient_points`: the points it takes. */
                need?: number;
                errors?: {
                    param?: string | null;
                    /** @enum {string} */
                    code?: "parameter_invalid" | "parameter_missing" | "parameter_unknown" | "parameter_conflict" | "parameter_immutable" | "invalid_json" | "currency_unknown" | "version_unknown" | "resource_exists" | "payment_method_missing" | "payment_method_mismatch" | "payment_method_detached" | "payment_method_expired" | "test_card_required" | "test_account_required" | "test_card_in_live" | "invalid_api_key" | "insufficient_scope" | "ip_not_allowed" | "origin_not_allowed" | "client_secret_invalid" | "pci_attestation_required" | "kyb_required" | "resource_missing" | "route_missing" | "method_not_allowed" | "body_too_large" | "content_type_unsupported" | "idempotency_key_reused" | "idempotency_key_in_use" | "clock_advancing" | "amount_too_large" | "balance_insufficient" | "amount_mismatch" | "payout_not_cancellable" | "bank_not_configured" | "payment_not_confirmable" | "payment_attempts_exhausted" | "payment_not_capturable" | "payment_not_cancellable" | "payment_link_used_up" | "payment_link_inactive" | "payment_not_refundable" | "payment_not_disputable" | "dispute_not_answerable" | "insufficient_points" | "loyalty_account_missing" | "loyalty_account_exists" | "loyalty_account_closed" | "payment_not_completed" | "payment_not_theirs" | "reward_unavailable" | "tier_required" | "redemption_not_usable" | "store_credit_not_usable" | "coupon_not_usable" | "redemption_in_use" | "subscription_not_changeable" | "invoice_not_editable" | "invoice_not_payable" | "invoice_not_voidable" | "invoice_not_creditable" | "usage_timestamp_invalid" | "usage_not_metered" | "setup_not_confirmable" | "setup_not_authenticatable" | "payment_not_authenticatable" | "acquirer_not_configured" | "endpoint_disabled" | "rate_limited" | "internal_error" | "service_unavailable";
                    message?: string;
                }[];
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
