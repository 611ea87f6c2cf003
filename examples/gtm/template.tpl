___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Appizer",
  "categories": [
    "ANALYTICS"
  ],
  "brand": {
    "id": "brand_dummy",
    "displayName": ""
  },
  "description": "Starts the Appizer Web SDK, which records page views and form submissions, or records an event of your own.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "RADIO",
    "name": "action",
    "displayName": "Action",
    "radioItems": [
      {
        "value": "start",
        "displayValue": "Start the SDK"
      },
      {
        "value": "event",
        "displayValue": "Record an event"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "start"
  },
  {
    "type": "TEXT",
    "name": "appId",
    "displayName": "App id",
    "simpleValueType": true,
    "help": "From Appizer's dashboard",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "CHECKBOX",
    "name": "autoEvents",
    "checkboxText": "Record page views",
    "simpleValueType": true,
    "defaultValue": true,
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "CHECKBOX",
    "name": "autoHook",
    "checkboxText": "Record form submissions",
    "simpleValueType": true,
    "defaultValue": true,
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SELECT",
    "name": "consent",
    "displayName": "Consent",
    "macrosInSelect": true,
    "selectItems": [
      {
        "value": "granted",
        "displayValue": "granted"
      },
      {
        "value": "pending",
        "displayValue": "pending: nothing is stored or sent before AppizerWeb.setConsent('granted')"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "granted",
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "apiBase",
    "displayName": "Address of the API",
    "simpleValueType": true,
    "help": "Empty for Appizer's own; a proxy on your domain works too",
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "eventName",
    "displayName": "Name of the event",
    "simpleValueType": true,
    "help": "In snake_case: plan_chosen",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "^[^$].*"
        ],
        "errorMessage": "Names with $ are reserved for the SDK"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "event",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SIMPLE_TABLE",
    "name": "properties",
    "displayName": "Properties",
    "simpleTableColumns": [
      {
        "defaultValue": "",
        "displayName": "Name",
        "name": "name",
        "type": "TEXT"
      },
      {
        "defaultValue": "",
        "displayName": "Value",
        "name": "value",
        "type": "TEXT"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "event",
        "type": "EQUALS"
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const callInWindow = require('callInWindow');
const copyFromWindow = require('copyFromWindow');
const injectScript = require('injectScript');
const makeTableMap = require('makeTableMap');

// The name of the file has to contain "appizer-web": the script finds its other files by it.
const url = 'https://cdn.appizer.com/js/appizer-web.js';

const act = () => {
  if (data.action === 'event') {
    const properties = data.properties ? makeTableMap(data.properties, 'name', 'value') : {};
    callInWindow('AppizerWeb.trackEvent', data.eventName, properties);
  } else {
    const options = {
      appId: data.appId,
      autoEvents: !!data.autoEvents,
      autoHook: !!data.autoHook,
      consent: data.consent || 'granted',
    };
    if (data.apiBase) options.apiBase = data.apiBase;
    callInWindow('AppizerWeb.init', options);
  }
  data.gtmOnSuccess();
};

// At once where the SDK is there, as the page may be left right after this tag.
if (copyFromWindow('AppizerWeb.version')) act();
else injectScript(url, act, data.gtmOnFailure, 'appizer-web');


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "AppizerWeb.version"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "AppizerWeb.init"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "AppizerWeb.trackEvent"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://cdn.appizer.com/js/appizer-web.js"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: Loads the script, and starts the SDK with the options of the tag
  code: |-
    mock('copyFromWindow', undefined);
    mock('injectScript', (url, onSuccess) => onSuccess());

    runCode(start);

    assertApi('injectScript').wasCalled();
    assertApi('callInWindow').wasCalledWith('AppizerWeb.init', {
      appId: 'demo',
      autoEvents: true,
      autoHook: false,
      consent: 'pending',
    });
    assertApi('gtmOnSuccess').wasCalled();
- name: Passes the address of the API, if there is one
  code: |-
    mock('copyFromWindow', undefined);
    mock('injectScript', (url, onSuccess) => onSuccess());

    runCode({
      action: 'start',
      appId: 'demo',
      autoEvents: true,
      autoHook: true,
      apiBase: 'https://example.com/collect',
    });

    assertApi('callInWindow').wasCalledWith('AppizerWeb.init', {
      appId: 'demo',
      autoEvents: true,
      autoHook: true,
      consent: 'granted',
      apiBase: 'https://example.com/collect',
    });
- name: Records an event at once where the SDK is there
  code: |-
    mock('copyFromWindow', '1.0.0');

    runCode(event);

    assertApi('injectScript').wasNotCalled();
    assertApi('callInWindow').wasCalledWith('AppizerWeb.trackEvent', 'plan_chosen', { plan: 'pro' });
    assertApi('gtmOnSuccess').wasCalled();
- name: Loads the script for an event that comes first
  code: |-
    mock('copyFromWindow', undefined);
    mock('injectScript', (url, onSuccess) => onSuccess());

    runCode(event);

    assertApi('callInWindow').wasCalledWith('AppizerWeb.trackEvent', 'plan_chosen', { plan: 'pro' });
- name: Fails where the script does not load
  code: |-
    mock('copyFromWindow', undefined);
    mock('injectScript', (url, onSuccess, onFailure) => onFailure());

    runCode(start);

    assertApi('callInWindow').wasNotCalled();
    assertApi('gtmOnFailure').wasCalled();
setup: |-
  const start = {
    action: 'start',
    appId: 'demo',
    autoEvents: true,
    autoHook: false,
    consent: 'pending',
  };
  const event = {
    action: 'event',
    eventName: 'plan_chosen',
    properties: [{ name: 'plan', value: 'pro' }],
  };
  mock('callInWindow', undefined);


___NOTES___

Part of the Appizer Web SDK (examples/gtm).
