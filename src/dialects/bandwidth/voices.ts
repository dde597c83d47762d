// Owns: the vendor's voices, as the language and gender that each stands for. The engine has voices of its own.

export interface Voice {
  readonly language: string;
  readonly gender: 'female' | 'male';
}

const female = (language: string): Voice => ({ language, gender: 'female' });
const male = (language: string): Voice => ({ language, gender: 'male' });

export const voices: Readonly<Record<string, Voice>> = {
  julie: female('en-US'),
  kate: female('en-US'),
  susan: female('en-US'),
  dave: male('en-US'),
  paul: male('en-US'),
  ruth: female('en-US'),
  stephen: male('en-US'),
  bridget: female('en-GB'),
  simon: male('en-GB'),
  katrin: female('de-DE'),
  stefan: male('de-DE'),
  esperanza: female('es-MX'),
  violeta: female('es-ES'),
  jorge: male('es-ES'),
  rosa: female('es-MX'),
  lupe: female('es-US'),
  pedro: male('es-US'),
  jolie: female('fr-FR'),
  bernard: male('fr-FR'),
  gabrielle: female('fr-CA'),
  liam: male('fr-CA'),
  paola: female('it-IT'),
  luca: male('it-IT'),
  masako: female('ja-JP'),
  kenji: male('ja-JP'),
  nadiya: female('ru-RU'),
  anatoli: male('ru-RU'),
  zeina: female('ar'),
  zhiyu: female('zh-CN'),
};
