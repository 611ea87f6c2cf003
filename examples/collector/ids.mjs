// @ts-check
/** The ids the collector gives out. */
import { randomUUID } from 'node:crypto';

/** @param {'evt' | 'usr' | 'req'} kind */
export const newId = (kind) => `${kind}_${randomUUID().replaceAll('-', '')}`;
