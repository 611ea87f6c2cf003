/** abi.h's functions and numbers. A test compares them with the headers. Enums: the bundler puts in the numbers. */

export interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  apz_input(size: number): number;
  apz_output(): number;
  apz_output_size(): number;
  apz_start(configSize: number, monotonic: number, wall: number): number;
  apz_track(
    nameSize: number,
    propertiesSize: number,
    appSize: number,
    happened: number,
    monotonic: number,
    wall: number,
  ): number;
  apz_early(size: number, monotonic: number, wall: number): void;
  apz_set_user_id(size: number, monotonic: number, wall: number): number;
  apz_set_user_properties(size: number, monotonic: number, wall: number): number;
  apz_reset(monotonic: number, wall: number): number;
  apz_set_consent(size: number, monotonic: number, wall: number): number;
  apz_user_id(): void;
  apz_visit(monotonic: number, wall: number): void;
  apz_flush(token: number, monotonic: number, wall: number): number;
  apz_storage_value(keySize: number, valueSize: number, monotonic: number, wall: number): void;
  apz_storage_keys(size: number, monotonic: number, wall: number): void;
  apz_lock(nameSize: number, granted: number, monotonic: number, wall: number): void;
  apz_store_failed(keySize: number, monotonic: number, wall: number): void;
  apz_response(
    bodySize: number,
    id: number,
    status: number,
    retryAfter: number,
    reset: number,
    retryAt: number,
    monotonic: number,
    wall: number,
  ): void;
  apz_navigation(urlSize: number, gesture: number, monotonic: number, wall: number): void;
  apz_page_facts(
    urlSize: number,
    titleSize: number,
    referrerSize: number,
    landingSize: number,
    scroll: number,
    loaded: number,
    monotonic: number,
    wall: number,
  ): void;
  apz_click(
    urlSize: number,
    downloadSize: number,
    button: number,
    monotonic: number,
    wall: number,
  ): void;
  apz_press(
    eventSize: number,
    propertiesSize: number,
    textSize: number,
    idSize: number,
    monotonic: number,
    wall: number,
  ): void;
  apz_form(
    size: number,
    kind: number,
    id: number,
    detail: number,
    monotonic: number,
    wall: number,
  ): void;
  apz_host_event(event: number, monotonic: number, wall: number): void;
  apz_poll(): number;
  apz_next_wake(): number;
}

/** `ApzAnswer` */
export enum ANSWER {
  waits = -100,
}

/** `Effect::Kind` */
export enum EFFECT {
  none = 0,
  request = 1,
  cancel = 2,
  store = 3,
  erase = 4,
  read = 5,
  scan = 6,
  lock = 7,
  unlock = 8,
  fetch_later = 9,
  hint = 10,
  report = 11,
  flushed = 12,
  page_facts = 13,
  watch = 14,
  form_values = 15,
  form_check = 16,
  compose = 17,
}

/** `Effect::Watched` */
export enum WATCHED {
  navigation = 1,
  links = 2,
  forms = 4,
  form_starts = 8,
  presses = 16,
}

/** `Forms::Input` */
export enum FORM_INPUT {
  begun = 0,
  submits = 1,
  values = 2,
  ended = 3,
  request = 4,
  handled = 5,
}

/** `Forms::Ended`: what is summed up in `FORM_INPUT.ended`. */
export enum FORM_ENDED {
  sent = 1,
  valid = 2,
}

/** `Forms::Handled`: how it shows in `FORM_INPUT.handled`. */
export enum FORM_HANDLED {
  reset = 0,
  gone = 1,
  moved = 2,
  clicked = 4,
}

/** `FormFact` */
export enum FORM_FACT {
  id = 0,
  name = 1,
  action = 2,
  method = 3,
  wish = 4,
  app = 5,
  url = 6,
  submitter = 7,
  count = 8,
}

/** `FieldFact` */
export enum FIELD_FACT {
  type = 0,
  name = 1,
  autocomplete = 2,
  words = 3,
  label = 4,
  placeholder = 5,
  group = 6,
  key = 7,
  ignored = 8,
  count = 9,
}

/** `ApzHostEvent` */
export enum HOST_EVENT {
  wake = 0,
  online = 1,
  offline = 2,
  visible = 3,
  hidden = 4,
  pagehide = 5,
  handover = 6,
  pageshow = 7,
  storage_cleared = 8,
  handover_unsure = 9,
  requests_unsure = 10,
}

/** `Status`, as far as the glue speaks of it. */
export enum STATUS {
  ok = 0,
  not_started = -1,
  already_started = -2,
  app_id_missing = -3,
  name_missing = -4,
  properties_unusable = -5,
  user_id_unusable = -6,
  options_unusable = -7,
  consent_unusable = -8,
  user_properties_unusable = -9,
}
