/**
 * Who can read it: the field `access` as three choices in words.
 */
import * as React from 'react';
import { keyOf, textOf, valueAt, type Faults } from '../form';
import { blockIcon } from '../icons';
import type { Json } from '../types';
import { useNotebook, usePanel } from './context';
import { Icon } from './controls';
import { idOf } from './field';

type Readers = 'everyone' | 'later' | 'chosen';

/** Return who can read what has this access. */
export function readersOf(access: Json | undefined): Readers {
  if (valueAt(access, ['embargo', 'active'])) {
    return 'later';
  }
  const isOpen = [valueAt(access, ['record']), valueAt(access, ['files'])].every(value => (value ?? 'public') === 'public');
  return isOpen ? 'everyone' : 'chosen';
}

/** Return the access by which these people can read, from a day on where it is later. */
function accessFor(readers: Readers, until: string): Json {
  if (readers === 'everyone') {
    return { record: 'public', files: 'public' };
  }
  return readers === 'later'
    ? { record: 'public', files: 'restricted', embargo: { active: true, until } }
    : { record: 'public', files: 'restricted' };
}

export function Access(props: { faults: Faults }): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const access = model.value('access');
  const chosen = readersOf(access);
  const until = textOf(valueAt(access, ['embargo', 'until']));
  const path = ['access', 'embargo', 'until'];
  const faults = [...props.faults].filter(([key]) => key === 'access' || key.startsWith('access.'));
  const choose = (readers: Readers, day = until) => model.order.write('access', accessFor(readers, day));
  const choices: [Readers, string, string][] = [
    ['everyone', trans.__('Everyone, at once'), ''],
    ['later', trans.__('Everyone, from a date on'), trans.__('until then only the description')],
    ['chosen', trans.__('People I choose'), trans.__('the description is public')]
  ];
  return (
    <div className="zj-field" role="radiogroup" aria-labelledby="zj-access">
      <div className="zj-label" id="zj-access">
        {trans.__('Who can read it')}
      </div>
      <div className="zj-choice">
        {choices.map(([readers, words, more]) => (
          <div key={readers}>
            <input
              type="radio"
              name="zj-access"
              id={`zj-access-${readers}`}
              checked={chosen === readers}
              onChange={() => choose(readers)}
            />
            <label htmlFor={`zj-access-${readers}`}>
              <span className="zj-strong">{words}</span>
              {more && `; ${more}`}
            </label>
          </div>
        ))}
      </div>
      {chosen === 'later' && (
        <div className="zj-gap">
          <label htmlFor={idOf(path)}>{trans.__('The first day on which it is open')}</label>
          <input
            id={idOf(path)}
            className="zj-in jp-mod-styled"
            type="date"
            value={until}
            aria-invalid={props.faults.has(keyOf(path)) || undefined}
            aria-describedby={faults.length ? 'zj-access-err' : undefined}
            onChange={event => choose('later', event.target.value)}
          />
        </div>
      )}
      {faults.length > 0 && (
        <p className="zj-err" id="zj-access-err">
          <Icon icon={blockIcon} />
          <span>{faults.flatMap(([, messages]) => messages).join(' ')}</span>
        </p>
      )}
    </div>
  );
}
