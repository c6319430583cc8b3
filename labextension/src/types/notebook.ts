/**
 * A notebook as the server tells of it: its description, its files, what the checks find, and where it stands.
 */

/** Plain JSON, as it stands in a form. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A mapping of plain JSON. */
export type JsonObject = { [key: string]: Json };

/** A choice of a list: its id, and its words. */
export interface IChoice {
  id: string;
  label: string;
}

/** A row of the field table, from which the form is built. */
export interface IField {
  name: string;
  label: string;
  help: string;
  type: 'text' | 'longtext' | 'html' | 'edtf' | 'date' | 'bool' | 'url' | 'choice' | 'localized' | 'group';
  group?: string;
  /** Its place in InvenioRDM's JSON, below that of the group it is in. */
  path?: string;
  choices?: IChoice[];
  /** Other values than those of `choices` are possible. */
  open?: boolean;
  required?: boolean;
  essential?: boolean;
  /** The repository's list that has its values. */
  vocabulary?: string;
  /** It is a list. */
  repeat?: boolean;
  fields?: IField[];
  /** Pattern at which one text is cut into the items of a list. */
  separator?: string;
  /** Where a group has one, an item may be a plain text. */
  key?: string;
  /** It counts only where that sibling has that value. */
  when?: [string, string];
  default?: string;
  /** What is to be known of a choice, by its id. */
  notes?: { [id: string]: string };
  example?: string;
}

/** What is wrong with a field. */
export interface IFieldError {
  field: string;
  messages: string[];
}

/** A result of a check. */
export interface IFinding {
  id: string;
  severity: 'block' | 'error' | 'warning' | 'info';
  message: string;
  fix: string;
  /** The cell or file in words. */
  where: string;
  /** Position of the cell, from 0. */
  cell: number | null;
  share: string;
  /** Names of what a button can do about it. */
  remedies: string[];
}

/** What the checks find in a notebook as it is typed. */
export interface IChecked {
  findings: IFinding[];
  /** Beginnings of the names of findings that were not looked for. */
  untyped: string[];
}

/** A notebook's cells after a remedy, as they should be, and what was done, in words. */
export interface IRemedied {
  cells: {
    index: number;
    /** The cell's source that the remedy was worked out for. */
    before: string;
    cell: { source: string; metadata: JsonObject; outputs?: JsonObject[] };
  }[];
  /** The notebook's metadata, where that changes. */
  metadata: JsonObject | null;
  told: string;
}

/** A file that goes into the record, and why. */
export interface IFileEntry {
  key: string;
  size: number;
  role: string;
  reason: string;
}

/** Where a notebook stands. */
export interface IStanding {
  state: 'never' | 'stopped' | 'waiting' | 'declined' | 'published' | 'changed' | 'foreign';
  words: string;
  previous_id: string;
  next_index: number;
  doi: string;
  changed_cells: number;
  changed_files: string[];
  /** Those of the changed files that the version before had not. */
  added_files?: string[];
  derived_from: string;
  /** Whether a copy without names is with reviewers. */
  anonymous?: boolean;
  /** Whether it was left as a draft, with all its files and its DOI. */
  saved?: boolean;
}

/** What a notebook remembers of its record. */
export interface IDeposit {
  repository: string;
  url: string;
  record_id: string;
  doi: string;
  concept_doi: string;
  version: string;
  checksum: string;
}

/** Badge and Deposit, to be put into the document by whoever has it open; `act` is the same for the same publication. */
export interface IStamp {
  act: string;
  deposit: IDeposit;
  badge: string;
}

/** Where a notebook of a listing stands, as far as the server knows without asking anybody. */
export interface IGlance {
  standing: IStanding;
  /** The repository that it is on: its title. */
  title: string;
  /** Whether it is being published right now. */
  running: boolean;
}
