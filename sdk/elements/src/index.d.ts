/** Where VINR is, if not at vinr.com. */
export interface LoadOptions {
  /** The address of your own server, with or without `/v1`. */
  baseUrl?: string;
}

/** Loads VINR's script, once, and opens it with your public key. */
export function loadVinr(publicKey: string, options?: LoadOptions): Promise<Vinr>;

export interface Vinr {
  /** What belongs to one payment. Without a client secret the fields can only make a payment method. */
  elements(options?: ElementsOptions): Elements;
  /** The card that was typed pays, or the saved one that was chosen. Resolves when it is known how that ended, a challenge of the bank's included. */
  confirmPayment(options: ConfirmOptions): Promise<ConfirmResult>;
  /** The card that was typed becomes a token for your server; a saved one that was chosen is given. Nothing is charged. */
  createPaymentMethod(options: { elements: Elements }): Promise<PaymentMethodResult>;
}

export interface ElementsOptions {
  /** Of the session that your server made. */
  clientSecret?: string;
  appearance?: Appearance;
  /** `en`, `bg`, `de`, `fr`, `es`, or a longer tag of one of them. Otherwise the buyer's browser says. */
  locale?: string;
  /** `false` does not offer the saved cards of the session's customer. */
  savedMethods?: boolean;
}

/** How the fields look. Colours are `#rgb` or `#rrggbb`, and are corrected until they can be read on `surface`. */
export interface Appearance {
  /** `light` unless you say otherwise; `auto` follows the buyer's device. */
  theme?: 'light' | 'dark' | 'auto';
  tokens?: {
    /** Of the ring around what has the focus. */
    accent?: string;
    /** Of what is written. */
    ink?: string;
    /** Of what is written small, and of frames. */
    inkSoft?: string;
    /** Of what lies behind the fields: your page's, so that no edge is seen. */
    surface?: string;
    /** Of what lies behind notices. */
    canvas?: string;
    /** Of what is wrong. */
    negative?: string;
    warning?: string;
    positive?: string;
    /** Up to `24px`. */
    radius?: string;
    /** Names of fonts that the buyer's device has. */
    font?: string;
    /** `14px` to `18px`. */
    fontSize?: string;
  };
}

export interface Elements {
  create(type: 'payment'): PaymentElement;
  getElement(type: 'payment'): PaymentElement | null;
}

export interface PaymentElement {
  mount(target: string | HTMLElement): this;
  /** Takes the fields out of the page, and what was typed with them. */
  unmount(): void;
  on<Name extends keyof PaymentElementEvents>(name: Name, listener: (event: PaymentElementEvents[Name]) => void): this;
  off<Name extends keyof PaymentElementEvents>(name: Name, listener: (event: PaymentElementEvents[Name]) => void): this;
  focus(): void;
  clear(): void;
}

export interface PaymentElementEvents {
  /** The fields can be typed into. */
  ready: Record<string, never>;
  change: {
    /** Whether everything is there and could be right. */
    complete: boolean;
    empty: boolean;
    /** The card's scheme, as buyers know it, once it can be told. */
    brand: string | null;
    /** Whether one of the customer's saved cards is chosen: then there is nothing to type. */
    saved: boolean;
  };
  focus: Record<string, never>;
  blur: Record<string, never>;
  /**
   * There are no fields, or they cannot pay; `confirmPayment` and `createPaymentMethod` give the same error.
   * `origin_not_allowed`: your page's origin is not among your account's `allowedOrigins`. `frame_blocked`: the frame did
   * not load. `invalid_api_key`, `client_secret_invalid`: what you passed is not right.
   */
  error: { error: VinrElementsError };
}

export interface ConfirmOptions {
  elements: Elements;
  /** Where the buyer comes back to from ways of paying that leave your page. Cards do not. */
  returnUrl?: string;
}

/** A payment that was tried. A declined one has both: the payment says how it stands, the error what to tell the buyer. */
export type ConfirmResult =
  | { payment: Payment; error: null }
  | { payment: Payment | null; error: VinrElementsError };

export type PaymentMethodResult =
  | { paymentMethod: PaymentMethod; error: null }
  | { paymentMethod: null; error: VinrElementsError };

export interface VinrElementsError {
  /** `validation_error` and `card_error` are the buyer's to mend, and the fields say so themselves. */
  type: 'validation_error' | 'card_error' | 'connection_error' | 'api_error' | 'authentication_error' | 'invalid_request_error';
  code: string;
  /** In the buyer's language where it is theirs to mend. */
  message: string;
  /** The field that is wrong. */
  field?: 'email' | 'number' | 'expiry' | 'cvc' | null;
  /** Of a card that was declined. */
  category?: string;
  /** Whether the same card may work later. */
  retryable?: boolean;
}

/** A payment as the buyer's browser sees it. */
export interface Payment {
  id: string;
  object: 'payment';
  status: 'pending' | 'processing' | 'requires_authentication' | 'requires_action' | 'authorized' | 'completed' | 'failed' | 'cancelled' | 'expired';
  /** Minor units of the currency. */
  amount: number;
  /** What it was before discounts, in minor units. */
  originalAmount: number;
  currency: string;
  description: string | null;
  method: string | null;
  card: { brand: string; last4: string; expMonth: number; expYear: number } | null;
  captureMethod: 'automatic' | 'manual';
  savePaymentMethod: boolean;
  returnUrl: string | null;
  authenticationUrl: string | null;
  failure: { code: string; category: string; message: string; retryable: boolean } | null;
  expiresAt: string;
  completedAt: string | null;
  created_at: string;
}

/** A tokenised card. */
export interface PaymentMethod {
  id: string;
  object: 'payment_method';
  type: 'card';
  customerId: string | null;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  funding: string;
  country: string | null;
  fingerprint: string;
  billingDetails: { name: string | null };
  /** Of a bank account; always null for a card, and these fields are for cards. */
  mandate: null;
  status: string;
  created_at: string;
}

declare global {
  interface Window {
    /** What VINR's script defines. */
    loadVinr?: (publicKey: string) => Promise<Vinr>;
  }
}
