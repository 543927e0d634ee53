import { describe, expect, it } from 'vitest';
import { type Context, holds, valuesOf } from './conditions.ts';

type Block = Record<string, Record<string, string | string[]>>;

/** Whether a condition block holds for a request that carries these keys. */
const under = (block: Block, context: Context) =>
  holds(
    Object.fromEntries(
      Object.entries(block).map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, [values].flat()])),
      ]),
    ),
    valuesOf(context),
  );

// Examples of AWS's own pages, each named where it stands
describe('conditions', () => {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  it('all must hold, of a key any value', () => {
    const both = { StringEquals: { 'aws:a': ['1', '2'], 'aws:b': '3' } };
    expect(under(both, { 'aws:a': '2', 'aws:b': '3' })).toBe(true);
    expect(under(both, { 'aws:a': '2', 'aws:b': '4' })).toBe(false);
    expect(under(both, { 'aws:a': '2' })).toBe(false);
    expect(under(both, { 'AWS:A': '1', 'aws:B': '3' })).toBe(true);
  });

  it('of a negated operator, no value may match; an absent key matches', () => {
    const not = { StringNotEquals: { 'aws:PrincipalTag/job-category': ['hr', 'legal'] } };
    expect(under(not, { 'aws:PrincipalTag/job-category': 'iamuser-admin' })).toBe(true);
    expect(under(not, { 'aws:PrincipalTag/job-category': 'legal' })).toBe(false);
    expect(under(not, {})).toBe(true);
  });

  it.each([
    ['StringLike', 'home/${aws:username}/*', 'home/ana/x', true],
    ['StringLike', 'home/${aws:username}/*', 'home/bea/x', false],
    ['StringLike', 'a?c', 'abc', true],
    ['StringEquals', 'a*', 'abc', false],
    ['StringEquals', '${*}', '*', true],
    ['StringEqualsIgnoreCase', 'ABC', 'abc', true],
    ['StringNotLike', 'a*', 'abc', false],
    ['StringLike', '${aws:nobody}', '', false],
    ['StringLike', "${aws:nobody, 'x'}*", 'xyz', true],
    ['ArnLike', 'arn:aws:sns:*:*:t', 'arn:aws:sns:us-east-1:1:t', true],
    ['ArnEquals', 'arn:aws:sns:*:t', 'arn:aws:sns:us-east-1:1:t', false],
    ['ArnNotLike', 'arn:aws:sns:*:*:t', 'arn:aws:sns:us-east-1:1:t', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericLessThan', '10', '10', false],
    ['DateGreaterThan', '2020-04-01T00:00:00Z', '2020-06-30T23:59:59Z', true],
  ])('%s %s of %s: %s', (...[operator, wanted, actual, isTrue]) => {
    const context = { 'x:Key': actual, 'aws:username': 'ana' };
    expect(under({ [operator]: { 'x:Key': wanted } }, context)).toBe(isTrue);
  });

  it('Bool says no to an absent key, BoolIfExists yes', () => {
    expect(
      under({ Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:SecureTransport': 'false' }),
    ).toBe(true);
    expect(
      under({ Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'false' }),
    ).toBe(false);
    expect(under({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, {})).toBe(false);
    expect(under({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }, {})).toBe(true);
    expect(
      under(
        { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
        { 'aws:MultiFactorAuthPresent': 'false' },
      ),
    ).toBe(false);
  });

  it('StringLikeIfExists holds for a request without the key, and only for a fitting value with it', () => {
    const prefix = { StringLikeIfExists: { 's3:prefix': ['ana/*', 'all/*'] } };
    expect(under(prefix, {})).toBe(true);
    expect(under(prefix, { 's3:prefix': 'ana/logs/' })).toBe(true);
    expect(under(prefix, { 's3:prefix': 'bea/logs/' })).toBe(false);
    expect(under(prefix, { 's3:prefix': '' })).toBe(false);
  });

  it('Null tells whether a key is there', () => {
    expect(under({ Null: { 'aws:TokenIssueTime': 'true' } }, {})).toBe(true);
    expect(under({ Null: { 'aws:TokenIssueTime': 'true' } }, { 'aws:TokenIssueTime': 'now' })).toBe(
      false,
    );
    expect(
      under({ Null: { 'aws:TokenIssueTime': 'false' } }, { 'aws:TokenIssueTime': 'now' }),
    ).toBe(true);
    expect(under({ Null: { 'aws:TokenIssueTime': 'false' } }, {})).toBe(false);
  });

  describe('of keys with several values', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    const keys = (...values: string[]) => ({ 'dynamodb:LeadingKeys': values });
    const all = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['me', 'all'] } };
    const any = { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['me', 'all'] } };

    it('ForAllValues wants every one, and is true of none at all', () => {
      expect(under(all, keys('me'))).toBe(true);
      expect(under(all, keys('me', 'all'))).toBe(true);
      expect(under(all, keys('me', 'you'))).toBe(false);
      expect(under(all, keys())).toBe(true);
      expect(under(all, {})).toBe(true);
    });

    it('a Null condition beside ForAllValues closes that hole', () => {
      const closed = { ...all, Null: { 'dynamodb:LeadingKeys': 'false' } };
      expect(under(closed, keys('me'))).toBe(true);
      expect(under(closed, keys())).toBe(false);
      expect(under(closed, {})).toBe(false);
    });

    it('ForAnyValue wants one, and is false of none at all', () => {
      expect(under(any, keys('me', 'you'))).toBe(true);
      expect(under(any, keys('you'))).toBe(false);
      expect(under(any, {})).toBe(false);
    });

    it('ForAllValues:StringLike takes families', () => {
      const family = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['NONCE#a#*'] } };
      expect(under(family, keys('NONCE#a#1', 'NONCE#a#2'))).toBe(true);
      expect(under(family, keys('NONCE#a#1', 'NONCE#b#2'))).toBe(false);
    });
  });

  it('does not take wildcards from a caller', () => {
    const own = { StringLike: { 's3:prefix': 'home/${aws:username}/*' } };
    expect(under(own, { 's3:prefix': 'home/bea/', 'aws:username': '*' })).toBe(false);
  });

  it('refuses an operator that it does not know', () => {
    expect(() => under({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, {})).toThrow(
      'Condition operator IpAddress is not evaluated here.',
    );
  });
});
