import { describe, expect, it } from 'vitest';
import { faultsOf, fieldsOf, isEmpty, newRow, pruned, titleOf, withValue } from '../form';
import { TABLE } from './table';

const creators = TABLE.find(field => field.name === 'creators')!;

describe('values', () => {
  it('are changed in a copy', () => {
    const before = { creators: [{ family_name: 'Lovelace' }, { family_name: 'Babbage' }] };
    const after: any = withValue(before, ['creators', 1, 'given_name'], 'Charles');
    expect(after.creators[1]).toEqual({ family_name: 'Babbage', given_name: 'Charles' });
    expect(before.creators[1]).toEqual({ family_name: 'Babbage' });
    expect(after.creators[0]).toBe(before.creators[0]);
  });

  it('are made on the way where there is nothing', () => {
    expect(withValue(undefined, ['journal', 'issn'], '1234-5679')).toEqual({ journal: { issn: '1234-5679' } });
  });

  it('lose their empty rows before they are sent', () => {
    expect(pruned({ subjects: ['solar', ''], creators: [{ family_name: 'Lovelace', orcid: '' }, {}] })).toEqual({
      subjects: ['solar'],
      creators: [{ family_name: 'Lovelace' }]
    });
    expect(isEmpty({ funder: { name: '' }, award: {} })).toBe(true);
  });
});

describe('the table', () => {
  it('says what a new row starts with', () => {
    expect(newRow(creators)).toEqual({ type: 'personal' });
    expect(newRow(TABLE.find(field => field.name === 'rights')!)).toBe('');
  });

  it('says which fields count', () => {
    const names = (value: any) => fieldsOf(creators, value).map(field => field.name);
    expect(names({})).toContain('family_name');
    expect(names({ type: 'organizational' })).toContain('name');
    expect(names({ type: 'organizational' })).not.toContain('family_name');
  });

  it('says how a closed row is called', () => {
    expect(titleOf(creators, { type: 'personal', given_name: 'Ada', family_name: 'Lovelace' })).toBe('Ada Lovelace');
    expect(titleOf(creators, { type: 'organizational', name: 'Polar Institute' })).toBe('Polar Institute');
  });
});

describe('errors', () => {
  const faults = (values: any, ...fields: string[]) =>
    [...faultsOf(TABLE, values, fields.map(field => ({ field, messages: ['Wrong.'] }))).keys()];

  it("are sorted to their fields by InvenioRDM's paths", () => {
    const values = { creators: [{ family_name: 'Lovelace' }, { family_name: '' }] };
    expect(
      faults(values, 'metadata.title', 'metadata.creators.0.person_or_org.family_name', 'custom_fields.journal:journal.issn')
    ).toEqual(['title', 'creators.0.family_name', 'journal']);
    expect(faults({ journal: { issn: 'x' } }, 'custom_fields.journal:journal.issn')).toEqual(['journal.issn']);
  });

  it('find an identifier by its place in the list that is sent', () => {
    const path = 'metadata.creators.0.person_or_org.identifiers.0.identifier';
    expect(faults({ creators: [{ orcid: '1', gnd: '2' }] }, path)).toEqual(['creators.0.orcid']);
    expect(faults({ creators: [{ gnd: '2' }] }, path)).toEqual(['creators.0.gnd']);
  });

  it('count rows as they are sent, without the empty ones', () => {
    expect(faults({ rights: ['', 'nonsense'] }, 'metadata.rights.0.id')).toEqual(['rights.1']);
  });

  it('may name the fields of the form, where a value could not be read', () => {
    expect(faults({}, 'creators.0.orcid')).toEqual(['creators.0.orcid']);
  });

  it('that belong nowhere stand on top, with what they are about', () => {
    const found = faultsOf(TABLE, {}, [{ field: 'files.enabled', messages: ['Wrong.'] }]);
    expect(found.get('')).toEqual(['files.enabled: Wrong.']);
  });
});
