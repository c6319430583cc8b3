/**
 * What a search found: what it can be narrowed to, the records, and the way to more of them.
 */
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Searching } from '../searching';
import type { IHit } from '../types';
import { usePanel } from './context';
import { Fold, Link, Problem } from './controls';

/** The repositories to choose from; `all` is what none of them means. */
export function Repositories(props: { searching: Searching; all?: string }): JSX.Element {
  const { trans, places } = usePanel();
  const { searching, all } = props;
  const chosen = searching.from || (all ? '' : places.default);
  return (
    <HTMLSelect
      className="zj-in"
      aria-label={trans.__('Repository')}
      value={chosen}
      onChange={event => void searching.lookIn(event.target.value)}
    >
      {all && <option value="">{all}</option>}
      {places.repositories.map(row => (
        <option key={row.name} value={row.name} disabled={searching.mine && places.needsToken(row.name)}>
          {row.title}
        </option>
      ))}
    </HTMLSelect>
  );
}

export function Results(props: {
  searching: Searching;
  id: string;
  nothing: string;
  /** What is told of above already. */
  isElsewhere?: (hit: IHit) => boolean;
  children: (hit: IHit) => React.ReactNode;
}): JSX.Element {
  const { trans, places } = usePanel();
  const { searching, isElsewhere } = props;
  const { problems } = searching;
  const hits = searching.hits.filter(hit => !isElsewhere?.(hit));
  const total = searching.total - (searching.hits.length - hits.length);
  return (
    <div aria-busy={searching.isLooking}>
      <h3 className="zj-sr">{trans.__('Found')}</h3>
      <Facets searching={searching} />
      <p className="zj-pad zj-sub zj-small zj-count" role="status" id={props.id} tabIndex={-1}>
        {searching.isLooking
          ? trans.__('Looking …')
          : searching.isAnswered && (total ? trans._n('%1 record', '%1 records', total) : props.nothing)}
      </p>
      {[...problems].map(([name, error]) => (
        <div key={name} className="zj-pad">
          <p className="zj-strong">{places.repository(name)?.title}</p>
          <Problem error={error} />
        </div>
      ))}
      <ul className="zj-hits">
        {hits.map(hit => (
          <li key={`${hit.repository} ${hit.id}`}>{props.children(hit)}</li>
        ))}
      </ul>
      {searching.hasMore && (
        <p className="zj-pad">
          <Link onClick={() => void searching.more()}>{trans.__('Show more')}</Link>
        </p>
      )}
    </div>
  );
}

function Facets(props: { searching: Searching }): JSX.Element | null {
  const { trans } = usePanel();
  const { facets, narrowed } = props.searching;
  const chosen = Object.values(narrowed).flat().length;
  if (!facets.length) {
    return null;
  }
  return (
    <div className="zj-pad zj-facets">
      <Fold title={trans.__('Narrow down')} aside={chosen ? trans._n('%1 chosen', '%1 chosen', chosen) : undefined}>
        {facets.map(({ name, label, values }) => (
          <div key={name} role="group" aria-label={label}>
            <p className="zj-sub zj-small">{label}</p>
            <div className="zj-row">
              {values.map(({ value, label, count }) => {
                const isIn = !!narrowed[name]?.includes(value);
                return (
                  <button
                    key={value}
                    type="button"
                    className="zj-facet"
                    aria-pressed={isIn}
                    onClick={() => void props.searching.narrow(name, value, !isIn)}
                  >
                    {label} ({count})
                  </button>
                );
              })}
            </div>
          </div>
        ))}
      </Fold>
    </div>
  );
}

