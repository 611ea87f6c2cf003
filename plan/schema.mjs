/** The schema of a plan: the build writes it to dist/plan.schema.json, for editors. */
export const planSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'appizer-web/plan.schema.json',
  title: 'Tracking plan of appizer-web',
  description: 'The events that a site records, and what each of them carries.',
  type: 'object',
  required: ['events'],
  additionalProperties: false,
  properties: {
    $schema: {
      description: 'This schema, for editors: ./node_modules/appizer-web/dist/plan.schema.json',
      type: 'string',
    },
    description: {
      description: 'What the plan is for.',
      type: 'string',
    },
    owner: {
      description: 'Who answers for the events that name nobody: a team, or an address.',
      type: 'string',
      minLength: 1,
    },
    everyEvent: {
      description:
        'Properties of all events of the plan, such as those of the option globalProperties.',
      type: 'object',
      additionalProperties: false,
      properties: {
        description: {
          type: 'string',
        },
        properties: {
          $ref: '#/$defs/properties',
        },
        required: {
          $ref: '#/$defs/required',
        },
      },
    },
    events: {
      description:
        "The site's own events, by name. Those that the SDK records by itself need not be here.",
      type: 'object',
      propertyNames: {
        minLength: 1,
        maxLength: 255,
      },
      additionalProperties: {
        $ref: '#/$defs/event',
      },
    },
    $defs: {
      description: 'Schemas that several properties share: { "$ref": "#/$defs/currency" }.',
      type: 'object',
      additionalProperties: {
        $ref: '#/$defs/schema',
      },
    },
  },
  $defs: {
    event: {
      description:
        'An event: a sentence, an owner, and its properties as a JSON Schema of an object.',
      type: 'object',
      required: ['description'],
      additionalProperties: false,
      properties: {
        description: {
          description: 'When it is recorded, in one sentence.',
          type: 'string',
          minLength: 1,
        },
        owner: {
          description: 'Who answers for it: a team, or an address.',
          type: 'string',
          minLength: 1,
        },
        deprecated: {
          description: 'It is going to be removed.',
          type: 'boolean',
        },
        properties: {
          $ref: '#/$defs/properties',
        },
        required: {
          $ref: '#/$defs/required',
        },
        additionalProperties: {
          description: 'Whether it may have properties that are not listed. Default: false.',
          type: 'boolean',
          default: false,
        },
      },
    },
    properties: {
      description: 'Properties by name; each is a JSON Schema (draft 2020-12).',
      type: 'object',
      propertyNames: {
        minLength: 1,
        not: {
          pattern: '^\\$',
        },
      },
      additionalProperties: {
        $ref: '#/$defs/schema',
      },
    },
    required: {
      description: 'The properties that it always has.',
      type: 'array',
      items: {
        type: 'string',
      },
      uniqueItems: true,
    },
    schema: {
      $ref: 'https://json-schema.org/draft/2020-12/schema',
    },
  },
};
