/**
 * The tracking of a small shop, in one module: what is recorded, under which names, and nothing else. The client is
 * handed in, so that the tests can hand in one that lives in a world without a network.
 *
 * @typedef {{ id: string, price: number, quantity: number }} Item
 */

/** @param {Pick<import('appizer-web').Appizer, 'trackEvent' | 'setUserId' | 'reset'>} analytics */
export function createTracking(analytics) {
  return {
    /** @param {Item} item */
    addedToCart({ id, price, quantity }) {
      analytics.trackEvent('product_added', { product_id: id, amount: price * quantity, quantity });
    },

    /** @param {Item[]} items @param {string} currency */
    purchased(items, currency) {
      const amount = items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
      analytics.trackEvent('purchase_completed', {
        amount: Math.round(amount * 100) / 100,
        currency,
        product_ids: items.map(({ id }) => id),
      });
    },

    /** @param {{ id: string } | undefined} user */
    userChanged(user) {
      if (user) analytics.setUserId(user.id);
      else analytics.reset();
    },
  };
}
