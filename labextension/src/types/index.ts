/**
 * What travels between the server extension and the panel, as JSON.
 */
export type * from './acts';
export type * from './notebook';
export type * from './records';
