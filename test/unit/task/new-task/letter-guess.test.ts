import { describe, expect, it } from 'vitest';
import { read } from './data.ts';

/** Rows of a table as programs save it that know no UTF-8; those of a language fit on one page of letters. */
const CENTRAL: Record<string, string[]> = {
  Polish: [
    'Bardzo miła obsługa, polecam każdemu.',
    'Niestety jedzenie było zimne i drogie.',
    'Chciałbym zwrócić zamówienie, które przyszło wczoraj.',
    'Świetny sklep, wrócę tu na pewno!',
  ],
  Czech: [
    'Velmi příjemná obsluha, určitě přijdeme znovu.',
    'Jídlo bylo studené a drahé.',
    'Chtěl bych vrátit zboží, které přišlo včera.',
    'Skvělý obchod, doporučuji všem!',
  ],
  Slovak: [
    'Veľmi milá obsluha, určite prídeme znova.',
    'Izba bola čistá, ale kúpeľňa už nie.',
    'Chcel by som vrátiť tovar, ktorý prišiel včera.',
    'Prečo nikto nedvíha telefón?',
  ],
  Hungarian: [
    'A szoba tiszta volt, de a fürdőszoba nem.',
    'Miért nem veszi fel senki a telefont?',
    'Szeretném visszaküldeni a tegnap érkezett rendelést.',
    'A felhőszakadás előtt jött meg, jó erős és gyönyörű.',
    'Az ügyintéző először nem értette, hogy miről beszélek.',
    'Örülök, hogy újra működik a fűtés, köszönöm!',
  ],
  Croatian: [
    'Soba je bila čista, ali kupaonica nije.',
    'Želim vratiti narudžbu koja je stigla jučer.',
    'Zašto se nitko ne javlja na telefon?',
    'Odlična trgovina, sigurno ću opet doći!',
    'Nažalost, večera je bila hladna, a piće još gore.',
  ],
  Slovene: [
    'Zelo prijazno osebje, priporočam vsem.',
    'Žal je bila hrana mrzla in draga, račun pa še višji.',
    'Rad bi vrnil naročilo, ki je prišlo včeraj.',
    'Zakaj nihče ne dvigne telefona? Čakam že pol ure.',
    'Odlična trgovina, zagotovo se še vrnem, če bo čas!',
    'Najboljša večerja, kar sem jih jedel; vse je bilo sveže.',
  ],
  Romanian: [
    'Din păcate mâncarea a fost rece şi scumpă.',
    'Camera era curată, dar baia nu.',
    'Aş vrea să returnez comanda care a sosit ieri.',
    'Un magazin grozav, mă voi întoarce cu siguranţă!',
  ],
};
const OTHERS: [language: string, encoding: string, rows: string[]][] = [
  [
    'Turkish',
    'windows-1254',
    [
      'Çok güler yüzlü personel, herkese tavsiye ederim.',
      'Maalesef yemek soğuk ve pahalıydı.',
      'İade etmek istiyorum: dün gelen sipariş yanlış.',
      'Niçin kimse telefona cevap vermiyor? ŞİKÂYETÇİYİM!',
    ],
  ],
  [
    'Lithuanian',
    'windows-1257',
    [
      'Labai malonus aptarnavimas, rekomenduoju visiems.',
      'Kambarys buvo švarus, bet vonia ne.',
      'Norėčiau grąžinti vakar gautą užsakymą.',
      'Kodėl niekas neatsiliepia telefonu?',
      'Puiki parduotuvė, tikrai dar sugrįšiu!',
      'Deja, maistas buvo šaltas ir brangus, o mūsų laukė ilgą valandą.',
    ],
  ],
  [
    'Latvian',
    'windows-1257',
    [
      'Ļoti laipna apkalpošana, iesaku visiem.',
      'Diemžēl ēdiens bija auksts un dārgs.',
      'Es vēlos atgriezt vakar saņemto pasūtījumu.',
      'Kāpēc neviens neceļ telefonu?',
      'Lielisks veikals, noteikti atgriezīšos!',
    ],
  ],
  [
    'Vietnamese',
    'windows-1258',
    [
      'Nhân viên rất thân thiện, tôi giới thiệu cho mọi người.',
      'Đáng tiếc là đồ ăn nguội và đắt.',
      'Tại sao không ai nghe điện thoại?',
    ],
  ],
];
const WESTERN: Record<string, string[]> = {
  German: [
    'Leider war das Essen kalt und überteuert.',
    'Ich möchte die Bestellung zurückschicken, die gestern ankam.',
    'Großartiger Laden, 30 m³ Fläche, ich komme „sicher“ wieder!',
  ],
  French: [
    'Malheureusement, la nourriture était froide et chère.',
    'Ça vaut le coup d’œil, j’y retournerai sûrement !',
    'Où êtes-vous ? Le garçon a dit « à bientôt ».',
  ],
  Spanish: ['¿Por qué nadie contesta el teléfono?', '¡Qué niño! ¿Cómo así? Es la 1ª vez, el nº 3.', 'Volveré mañana.'],
  Portuguese: [
    'A comida não era boa, é lá que está o pão.',
    'As condições são ótimas, avó!',
    'Nº 1: à noite três cães.',
  ],
  Italian: ['Perché nessuno risponde?', 'Ciò è già più di così, no?', 'La qualità è alta, il 1º piano anche.'],
  Swedish: ['Tyvärr var maten kall och dyr.', 'Varför svarar ingen på lördag?', 'Åh, en idé: 5 § och 20 °C!'],
  Norwegian: ['Jeg ønsker å returnere bestillingen.', 'Været på lørdag er ålreit.', 'Det går så det gjør.'],
  Danish: ['Værelset var rent, men badeværelset ikke.', 'Hvorfor er køen så lang på mandag?', 'Æblet får lov.'],
  Finnish: ['Erittäin ystävällinen palvelu.', 'Ruoka oli kylmää, törkeää!', 'Älä nyt, hyvää päivää.'],
  Icelandic: [
    'Því miður var maturinn kaldur og dýr.',
    'Herbergið var hreint en baðherbergið ekki.',
    'Ég þakka þér fyrir, þú ert góður.',
    'Það er ekki víst að það þýði neitt.',
  ],
  Faroese: [
    'Kamarið var reint, men baðirúmið var tað ikki.',
    'Eg veit, at tað ið er býtt, er ónýtt.',
    'Føroyar, sært tú?',
  ],
  Estonian: ['Väga meeldiv teenindus, soovitan kõigile.', 'Kahjuks oli toit külm.', 'Suurepärane pood, jõuan öösel.'],
  Dutch: ['De crème brûlée was koud, één ster.', 'Ideeën genoeg, coördinatie niet.', 'Hè, financiële zorgen?'],
  Catalan: ['Què hi farem? Això és l’únic que m’agrada.', 'La col·lecció era fantàstica, ningú ho sap.', 'Vostè i jo.'],
  Irish: ['Bhí an seomra glan, ach ní raibh an bia.', 'Cén fáth? Fillfidh mé go cinnte.', 'Tá sé fuar anseo.'],
  Albanian: ['Dhoma ishte e pastër, por çmimet jo.', 'Dua të kthej porosinë që erdhi dje.', 'Një dyqan për ne.'],
  Friulian: ['Il furlan al à une grafie.', 'Cheste peraule e je clâf di dut, sîs o sietis.', 'Il progrès al è çuet.'],
  English: [
    'It’s a “naïve” café — £5 off, £6 off, £7 off and £8 a head.',
    'Windows® and Office® cost €9…',
    'A flat of 60 m², 150 m³ and 21 °C; see § 3 ± 1.',
    'Résumé of the façade, the 1º and the 2ª.',
  ],
};

/** Such a text in an encoding with a byte a letter. */
function bytesOf(text: string, encoding: string): Uint8Array {
  const high = new TextDecoder(encoding).decode(Uint8Array.from({ length: 128 }, (_, place) => 128 + place));
  const byteOf = (unit: string) => (unit < '\u0080' ? unit.charCodeAt(0) : 128 + high.indexOf(unit));
  return Uint8Array.from(
    [...text].flatMap((letter) => (high.includes(letter) || letter < '\u0080' ? [letter] : apart(letter)).map(byteOf)),
  );
}

/** A Vietnamese letter with the sign of its tone behind it, as its encoding has them. */
function apart(letter: string): string[] {
  const [base = '', ...signs] = letter.normalize('NFD');
  const isTone = (sign: string) => '\u0300\u0301\u0303\u0309\u0323'.includes(sign);
  return [(base + signs.filter((sign) => !isTone(sign)).join('')).normalize('NFC'), ...signs.filter(isTone)];
}

const OF_WINDOWS = '’“”„—…œ';
const IN_WINDOWS = [0x92, 0x93, 0x94, 0x84, 0x97, 0x85, 0x9c];

/** The same for western Europe, whose encoding some versions of Node do not decode in full. */
function westernBytes(text: string): Uint8Array {
  const letters = text.replaceAll('€', '\u0080');
  return Uint8Array.from(letters, (letter) => IN_WINDOWS[OF_WINDOWS.indexOf(letter)] ?? letter.charCodeAt(0));
}

const tableOf = (rows: readonly string[]) => `text\tlabel\n${rows.map((row) => `${row}\tok\n`).join('')}`;
const inRows = (rows: readonly string[]) => rows.map((text) => ({ text, label: 'ok' }));

describe('a table that is not UTF-8', () => {
  const eastern = [
    ...Object.entries(CENTRAL).flatMap(([language, rows]) =>
      ['windows-1250', 'iso-8859-2'].map((encoding) => [language, encoding, rows] as const),
    ),
    ...OTHERS,
  ];

  it.each(eastern)('in %s is known to be in %s by its letters', async (_, encoding, rows) => {
    for (const size of [1, 1000]) {
      const found = await read('rows.csv', bytesOf(tableOf(rows), encoding), size);
      expect(found).toMatchObject({ rows: inRows(rows), faults: [] });
      expect(found.notes).toHaveLength(1);
    }
  });

  it.each(Object.entries(WESTERN))('in %s is read as Windows writes it in western Europe', async (_, rows) => {
    for (const some of [rows, rows.slice(0, 1), rows.flatMap((row) => Array<string>(50).fill(row))]) {
      const found = await read('rows.csv', westernBytes(tableOf(some)));
      expect(found).toMatchObject({ rows: inRows(some), faults: [], encoding: 'windows-1252' });
    }
  });

  it('is read so in several western languages as well', async () => {
    const rows = Object.values(WESTERN).flat();
    const found = await read('rows.csv', westernBytes(tableOf(rows)));
    expect(found).toMatchObject({ rows: inRows(rows), encoding: 'windows-1252' });
  });

  it('is told to be guessed, with what it is taken for', async () => {
    const { notes } = await read('rows.csv', bytesOf(tableOf(CENTRAL.Polish!), 'windows-1250'));
    expect(notes).toEqual([
      'It is not UTF-8: its letters were taken for Central European ones (Windows-1250). If any are wrong, save it as UTF-8; in Excel that is "CSV UTF-8".',
    ]);
  });

  it('is taken for western Europe where few letters say otherwise, which is told', async () => {
    const { rows, notes } = await read('rows.csv', bytesOf(tableOf(['Nie było go.']), 'windows-1250'));
    expect(rows).toEqual(inRows(['Nie by³o go.']));
    expect(notes).toEqual([
      'It is not UTF-8: its letters were read as Windows writes those of western Europe, but may be Central European ones (Windows-1250). If any are wrong, save it as UTF-8; in Excel that is "CSV UTF-8".',
    ]);
  });

  it('is refused in Greek, whose letters fit none of these', async () => {
    const { faults } = await read('rows.csv', bytesOf(tableOf(['Το δωμάτιο ήταν καθαρό.']), 'windows-1253'));
    expect(faults).toMatchObject([{ message: expect.stringContaining('Save it as UTF-8'), isFatal: true }]);
  });
});
