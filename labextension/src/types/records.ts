/**
 * Repositories, and the records and communities in them.
 */
import type { IErrorBody } from './acts';
import type { JsonObject } from './notebook';

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

/** Something that may be meant by what is typed. */
export interface ISuggestion {
  label: string;
  /** What is kept of it: a person, or an `id` with what else is told. */
  value: JsonObject;
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

/** A place to publish to. */
export interface IRepository {
  name: string;
  title: string;
  url: string;
  practice: boolean;
  registered_dois: boolean;
  help_url: string;
  has_token: boolean;
  /** Whether one can sign in on its own pages, since an administrator has registered this Jupyter there. */
  can_sign_in: boolean;
  /** Whether what is kept came from that, and not from a token that was pasted. */
  is_signed_in: boolean;
  max_files: number;
  max_bytes: number;
  /** For how many days after publishing files can be exchanged on its site, under the same DOI; 0 for none. */
  repair_days: number;
  /** What stands before a DOI in the address at which Binder starts its records; empty where Binder does not know it. */
  binder: string;
}

/** A sign-in that has begun: its name, and where to send the person. */
export interface IBegun {
  id: string;
  address: string;
}

/** How a sign-in stands. */
export interface ISigningIn {
  state: 'waiting' | 'done' | 'failed';
  account?: string;
  kept_in?: string;
  error: IErrorBody | null;
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

/** A page of what a search found. */
export interface ISearchPage {
  total: number;
  repository: string;
  records: Omit<IHit, 'repository'>[];
  facets: IFacet[];
}
