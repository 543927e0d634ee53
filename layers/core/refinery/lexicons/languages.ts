/**
 * Words that hold sentences together, folded, each of one language only ("no", "me", "a", "son", "he" belong to both and tell nothing).
 */
export const FUNCTION_WORDS: Readonly<Record<'es' | 'en', readonly string[]>> = {
  es: (
    'el la los las un una unos unas de del al y o que como pero porque por para con sin sobre es esta estan estoy ' +
    'eso esto ese esa este hay muy mas ya si se lo le les nos mi tu su yo ella ellos hola buenas gracias cuando donde ' +
    'quien cual tambien entonces ahora aqui ahi alli hoy ayer bien mal todo toda todos nada algo creo tengo tiene ' +
    'quiero puede puedo vamos hacer ser fue era soy eres va voy pues parce desde hasta entre cada otra otro asi'
  ).split(' '),
  en: (
    'the and is are was were be been this that these those with have has had for but from not you your i it its ' +
    'my we they he she them his her what which who when where why how if then than there here just can could would ' +
    'should will do does did of to in on at by or an so some any all into out about need want know think get got ' +
    "i'm it's don't can't that's you're i've doesn't didn't isn't yes thanks hello"
  ).split(' '),
};
