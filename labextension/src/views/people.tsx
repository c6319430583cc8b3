/**
 * People to add to a list of authors or contributors: those of one's last records, and whoever the repository knows.
 */
import { addIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { orcidOf, titleOf } from '../form';
import type { IField, ISuggestion, Json, JsonObject } from '../types';
import { useNotebook, usePanel } from './context';
import { Button } from './controls';
import { Suggest } from './suggest';

interface IPeopleProps {
  id: string;
  field: IField;
  /** Who is in the list. */
  items: readonly Json[];
  onAdd: (person: JsonObject) => void;
}

export function People(props: IPeopleProps): JSX.Element {
  const { trans } = usePanel();
  const { id, field, items, onAdd } = props;
  const [text, setText] = React.useState('');
  const before = usePeople();
  const add = (person: JsonObject) => {
    setText('');
    onAdd(person);
  };
  const nameOf = (person: JsonObject) => titleOf(field, person);
  const there = new Set(items.flatMap(item => [titleOf(field, item), String((item as JsonObject)?.orcid ?? '')]));
  const others = before.filter(({ value }) => !there.has(nameOf(value)) && !(value.orcid && there.has(String(value.orcid))));
  return (
    <>
      <Suggest
        id={`${id}-find`}
        vocabulary="names"
        className="zj-in jp-mod-styled zj-gap-s"
        aria-label={trans.__('Find a person for %1', field.label.toLowerCase())}
        placeholder={trans.__('Name or ORCID iD')}
        value={text}
        onText={setText}
        onChoose={({ value }) => add(value)}
        onKeyUp={event => {
          const orcid = event.key === 'Enter' && orcidOf(text);
          if (orcid) {
            add({ type: 'personal', orcid }); // nobody here knows whose it is; the name is asked for
          }
        }}
      />
      {others.length > 0 && (
        <div className="zj-row zj-gap-s" role="group" aria-label={trans.__('From your last records')}>
          <span className="zj-sub zj-small">{trans.__('From your last records')}</span>
          {others.map(({ label, value }) => (
            <Button
              key={label}
              className="zj-btn-s"
              icon={addIcon}
              aria-label={trans.__('Add %1 to %2', nameOf(value), field.label.toLowerCase())}
              onClick={() => add(value)}
            >
              {nameOf(value)}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

/** Return the people of one's last records on the chosen repository. */
function usePeople(): readonly ISuggestion[] {
  const { places } = usePanel();
  const { to } = useNotebook().model.order.chosen;
  React.useEffect(() => places.askPeople(to)); // asked once, and again after one has signed in
  return places.people.get(to ?? '') ?? [];
}
