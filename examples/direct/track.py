"""Tracks one event from a server, without the SDK and without other packages.

    APPIZER_API_KEY=… python3 examples/direct/track.py

APPIZER_API_BASE sends it somewhere else, such as the collector in examples/collector.
"""

import json
import os
import sys
import urllib.error
import urllib.request

BASE = os.environ.get('APPIZER_API_BASE') or 'https://api.appizer.com'
KEY = os.environ.get('APPIZER_API_KEY')


def track():
    request = urllib.request.Request(
        f'{BASE}/v1/events',
        method='POST',
        headers={
            'Authorization': f'Bearer {KEY}',
            'Content-Type': 'application/json',
        },
        data=json.dumps({
            'event_name': 'purchase_completed',
            'user_id': 'user_123',
            'properties': {
                'amount': 29.99,
                'currency': 'USD',
                'product_id': 'premium_plan',
            },
        }).encode(),
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def main():
    if not KEY:
        sys.exit('The event was not tracked: Set APPIZER_API_KEY to your API key.')
    try:
        print(track())
    except urllib.error.HTTPError as error:
        # The reason is in the body, which urllib does not show by itself.
        sys.exit(f'The event was not tracked: {error.code} {error.read().decode()}')
    except (OSError, ValueError) as error:
        sys.exit(f'The event was not tracked: {error}')


if __name__ == '__main__':
    main()
