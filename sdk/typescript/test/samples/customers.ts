// Customers and their saved methods, as the documentation prints them; only the functions around them are ours.
import { Vinr } from '@vinr/sdk';
import type { Customer } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function register() {
  const customer = await vinr.customers.create({
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    metadata: { internalId: 'user_8821' },
  });
  return customer;
}

export async function save(customer: Customer) {
  const setup = await vinr.customers.setupMethod({
    customerId: customer.id,
    returnUrl: 'https://yoursite.com/wallet/saved',
  });
  return Response.redirect(setup.checkoutUrl);
}

export async function charge(customer: Customer) {
  const payment = await vinr.payments.create({
    amount: 2500, // €25.00
    currency: 'EUR',
    customerId: customer.id,
    paymentMethodId: 'pm_4Tz9q...', // omit to use the customer's default
    offSession: true, // buyer is not present
    description: 'Order #4471',
  });
  return payment.status === 'requires_action' ? payment.checkoutUrl : null;
}

export async function choose(customer: Customer) {
  await vinr.customers.update(customer.id, {
    defaultMethodId: 'pm_4Tz9q...',
  });
}

export async function find(email: string) {
  return vinr.customers.list({ email });
}

export async function wallet(customer: Customer): Promise<string | undefined> {
  const methods = await vinr.customers.listMethods(customer.id);
  return methods.length > 0 ? methods[0].last4 : undefined;
}

export async function remove(customer: Customer) {
  await vinr.customers.detachMethod(customer.id, 'pm_4Tz9q...');
}
