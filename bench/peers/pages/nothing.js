export function start() {}

export function track() {}
