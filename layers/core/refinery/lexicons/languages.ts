/**
 * Words that hold sentences together, folded, none of both Spanish and English ("no", "me", "a", "he" belong to both and tell nothing).
 * `other` are such words of the languages that wander into the logs: a message full of them is neither Spanish nor English; a few
 * are also Spanish or English ("por", "mas", "les", "do") and count on both sides.
 */
export const FUNCTION_WORDS: Readonly<Record<'es' | 'en' | 'other', readonly string[]>> = {
  es: (
    'el la los las un una unos unas del al y o que como pero porque por para con sin sobre esta estan estoy ' +
    'eso esto ese esa este hay muy mas ya si se lo le les nos mi tu su yo ella ellos hola buenas gracias cuando donde ' +
    'quien cual tambien entonces ahora aqui ahi alli hoy ayer bien mal todo toda todos nada algo creo tengo tiene ' +
    'quiero puede puedo vamos hacer ser fue era soy eres va voy pues parce desde hasta entre cada otra otro asi de es te ' +
    'vos usted ustedes sos sus mis tus nunca siempre nadie nosotros cosa vez estuvo estaba hace hago sabe sabes alguien ' +
    'buenos dias noches tardes saludos claro bueno listo dale jaja jajaja jeje toca queda quedo esos esas ni aunque mientras ' +
    'despues antes mucho mucha muchos poco nuevo mejor gente dia anoche manana semana casa trabajo plata tienes quieres ' +
    'puedes somos estamos son tan estas ojo luego metio saco hizo dijo dame dime mira viene vengo haga'
  ).split(' '),
  en: (
    'the and is are was were be been this that these those with have has had for but from not you your i it its ' +
    'my we they he she them his her what which who when where why how if then than there here just can could would ' +
    'should will do does did of to in on at by or an so some any all into out about need want know think get got ' +
    "i'm it's don't can't that's you're i've doesn't didn't isn't yes thanks hello i'll we're they're won't wasn't let's " +
    'use using used try tried install installed works working please ok okay yeah see look only still now up down off ' +
    'very too also again much more most good bad new old first last time thing things way make made run running work ' +
    'im dont cant ive anyone someone nobody everyone guys our their as because after before over'
  ).split(' '),
  other: (
    "j'ai c'est qu'il n'est au aux du besoin l'on " +
    'je ne pas est les des une vous nous et pour dans qui sur avec mais ou ce cette merci salut bonjour ' +
    'ich nicht und der die das ist ein eine mit auf wie kann ' +
    'nao voce voces com uma mas em por obrigado ola tem alguem isso ele estou eu da do na os ' +
    'il che di per sono non ciao grazie della het een niet van dat ik voor'
  ).split(' '),
};
