/*
 * What columns with answers are called. Names are compared without letter case and accents.
 */

/** Names that say that a field is the answer, whatever it holds. */
const ANSWERS = ['label', 'answer', 'response', 'completion', 'output', 'target', 'etikett', 'svar'];

/** Names that a field with labels may have, which is then likelier the answer than others with labels. */
const LABELS = `
  category class emotion intent intention rating sentiment stance tag topic
  kategori klass känsla avsikt ämne åsikt
  klasse følelse vurdering emne hensikt flokkur tilfinning luokka tunne aihe
  Kategorie Emotion Gefühl Stimmung Bewertung Absicht Thema
  categorie klasse gevoel beoordeling onderwerp
  catégorie classe étiquette émotion sujet avis
  categoría clase etiqueta emoción sentimiento tema intención
  categoria rótulo emoção sentimento tópico intenção emoció intenció
  classe etichetta emozione argomento intento
  categorie etichetă emoție clasă sentiment
  kategoria etykieta klasa emocja temat intencja ocena
  kategorie třída štítek emoce téma záměr trieda štítok emócia téma zámer
  kategória osztály címke érzelem téma szándék
  kategorija oznaka klasa emocija tema razred čustvo namera nuotaika etiketė klasė emocija kategooria silt emotsioon meeleolu
  kategori sınıf etiket duygu konu niyet
  κατηγορία ετικέτα συναίσθημα θέμα
  категория класс метка эмоция тональность тема намерение
  категорія клас мітка емоція тональність намір категорија класа
  קטגוריה תווית רגש נושא
  فئة تصنيف تسمية شعور مشاعر موضوع برچسب دسته احساس زمرہ جذبہ
  श्रेणी वर्ग लेबल भावना विषय শ্রেণী লেবেল অনুভূতি வகை உணர்வு
  หมวดหมู่ ป้ายกำกับ อารมณ์ ความรู้สึก
  thể_loại nhãn cảm_xúc chủ_đề ý_định
  kategori kelas emosi sentimen topik niat kundi hisia mada ẹ̀ka ìmọ̀lára
  ምድብ ስሜት კატეგორია ემოცია
  类别 标签 情感 情绪 分类 主题 意图 類別 標籤 情緒 分類
  カテゴリ カテゴリー ラベル 感情 意図 카테고리 라벨 감정 분류 의도
`;

const LABEL_NAMES = new Set(LABELS.trim().split(/\s+/).map(folded));

/** `KATEGORİ`, `kategori` and `Kategori`; a blank is as good as a line. */
function folded(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s-]+/gu, '_');
}

/** The first of some fields that is called as answers are, whatever its capitals. */
export function calledAnswer(fields: readonly string[]): string | undefined {
  for (const name of ANSWERS) {
    const field = fields.find((field) => field.toLowerCase() === name);
    if (field !== undefined) return field;
  }
  return undefined;
}

/** Such as `label_text` beside `label`, a number. */
export const isBesideAnswer = (field: string): boolean =>
  ANSWERS.some((name) => field.toLowerCase().startsWith(`${name}_`));

/** Whether a field with labels is called as such are. */
export const isCalledLabel = (field: string): boolean => LABEL_NAMES.has(folded(field));
