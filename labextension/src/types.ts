/**
 * What travels between the server extension and the panel, as JSON.
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
  derived_from: string;
  /** Whether a copy without names is with reviewers. */
  anonymous?: boolean;
}

/** A collection of records with people who decide what comes in. */
export interface ICommunity {
  id: string;
  slug: string;
  title: string;
  /** Whether this account may submit to it; null where that is not told. */
  may_submit: boolean | null;
  /** Whether what it submits needs no review. */
  skips_review: boolean | null;
  /** What submitting leads to, as a sentence. */
  note: string;
}

/** A draft or record that is offered to a community. */
export interface IRequest {
  id: string;
  status: string;
  title: string;
  /** Title of the community; empty where it is none. */
  community_title: string;
  created: string;
  html_url: string;
  /** What this account may do with it now. */
  actions: string[];
  /** What was said, where that was asked for. */
  comments?: string[];
}

/** What publishing would do. */
export interface IPlan {
  notebook: string;
  repository: { name: string; title: string; url: string };
  files: IFileEntry[];
  /** Files that are made for it when it is published. */
  made: { key: string; role: string; reason: string }[];
  left_out: { name: string; reason: string }[];
  metadata: JsonObject;
  sources: { [field: string]: string };
  conflicts: { field: string; source: string; value: Json; other_source: string; other: Json }[];
  notes: string[];
  errors: IFieldError[];
  findings: IFinding[];
  standing: IStanding;
  communities?: ICommunity[];
  /** What the last rehearsal told, where notebook and files are still the same. */
  rehearsal?: IRehearsal | null;
  /** Only the description says something else than the published record. */
  redescribed?: boolean;
}

/** What came of a rehearsal. */
export interface IRehearsal {
  /** R0 to R5. */
  level: string;
  /** A sentence or two. */
  verdict: string;
  /** What to do about it; empty where nothing is. */
  advice: string;
}

/** A place to publish to. */
export interface IRepository {
  name: string;
  title: string;
  url: string;
  practice: boolean;
  registered_dois: boolean;
  help_url: string;
  has_token: boolean;
  max_files: number;
  max_bytes: number;
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

/** A published record, as far as it is shown. */
export interface IRecord {
  id: string;
  concept_id: string;
  doi: string | null;
  concept_doi: string | null;
  title: string;
  version: string;
  index: number;
  is_latest: boolean;
  created: string;
  html_url: string;
  metadata: JsonObject;
  files: { key: string; size: number }[];
}

/** What can be shown of a record's file. */
export type IPreview = { is_cut: boolean } & (
  | { kind: 'text'; content: string }
  | { kind: 'table'; content: string[][] }
  /** An address that holds the picture's bytes. */
  | { kind: 'picture'; content: string }
  /** A page without scripts, that asks for nothing from elsewhere. */
  | { kind: 'page'; content: string }
);

/** What found records are counted by. */
export interface IFacet {
  name: string;
  label: string;
  values: { value: string; label: string; count: number }[];
}

/** A record that a search found, and where. */
export interface IHit extends IRecord {
  repository: string;
  updated: string;
  state: 'draft' | 'published';
  /** Of one's own: contents path of the notebook that it was published from here. */
  notebook?: string | null;
  /** Of one's own drafts: whether publishing the notebook goes on with it. */
  stopped?: boolean;
}

/** A publication or draft that is not at its end. */
export interface IUnderway {
  /** `lost`: a draft that no publication will go on with. */
  state: 'running' | 'stopped' | 'lost';
  words: string;
  repository: string;
  /** Contents path; null where there is none here. */
  notebook: string | null;
  draft_id: string;
  doi: string;
  title: string;
  html_url: string;
}

/** A page of what a search found. */
export interface ISearchPage {
  total: number;
  repository: string;
  records: Omit<IHit, 'repository'>[];
  facets: IFacet[];
}

/** What came of a publication. */
export interface IPublished {
  record: IRecord;
  repository: string;
  doi: string;
  concept_doi: string | null;
  landing_page: string;
  sent: string[];
  kept: string[];
  removed: string[];
  sent_bytes: number;
  kept_bytes: number;
  unchanged: boolean;
  /** Where nothing is published yet: the request that waits, and its community's title. */
  review?: { id: string; title: string; html_url: string } | null;
  stamp: IStamp | null;
  citation: string;
  /** Whether it is a copy for reviewers: nothing is published then. */
  anonymous?: boolean;
  /** The secret link to that; empty where the repository has none. */
  link?: string;
}

/** What came of changing a record's description. */
export interface IEdited {
  record: IRecord;
  repository: string;
  /** Names of the fields that say something else now. */
  changed: string[];
  citation: string;
}

/** What came of getting a record. */
export interface IGot {
  record: IRecord;
  /** Contents path. */
  folder: string;
  files: string[];
  /** Contents path. */
  notebook: string | null;
}

/** What became of one output. */
export interface IOutputVerdict {
  cell_index: number;
  cell_id: string;
  verdict: string;
  detail: string;
}

/** What came of running a record's notebook again: its report, with contents paths. */
export interface IReproduced {
  verdict: string;
  level: { rung: number; name: string; inferred: boolean };
  failure: { words: string; hint: string } | null;
  comparison: { outputs: IOutputVerdict[] };
  notebook: string;
  executed: string;
  report: string;
  /** Of several notebooks, what came of each. */
  notebooks?: IReproduced[];
}

/** How far a job is. */
export interface IProgress {
  step: string;
  message: string;
  done: number | null;
  total: number | null;
  unit: string;
  item: string;
  files_done: number | null;
  files_total: number | null;
  /** Files that need not be moved. */
  files_there: number | null;
  /** Bytes a second. */
  rate: number | null;
  seconds_left: number | null;
}

/** Why something failed: what happened, and what to try. */
export interface IErrorBody {
  error: string;
  message: string;
  hint: string;
  errors?: IFieldError[];
  findings?: IFinding[];
  /** The notebooks of a record of which one has to be chosen. */
  notebooks?: string[];
}

/** Where a notebook stands, and what waits for it. */
export interface IStatus {
  standing: IStanding;
  stamp: IStamp | null;
  /** The publication that is under way. */
  job: IJob | null;
  /** Name of the repository that all this is about. */
  repository: string;
}

/** Where a notebook of a listing stands, as far as the server knows without asking anybody. */
export interface IGlance {
  standing: IStanding;
  /** The repository that it is on: its title. */
  title: string;
  /** Whether it is being published right now. */
  running: boolean;
}

/** A long act on the server. */
export interface IJob {
  id: string;
  kind: string;
  params: JsonObject;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';
  seq: number;
  progress: IProgress | null;
  log: string[];
  result: JsonObject | null;
  error: IErrorBody | null;
  started: number;
  ended: number;
}

/** What is published, and how: the body of `publish`. */
export interface IPublishing extends IOrder {
  /** Findings that are published in spite of. */
  accept: string[];
  /** The person knows that it cannot be undone. */
  yes: boolean;
  /** Publish nothing: a draft without names, for reviewers. */
  anonymous: boolean;
}

/** What is published, and how: the body of `collect`. */
export interface IOrder {
  path: string;
  data: string[];
  exclude: string[];
  to: string | null;
  metadata: JsonObject | null;
  new: boolean;
  version_of: string | null;
}
