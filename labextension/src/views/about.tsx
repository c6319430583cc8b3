/**
 * The group About: the description, made from the field table. The essentials stand first, the rest is folded.
 */
import * as React from 'react';
import { faultsBelow, isEmpty, labelOf, textOf, titleOf, type Faults } from '../form';
import type { NotebookModel } from '../model';
import type { Places } from '../places';
import type { IField, Json } from '../types';
import { useNotebook, usePanel } from './context';
import { Fold, Link, Note, Problem } from './controls';
import { Field, idOf, type ISource } from './field';
import { GroupBox } from './group';
import { unknownOf } from './words';

/** The part of the table that stands in the group Where. */
const WHERE = 'Where';

export function About(): JSX.Element {
  const { trans, places } = usePanel();
  const { model } = useNotebook();
  const faults = model.faults;
  const mine = places.fields.filter(field => field.group !== WHERE);
  const essentials = mine.filter(field => field.essential);
  const groups = places.groups.filter(group => mine.some(field => field.group === group && !field.essential));
  return (
    <GroupBox
      group="about"
      name={trans.__('About')}
      summary={<Summary />}
      tally={
        model.plan && {
          voice: faults.size ? 'bad' : 'ok',
          words: faults.size ? trans._n('%1 to fix', '%1 to fix', faults.size) : trans.__('ready')
        }
      }
    >
      <Faulty faults={faults} />
      {essentials.map(field => (
        <TopField key={field.name} field={field} faults={faults} />
      ))}
      <div className="zj-folds">
        {groups.map(group => (
          <More
            key={group}
            name={group}
            fields={mine.filter(field => field.group === group && !field.essential)}
            faults={faults}
          />
        ))}
      </div>
      <p className="zj-hint">{trans.__('Kept with this notebook as you type.')}</p>
    </GroupBox>
  );
}

/** The description in a line: title, authors, licence. */
function Summary(): JSX.Element {
  const { trans, places } = usePanel();
  const { model } = useNotebook();
  const count = (name: string) => ((model.value(name) as Json[]) ?? []).length;
  if (!model.plan) {
    return <>{unknownOf(model, trans)}</>;
  }
  const parts = [
    textOf(model.value('title')) || trans.__('no title yet'),
    count('creators') ? trans._n('%1 author', '%1 authors', count('creators')) : trans.__('no authors yet'),
    licencesOf(model, places).join(', ') || trans.__('no licence yet')
  ];
  return <>{parts.join(' · ')}</>;
}

/** Return the licences as they are usually called, such as CC BY 4.0. */
export function licencesOf(model: NotebookModel, places: Places): string[] {
  const rights = places.fields.find(field => field.name === 'rights');
  const ids = rights?.fields?.find(sub => sub.name === rights.key);
  return ((model.value('rights') as Json[]) ?? []).map(item => {
    const label = ids ? labelOf(ids, item) : textOf(item);
    return /\(([^(),]*)[^()]*\)$/.exec(label)?.[1] ?? label;
  });
}

/** What is wrong, with links to the fields. */
function Faulty(props: { faults: Faults }): JSX.Element | null {
  const { trans, places, focus } = usePanel();
  const { model } = useNotebook();
  if (!props.faults.size) {
    return null;
  }
  const labels = (key: string) => {
    let fields = places.fields;
    const words: string[] = [];
    let value: Json | undefined;
    key.split('.').forEach((step, index) => {
      const field = fields.find(row => row.name === step);
      value = index === 0 ? model.value(step) : (value as any)?.[step];
      if (field) {
        words.push(field.label);
        fields = field.fields ?? [];
      } else if (words.length) {
        words.push(titleOf({ fields } as IField, value) || String(Number(step) + 1));
      }
    });
    return words.reverse().join(', ');
  };
  return (
    <>
      {model.problem && <Problem error={model.problem} />}
      <Note voice="bad" id="zj-faults" title={trans._n('%1 thing to fix', '%1 things to fix', props.faults.size)}>
        <ul>
          {[...props.faults].map(([key, messages]) => (
            <li key={key}>
              {key && (
                <>
                  <Link onClick={() => focus(idOf(key.split('.')), `${idOf(key.split('.'))}-label`)}>{labels(key)}</Link>
                  {': '}
                </>
              )}
              {messages.join(' ')}
            </li>
          ))}
        </ul>
      </Note>
    </>
  );
}

/** Fields that are folded until wanted, or until something in them is wrong. */
function More(props: { name: string; fields: IField[]; faults: Faults }): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const said = props.fields.filter(field => !isEmpty(model.value(field.name)));
  const sources = new Set(said.map(field => model.plan?.sources[field.name]).filter(Boolean));
  const aside = said.length ? [trans._n('%1 given', '%1 given', said.length), ...sources].join(' · ') : trans.__('none');
  const isWrong = props.fields.some(field => faultsBelow(props.faults, [field.name]).length);
  return (
    <Fold title={props.name} aside={aside} isOpen={isWrong}>
      {props.fields.map(field => (
        <TopField key={field.name} field={field} faults={props.faults} />
      ))}
    </Fold>
  );
}

/** A field of the description, with where its value comes from. */
export function TopField(props: { field: IField; faults: Faults }): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const { field } = props;
  const { order, plan } = model;
  const isOwn = field.name in order.chosen.edits;
  const proposed = plan?.sources[field.name];
  let source: ISource | null = null;
  if (isOwn) {
    source = { words: trans.__('yours'), undo: { label: trans.__('Back to what is proposed'), do: () => order.forget(field.name) } };
  } else if (proposed) {
    const back = { label: trans.__('Take it out'), do: () => order.write(field.name, null) };
    source = { words: proposed, undo: field.required ? undefined : back };
  }
  const conflict = isOwn ? undefined : plan?.conflicts.find(other => other.field === field.name);
  return (
    <>
      <Field
        field={field}
        path={[field.name]}
        value={model.value(field.name)}
        faults={props.faults}
        source={source}
        onChange={value => order.write(field.name, value)}
      />
      {conflict && (
        <p className="zj-hint">
          {trans.__('%1: “%2”.', conflict.other_source, conflictText(field, conflict.other))}{' '}
          <Link onClick={() => order.write(field.name, conflict.other)}>{trans.__('Use that')}</Link>
        </p>
      )}
    </>
  );
}

function conflictText(field: IField, value: Json): string {
  return Array.isArray(value) ? value.map(item => titleOf(field, item)).join(', ') : textOf(value);
}
