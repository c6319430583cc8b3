/**
 * A form made from the field table: values by path, what an empty row looks like, and which field an error belongs to.
 *
 * Values are in the server's friendly spelling: a mapping of fields by name, lists where a field repeats, and plain texts in
 * place of groups that have a key (`"mit"` for a licence).
 */
import type { IField, IFieldError, Json, JsonObject } from './types';

/** Where a value is: names of fields and positions in lists. */
export type Path = readonly (string | number)[];

/** Return the value at a path; undefined where there is none. */
export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found: any = value;
  for (const step of path) {
    found = found?.[step];
  }
  return found;
}

/** Return a copy of a value with another one at a path. */
export function withValue(value: Json | undefined, path: Path, inner: Json | undefined): Json {
  if (path.length === 0) {
    return inner ?? null;
  }
  const [step, ...rest] = path;
  const copy: any = typeof step === 'number' ? [...((value as Json[]) ?? [])] : { ...((value as JsonObject) ?? {}) };
  copy[step] = withValue(copy[step], rest, inner);
  if (copy[step] === null && typeof step === 'string') {
    delete copy[step];
  }
  return copy;
}

/** Whether nothing is said: an empty text, list or group. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false) {
    return true;
  }
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** Return a value without the empty rows and fields in it. */
export function pruned(value: Json): Json {
  if (Array.isArray(value)) {
    return value.filter(item => !isEmpty(item)).map(pruned);
  }
  if (value && typeof value === 'object') {
    const kept = Object.entries(value).filter(([, inner]) => !isEmpty(inner));
    return Object.fromEntries(kept.map(([name, inner]) => [name, pruned(inner)]));
  }
  return value;
}

/** Return what a new row of a list starts with. */
export function newRow(field: IField): Json {
  if (field.type !== 'group' || field.key) {
    return '';
  }
  const preset = (field.fields ?? []).filter(sub => sub.default);
  return Object.fromEntries(preset.map(sub => [sub.name, sub.default!]));
}

/** Return the fields of a group that count, given its other values: a family name for a person, a name for an institution. */
export function fieldsOf(group: IField, value: Json | undefined): IField[] {
  return (group.fields ?? []).filter(field => {
    if (!field.when) {
      return true;
    }
    const [name, wanted] = field.when;
    const preset = group.fields!.find(other => other.name === name)?.default;
    return (valueAt(value, [name]) ?? preset) === wanted;
  });
}

/** Return how an item of a list is called when it is closed: its first texts. */
export function titleOf(field: IField, item: Json | undefined): string {
  if (item === null || item === undefined || typeof item !== 'object') {
    return String(item ?? '');
  }
  const person = [valueAt(item, ['given_name']), valueAt(item, ['family_name'])].filter(Boolean);
  if (person.length) {
    return person.join(' ');
  }
  const subs = field.fields ?? [];
  for (const sub of [...subs.filter(each => each.name !== field.key), ...subs]) {
    const value = valueAt(item, [sub.name]);
    if (sub.type !== 'choice' && !isEmpty(value)) {
      return sub.type === 'group' ? titleOf(sub, value) : textOf(value);
    }
  }
  return '';
}

/** Whether a list is of people or institutions, each with a name. */
export function isPeople(field: IField): boolean {
  return !!field.repeat && ['orcid', 'family_name'].every(name => field.fields?.some(sub => sub.name === name));
}

/** Return the ORCID iD that a text is, in any spelling; empty where it is none. */
export function orcidOf(text: string): string {
  return /^\s*(?:https?:\/\/)?(?:orcid\.org\/)?((?:\d{4}-){3}\d{3}[\dXx])\s*$/.exec(text)?.[1].toUpperCase() ?? '';
}

/** Return what a field keeps of an item of its list: the id, or of a group what its fields can hold. */
export function keptOf(field: IField, told: JsonObject): Json {
  if (field.type !== 'group') {
    return told.id ?? '';
  }
  const kept = (field.fields ?? []).filter(sub => !isEmpty(told[sub.name]));
  return Object.fromEntries(kept.map(sub => [sub.name, told[sub.name]]));
}

/** Return a text for an input; of texts by language, the first. */
export function textOf(value: Json | undefined): string {
  if (value && typeof value === 'object') {
    return textOf(Object.values(value)[0]);
  }
  return value === undefined || value === null ? '' : String(value);
}

/** Return the words of a choice. */
export function labelOf(field: IField | undefined, id: Json | undefined): string {
  return field?.choices?.find(choice => choice.id === id)?.label ?? textOf(id);
}

/** What is wrong, by the path of the field as `keyOf` writes it; what has no field stands under the empty path. */
export type Faults = ReadonlyMap<string, string[]>;

/** Return a path as one text, to be used as a key and in ids. */
export function keyOf(path: Path): string {
  return path.join('.');
}

/**
 * Sort errors to the fields of the form.
 *
 * The server names InvenioRDM's paths, such as `metadata.creators.0.person_or_org.family_name`; where a value could not be
 * read at all, those of the form itself.
 */
export function faultsOf(fields: readonly IField[], values: JsonObject, errors: readonly IFieldError[]): Faults {
  const faults = new Map<string, string[]>();
  for (const { field, messages } of errors) {
    const steps = field.split('.').map(step => (/^\d+$/.test(step) ? Number(step) : step));
    const path = locate(fields, values, steps) ?? (fields.some(row => row.name === steps[0]) ? steps : []);
    const words = path.length ? messages : messages.map(message => (field ? `${field}: ${message}` : message));
    faults.set(keyOf(path), [...(faults.get(keyOf(path)) ?? []), ...words]);
  }
  return faults;
}

/** Return the faults of a field and of all that is in it. */
export function faultsBelow(faults: Faults, path: Path): [string, string[]][] {
  const key = keyOf(path);
  return [...faults].filter(([at]) => at === key || at.startsWith(`${key}.`));
}

function locate(fields: readonly IField[], value: Json | undefined, steps: Path): Path | null {
  let best: Path | null = null;
  for (const field of fields) {
    const rest = behind(field, fields, value, steps);
    if (!rest) {
      continue;
    }
    const found = [field.name, ...inside(field, valueAt(value, [field.name]), rest)];
    if (!best || found.length > best.length) {
      best = found;
    }
  }
  return best;
}

/** Return the rest of a path inside of a field, as far as the table goes. */
function inside(field: IField, value: Json | undefined, steps: Path): Path {
  if (field.repeat) {
    if (typeof steps[0] !== 'number') {
      return [];
    }
    const at = nthSaid(value, steps[0]);
    return [at, ...inside({ ...field, repeat: false }, valueAt(value, [at]), steps.slice(1))];
  }
  return field.type === 'group' && value !== null && typeof value === 'object'
    ? (locate(field.fields ?? [], value, steps) ?? [])
    : [];
}

/** Return what follows a field's own place in InvenioRDM's path, or null where the path is another one. */
function behind(field: IField, siblings: readonly IField[], value: Json | undefined, steps: Path): Path | null {
  let at = 0;
  for (const part of field.path ? field.path.split('.') : [field.name]) {
    const [, list, scheme] = /^(.*)\[(.*)\]$/.exec(part) ?? [];
    if (steps[at++] !== (list ?? part)) {
      return null;
    }
    if (scheme && steps[at++] !== rank(field, list, siblings, value)) {
      return null;
    }
  }
  return steps.slice(at);
}

/** Return the position of an identifier among those that are sent in one list, in the table's order. */
function rank(field: IField, list: string, siblings: readonly IField[], value: Json | undefined): number {
  const same = siblings.filter(other => other.path?.includes(`${list}[`) && !isEmpty(valueAt(value, [other.name])));
  return same.indexOf(field);
}

/** Return the position in a list as it stands in the form of the nth item that is not empty; only those are sent. */
function nthSaid(value: Json | undefined, n: number): number {
  const said = (Array.isArray(value) ? value : []).flatMap((item, index) => (isEmpty(item) ? [] : [index]));
  return said[n] ?? n;
}
