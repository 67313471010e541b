// What a shop writes, compiled strictly: the types have to say what the fields give.
import { loadVinr, type ConfirmResult, type PaymentMethod } from '@vinr/elements';

export async function pay(clientSecret: string, place: HTMLElement): Promise<string> {
  const vinr = await loadVinr('pk_test_abc', { baseUrl: 'http://127.0.0.1:8080' });
  const elements = vinr.elements({ clientSecret, savedMethods: false, locale: 'de', appearance: { theme: 'auto', tokens: { accent: '#0f7b6c' } } });
  const card = elements.create('payment');
  card.on('error', ({ error }) => console.log(error.code === 'origin_not_allowed' ? error.message : error.type));
  card.on('change', ({ complete, brand, saved }) => console.log(complete && !saved && brand?.toUpperCase())).mount(place);
  const { payment, error } = await vinr.confirmPayment({ elements, returnUrl: 'https://shop.example/thanks' });
  return error ? `${error.code} ${payment?.failure?.category ?? ''}` : payment.status;
}

export async function token(): Promise<PaymentMethod | undefined> {
  const vinr = await loadVinr('pk_test_abc');
  const elements = vinr.elements();
  elements.create('payment').mount('#payment');
  const result = await vinr.createPaymentMethod({ elements });
  return result.error ? undefined : result.paymentMethod;
}

export function wrong(result: ConfirmResult): void {
  // @ts-expect-error a payment that failed before it was tried is null
  console.log(result.payment.id);
}
