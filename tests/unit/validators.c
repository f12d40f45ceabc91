/* Validators: each takes a number that is right and refuses its neighbour. */
#include "config.h"

#include "detect/pii_find.h"
#include "tests/tap.h"

static const struct {
	const char *name, *right, *wrong;
} vectors[] = {
	{ "ar-cbu", "0670097329009079266020", "0670097329009079266021" },
	{ "ar-cuit", "27040359457", "27040359450" },
	{ "at-uid", "ATU19555997", "ATU19555990" },
	{ "au-abn", "72423752787", "72423752780" },
	{ "au-acn", "702955520", "702955521" },
	{ "au-medicare", "6127176001", "6127176011" },
	{ "au-tfn", "339595730", "339595731" },
	{ "be-ssn", "45072243228", "45072243220" },
	{ "be-vat", "BE568759498", "BE568759490" },
	{ "bg-egn", "7541089498", "7541089490" },
	{ "bic", "ABNCNL9AGIX", "None" },
	{ "br-cnpj", "07801432002194", "07801432002190" },
	{ "br-cpf", "39352141709", "39352141700" },
	{ "ca-bc_phn", "9694655717", "9694655710" },
	{ "ca-bn", "500558143RC0001", "500558140RC0001" },
	{ "ca-sin", "503459752", "503459750" },
	{ "card", "4050178703136460", "4050178703136461" },
	{ "ch-ssn", "7567219366981", "7567219366980" },
	{ "ch-uid", "CHE913042917", "CHE913042910" },
	{ "cl-rut", "152496338", "152496330" },
	{ "cn-ric", "18004919761231312X", "18004919761231312A" },
	{ "cn-uscc", "211422000586366860", "211422000586366861" },
	{ "co-nit", "61686312980", "61686312981" },
	{ "cusip", "025820796", "025820790" },
	{ "cz-ico", "08924350", "08924351" },
	{ "cz-rc", "7123192945", "7123192940" },
	{ "damm", "5364", "5360" },
	{ "date", "20840616", "20840636" },
	{ "de-bsnr", "021144448", "001144448" },
	{ "de-idnr", "30074562819", "30074562810" },
	{ "de-idnr-loose", "13340618907", "13340618900" },
	{ "de-kvnr", "A122450560", "A122450561" },
	{ "de-lanr", "123929601", "123929001" },
	{ "de-plz", "80738", "00738" },
	{ "de-rvnr", "45070519C113", "45070519C110" },
	{ "de-vat", "106697077", "106697070" },
	{ "dk-cpr", "2710423049", "2713423049" },
	{ "dk-cvr", "DK13484988", "DK13484980" },
	{ "do-rnc", "505689302", "505689300" },
	{ "ean", "9367661333931", "9367661333930" },
	{ "ec-ci", "1014507006", "1014507000" },
	{ "ee-ik", "34905039199", "34905039190" },
	{ "ee-registrikood", "12451618", "12451610" },
	{ "es-cif", "J93214518", "J93214510" },
	{ "es-dni", "44846315H", "44846315A" },
	{ "es-dni-short", "6116111C", "6116111A" },
	{ "es-nie", "X0416300T", "X0416300A" },
	{ "es-nif", "44462111Y", "44462111A" },
	{ "fi-hetu", "181092106U", "181092106A" },
	{ "fi-ytunnus", "02774245", "02774240" },
	{ "figi", "BBG050BLNQ11", "BBG050BLNQ10" },
	{ "fr-nif", "2053214605253", "2053214605250" },
	{ "fr-nir", "485083461842533", "485083461842530" },
	{ "fr-siren", "247609175", "247609170" },
	{ "fr-siret", "05757921100129", "05757921100120" },
	{ "gb-driving-licence", "MORGA102054SM1IM", "MORGA102004SM1IM" },
	{ "gb-nhs", "9409765870", "9409765871" },
	{ "gb-nino", "AB626456A", "AB626456E" },
	{ "gb-plate", "AB12ABN", "AB32ABN" },
	{ "gb-sedol", "8039545", "8039540" },
	{ "gb-utr", "1334533395", "1334533390" },
	{ "gb-vat", "GB242318781688", "GB242318780688" },
	{ "gr-amka", "05012097597", "05012097590" },
	{ "gt-nit", "22546677", "22546670" },
	{ "hr-oib", "33395035261", "33395035260" },
	{ "hu-anum", "10892330", "10892331" },
	{ "iban", "AD3200060530108409170194", "AD3200060530108409170190" },
	{ "icao-9303", "L01X05T23", "L01X05T20" },
	{ "id-nik", "2171511712454061", "2171511713454061" },
	{ "ie-pps", "6333437C", "6333437A" },
	{ "il-hp", "590167920", "590167921" },
	{ "il-idnr", "37399623", "37399620" },
	{ "imei", "429558273237008", "429558273237000" },
	{ "in-aadhaar", "238127712994", "238127712990" },
	{ "in-epic", "WKH8136293", "WKH8136290" },
	{ "in-gstin", "27AAPFU0629F7ZU", "27AAPFU0629F7ZA" },
	{ "in-gstin-form", "27ABCDE1098F5Z5", "27ABCDE1098F5A5" },
	{ "in-pan", "AAKFD7312H", "AAKDD7312H" },
	{ "in-vid", "5934234123115391", "5934234123115390" },
	{ "is-kennitala", "4501028739", "4501028731" },
	{ "isin", "AN5061571063", "AN5061571060" },
	{ "iso7064-mod_11_10", "092600373087", "092600373080" },
	{ "iso7064-mod_11_2", "087X", "087A" },
	{ "iso7064-mod_37_36", "A12715GABC1630205D", "A12715GABC1630205A" },
	{ "iso7064-mod_97_10", "9390105976749072154430", "9390105976749072154431" },
	{ "it-codicefiscale", "RCCMNL33S18D167W", "RCCMNL33S18D167A" },
	{ "it-iva", "00789130150", "00789130151" },
	{ "jp-cn", "1820281119177", "1820281119170" },
	{ "jp-in", "223496776916", "223496776910" },
	{ "kr-brn", "7008593067", "0008593067" },
	{ "kr-brn-digit", "1848858638", "1848858630" },
	{ "kr-driver-license", "251232346619", "291232346619" },
	{ "kr-frn-form", "9011245177308", "9011240177308" },
	{ "kr-rrn", "3111216323829", "3111216323820" },
	{ "kr-rrn-form", "9101214574576", "9101210574576" },
	{ "lei", "1YPKKE5F9QW5RC59HE09", "1YPKKE5F9QW5RC59HE00" },
	{ "lt-asmens", "93309210937", "93309210930" },
	{ "luhn", "71227393213", "71227393210" },
	{ "md-idno", "1005300405813", "1005300405810" },
	{ "me-pib", "42985110", "42985111" },
	{ "mk-edb", "3041075544986", "3041075544980" },
	{ "mx-curp", "AAAA340701HDFCCC09", "AAAA340701HDFCCC00" },
	{ "mx-rfc", "JE180617N21", "JE180637N21" },
	{ "my-nric", "370605121497", "370605171497" },
	{ "named-date", "08MAY", "08MAA" },
	{ "nl-bsn", "111250043", "111250040" },
	{ "no-fodselsnummer", "30858695364", "30858695360" },
	{ "no-mva", "935825318MVA", "935825318MVB" },
	{ "no-orgnr", "868076917", "868076910" },
	{ "nz-ird", "047979935", "047979930" },
	{ "pe-cui", "052892118", "052892110" },
	{ "pe-ruc", "10057657451", "10057657450" },
	{ "ph-tin", "780223056", "780223050" },
	{ "pk-cnic", "5520218745431", "5520218745430" },
	{ "pl-nip", "7567362225", "7567362220" },
	{ "pl-pesel", "15451401429", "15451401420" },
	{ "pl-regon", "040562899", "040562890" },
	{ "pt-nif", "PT801264049", "PT801264040" },
	{ "py-ruc", "50989600", "50989601" },
	{ "ro-cnp", "1630226127458", "1630226127450" },
	{ "ro-cui", "17046290", "17046291" },
	{ "rs-pib", "100650363", "100650360" },
	{ "ru-inn", "0178102629", "0178102620" },
	{ "ru-ogrn", "1927000005502", "1927000005500" },
	{ "se-organisationsnummer", "3567067289", "3567067280" },
	{ "se-orgnr", "1037437827", "1037437820" },
	{ "se-personnummer", "0309219533", "0309219530" },
	{ "se-vat", "SE194781759701", "SE194781759700" },
	{ "sg-nric", "S1034587A", "S1034587B" },
	{ "sg-uen", "68479700C", "68479700A" },
	{ "si-emso", "2204106528006", "2204106528000" },
	{ "sk-ico", "14651653", "14651650" },
	{ "sk-rc", "7108192465", "7108192460" },
	{ "sv-nit", "92198708743017", "92198708743010" },
	{ "th-moa", "0155559138605", "0155559138600" },
	{ "th-pin", "1799800606884", "1799800606880" },
	{ "th-tnin", "1232767490191", "1232767490190" },
	{ "timestamp", "50240105T113125D", "50240105T313125D" },
	{ "tr-tckimlik", "18018415266", "18018415260" },
	{ "tr-vkn", "0410113586", "0410113580" },
	{ "tw-id", "A192455789", "A192455780" },
	{ "tw-ubn", "00501089", "00501080" },
	{ "ua-edrpou", "60882638", "60882630" },
	{ "ua-rntrc", "4641138081", "4641138080" },
	{ "us-dea", "BB1388835", "BB1388830" },
	{ "us-ein", "911284542", "961284542" },
	{ "us-itin", "962903380", "962933380" },
	{ "us-mbi", "3EG7TE5MK73", "3EG7TE5MB73" },
	{ "us-npi", "1006000826", "1006000820" },
	{ "us-ptin", "P00751842", "A00751842" },
	{ "us-rtn", "149001025", "149001020" },
	{ "us-ssn", "236926392", "936926392" },
	{ "uy-rut", "040176050018", "040176050010" },
	{ "ve-rif", "E525208691", "E525208690" },
	{ "verhoeff", "45340", "45341" },
	{ "vn-mst", "0001318437", "0001318430" },
	{ "za-idnr", "5605070120150", "5605070120151" },
	{ "za-tin", "0306339060", "0306339061" },
};

static bool
takes(const char *name, const char *number)
{
	const struct validator *validator = validator_by_name(name);

	return validator != NULL && validator->check(number, strlen(number));
}

static void
test_each_validator(void)
{
	char what[120];

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		snprintf(what, sizeof(what), "%s takes %s", vectors[i].name, vectors[i].right);
		ok(takes(vectors[i].name, vectors[i].right), what);
		snprintf(what, sizeof(what), "%s refuses %s", vectors[i].name, vectors[i].wrong);
		ok(!takes(vectors[i].name, vectors[i].wrong), what);
	}
}

/* A validator sees whatever a shape lets through, and its rules may name any of them. */
static void
test_odd_input_is_refused_calmly(void)
{
	static const char *const odd[] = { "", "0", "A", "Z", "99", "ZZZZ", "0A0A0A0A0A",
		"AAAAAAAAAAA", "00000000000", "A0000000Z", "999999999999999999",
		"ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ", "CHE", "DE", "GB999" };
	size_t judged = 0, taken = 0;

	for (size_t i = 0; validator_at(i)->name != NULL; i++)
		for (size_t k = 0; k < ARRAY_LEN(odd); k++)
			judged++, taken += validator_at(i)->check(odd[k], strlen(odd[k]));
	ok(judged > 1000 && taken < judged / 20, "odd numbers are judged, and few are taken");
}

static void
test_each_validator_has_a_vector(void)
{
	for (size_t i = 0; validator_at(i)->name != NULL; i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(vectors); k++)
			found = found || strcmp(vectors[k].name, validator_at(i)->name) == 0;
		ok(found, validator_at(i)->name);
	}
}

static void
test_compact_form(void)
{
	char compact[VALIDATOR_MAX + 1];
	size_t len;
	char long_text[VALIDATOR_MAX + 2];

	memset(long_text, 49, sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = 0;
	ok(validator_compact(bytes_of_string("a1-2 3.\xc3\xa4"), compact, &len) && len == 4 &&
		strcmp(compact, "A123") == 0,
	    "letters in upper case and digits");
	ok(!validator_compact(bytes_of_string(long_text), compact, &len), "no more than fits");
}

static void
test_wallets(void)
{
	ok(pii_is_wallet(bytes_of_string("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")), "Base58Check");
	ok(!pii_is_wallet(bytes_of_string("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3")), "another digit");
	ok(pii_is_wallet(bytes_of_string("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")), "Bech32");
	ok(!pii_is_wallet(bytes_of_string("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdz")),
	    "another letter");
	ok(!pii_is_wallet(bytes_of_string("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdQ")),
	    "mixed case");
}

int
main(void)
{
	test_each_validator();
	test_each_validator_has_a_vector();
	test_odd_input_is_refused_calmly();
	test_compact_form();
	test_wallets();
	return done_testing();
}
