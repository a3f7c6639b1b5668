/**
 * What PostgreSQL says in other languages when it refuses a session. Made by src/build/refusal-texts.ts from the message
 * catalogues of PostgreSQL 15.18 as Debian ships them (postgresql-15, postgres-15.mo); the PostgreSQL Licence. Before and
 * after 15 the sentence on reserved slots ends otherwise, so only its opening stands here.
 */

/** No slot is left, or none but the reserved ones. */
export const slotTexts: readonly string[] = [
	'tut mir leid, schon zu viele Verbindungen',
	'lo siento, ya tenemos demasiados clientes',
	'désolé, trop de clients sont déjà connectés',
	'spiacente, troppi client già connessi',
	'現在クライアント数が多すぎます',
	'უკაცრავად, უკვე მეტისმეტად ბევრი კლიენტია',
	'최대 동시 접속자 수를 초과했습니다.',
	'извините, уже слишком много клиентов',
	'ledsen, för många klienter',
	'вибачте, вже забагато клієнтів',
	'对不起, 已经有太多的客户',
	'die verbleibenden Verbindungen sind für',
	'las conexiones restantes están',
	'les emplacements de connexions restants sont réservés pour',
	'i rimanenti slot di connessione sono',
	'残りの接続スロッ',
	'남은 연결 슬롯은',
	'оставшиеся слоты подключений зарезервированы для',
	'resterande anslutningsslottar är',
	'слоти підключень, які залишились, зарезервовані',
	'已保留的',
];

/** A role's or a database's own limit; `%s` is its name. */
export const limitTexts: readonly string[] = [
	'zu viele Verbindungen von Rolle »%s«',
	'zu viele Verbindungen für Datenbank »%s«',
	'demasiadas conexiones para el rol «%s»',
	'demasiadas conexiones para la base de datos «%s»',
	'trop de connexions pour le rôle « %s »',
	'trop de connexions pour la base de données « %s »',
	'troppe connessioni per il ruolo "%s"',
	'troppe connessioni al database "%s"',
	'ロール"%s"からの接続が多すぎます',
	'データベース"%s"への接続が多すぎます',
	'მეტისმეტად ბევრი კავშირი როლისთვის "%s"',
	'ძალიან ბევრი კავშირი ბაზისთვის "%s"',
	'"%s" 롤의 최대 동시 접속수를 초과했습니다',
	'"%s" 데이터베이스 최대 접속수를 초과했습니다',
	'слишком много подключений для роли "%s"',
	'слишком много подключений к БД "%s"',
	'för många uppkopplingar för roll "%s"',
	'för många uppkopplingar till databasen "%s"',
	'занадто багато підключень для ролі "%s"',
	'занадто багато підключень до бази даних "%s"',
	'由角色"%s"发起的连接太多了',
	'到数据库 "%s"的连接太多了',
];

/** Severities that are not in capitals. */
export const severityWords: readonly string[] = [
	'გამართვა',
	'ჟურნალი',
	'ინფორმაცია',
	'გაფრთხილება',
	'შეცდომა',
	'ფატალური',
	'პანიკა',
];
