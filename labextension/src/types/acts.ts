/**
 * What is asked of the server to be done, how far that is, and what came of it.
 */
import type { IFieldError, IFileEntry, IFinding, IStamp, IStanding, Json, JsonObject } from './notebook';
import type { ICommunity, IRecord } from './records';

/** What publishing would do. */
export interface IPlan {
  notebook: string;
  repository: { name: string; title: string; url: string };
  files: IFileEntry[];
  /** Files that are made for it when it is published. */
  made: { key: string; role: string; reason: string }[];
  /** Zips that are made of files that the record cannot hold one by one, each with the names of those. */
  packed?: { key: string; files: string[] }[];
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
  /** Names of the fields that say something else than the version before. */
  changed_fields?: string[];
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
  /** Whether it was left as a draft: nothing is published then. */
  draft?: boolean;
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
  /** Publish nothing: a draft with all files and its DOI. */
  draft: boolean;
}

/** What is made of it: a record, a draft of one, or a draft without names for reviewers. */
export type Outcome = 'record' | 'draft' | 'anonymous';

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
