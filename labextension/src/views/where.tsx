/**
 * The group Where: the repository, the record, and who can read it.
 */
import * as React from 'react';
import { isEmbedded } from '../places';
import type { IRepository } from '../types';
import { Access, readersOf } from './access';
import { Communities } from './communities';
import { useNotebook, usePanel } from './context';
import { GroupBox } from './group';
import { Token } from './token';

export function Where(): JSX.Element {
  const { trans, places } = usePanel();
  const { model } = useNotebook();
  const row = places.repository(model.order.chosen.to);
  const needsToken = places.needsToken(model.order.chosen.to);
  const account = row && places.accounts.get(row.name);
  const place = account ? trans.__('%1, as %2', row.title, account) : (row?.title ?? '');
  const readers = {
    everyone: trans.__('everyone can read'),
    later: trans.__('everyone can read, later'),
    chosen: trans.__('only people you choose can read')
  };
  return (
    <GroupBox
      group="where"
      name={trans.__('Where')}
      summary={
        <>
          {place} {row?.practice && <Practice />} · {readers[readersOf(model.value('access'))]}
        </>
      }
      tally={
        model.plan && {
          voice: needsToken ? 'bad' : 'ok',
          words: needsToken ? trans.__('sign in') : trans.__('ready')
        }
      }
    >
      <div className="zj-choice" role="radiogroup" aria-label={trans.__('Repository')}>
        {places.repositories.map(repository => (
          <Place key={repository.name} repository={repository} isChosen={repository === row} />
        ))}
      </div>
      <Which />
      <Communities faults={model.faults} />
      <Access faults={model.faults} />
    </GroupBox>
  );
}

function Place(props: { repository: IRepository; isChosen: boolean }): JSX.Element {
  const { trans, focus } = usePanel();
  const { model } = useNotebook();
  const { repository, isChosen } = props;
  const id = `zj-place-${repository.name}`;
  const about = isEmbedded(repository)
    ? repository.registered_dois
      ? trans.__('on this computer, with DOIs registered at DataCite; for everyone, for good')
      : trans.__('no account, no internet; to try everything out')
    : repository.practice
      ? trans.__('to practise with the real site; emptied now and then')
      : trans.__('%1 · for everyone, for good', repository.url.replace(/^https?:\/\//, ''));
  const choose = () => {
    model.order.publishTo(repository.name);
    if (!repository.has_token) {
      focus(`zj-token-${repository.name}`);
    }
  };
  return (
    <div>
      <input type="radio" name="zj-place" id={id} checked={isChosen} onChange={choose} aria-describedby={`${id}-about`} />
      <div>
        <label htmlFor={id}>
          <span className="zj-strong">{repository.title}</span> {repository.practice && <Practice />}
        </label>
        <p className="zj-sub" id={`${id}-about`}>
          {about}
        </p>
        {isChosen && !isEmbedded(repository) && <Token repository={repository} onDone={() => void model.look()} />}
      </div>
    </div>
  );
}

/** Says that it is not the real thing; never by colour alone. */
export function Practice(): JSX.Element {
  return <span className="zj-practice">{usePanel().trans.__('PRACTICE')}</span>;
}

/** A new record, or the next version: asked only where both are possible. */
function Which(): JSX.Element | null {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const { standing, order } = model;
  const { asNew, versionOf } = order.chosen;
  const source = versionOf ?? standing?.derived_from;
  if (!standing || !(source || asNew || standing.previous_id)) {
    return null;
  }
  const isNext = source ? versionOf !== null : !asNew;
  const choose = (next: boolean) => order.follows({ asNew: !next, versionOf: next && source ? source : null });
  const choices: [boolean, string][] = [
    [false, source ? trans.__('A new record, derived from %1', source) : trans.__('A new record')],
    [true, source ? trans.__('The next version of %1', source) : trans.__('The next version of the same record')]
  ];
  return (
    <div className="zj-field" role="radiogroup" aria-label={trans.__('Record')}>
      <div className="zj-label">{trans.__('What it becomes')}</div>
      <div className="zj-choice">
        {choices.map(([next, words]) => (
          <div key={String(next)}>
            <input type="radio" name="zj-which" id={`zj-which-${next}`} checked={isNext === next} onChange={() => choose(next)} />
            <label htmlFor={`zj-which-${next}`}>{words}</label>
          </div>
        ))}
      </div>
    </div>
  );
}
