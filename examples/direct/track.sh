#!/bin/sh
# Tracks one event from a server, without the SDK.
#
#     APPIZER_API_KEY=… sh examples/direct/track.sh
#
# APPIZER_API_BASE sends it somewhere else, such as the collector in examples/collector.

if [ -z "$APPIZER_API_KEY" ]; then
  echo 'The event was not tracked: Set APPIZER_API_KEY to your API key.' >&2
  exit 1
fi

# --fail-with-body: an error is a failure of this script, and its reason is still shown.
if answer=$(curl -X POST "${APPIZER_API_BASE:-https://api.appizer.com}/v1/events" \
  --silent --show-error --fail-with-body --max-time 10 \
  -H "Authorization: Bearer $APPIZER_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "event_name": "purchase_completed",
    "user_id": "user_123",
    "properties": {
      "amount": 29.99,
      "currency": "USD",
      "product_id": "premium_plan"
    }
  }'); then
  echo "$answer"
else
  echo "The event was not tracked: $answer" >&2
  exit 1
fi
