// Owns: knowing whether the other side has answered all that a phone said, so that a phone that is put away does not take
// its BYE with it before it has arrived. Stands between the endpoint and its transaction layer.
import type { EndpointParts } from '../sip/create-endpoint.ts';
import type { TransactionLayer } from '../sip/transaction.ts';
import { createTransactionLayer } from '../sip/transaction-layer.ts';

export interface PhoneWire {
  readonly createLayer: NonNullable<EndpointParts['createLayer']>;
  /** Resolves when no request of ours waits for its final response. */
  settled(): Promise<void>;
}

export function createPhoneWire(): PhoneWire {
  let open = 0;
  let waiting: (() => void)[] = [];

  function answered(): void {
    open -= 1;
    if (open > 0) return;
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  }

  return {
    createLayer(options) {
      const layer = createTransactionLayer(options);
      const request: TransactionLayer['request'] = (message, to, handler) => {
        let isOpen = true;
        open += 1;
        return layer.request(message, to, {
          onResponse(response, origin) {
            // The handler first: it may send the next request.
            handler.onResponse(response, origin);
            if (!isOpen || response.status < 200) return;
            isOpen = false;
            answered();
          },
        });
      };
      return Object.create(layer, { request: { value: request } }) as TransactionLayer;
    },
    settled: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
