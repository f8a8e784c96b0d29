"""Every semantic type is told by names, formats and values, and little else is."""

import pytest

from garrison.core.semantics import TYPE_IDS
from garrison.exposure.types.catalogue import RULES, type_by_format, type_by_name, types_by_value

# fmt: off
NAMES = {
    "name": "firstName last_name given-name surname fullName customer_name nameOnCard cardholderName full_name",
    "email": "email eMail e-mail email_address customerEmail emails EMAIL",
    "phone": "phone phoneNumber phone_numbers mobile mobile-number msisdn homePhone fax telephoneNumber",
    "address": "address addressLine1 billing_address street streetName postcode postalCode zip_code city addresses",
    "birth-date": "dateOfBirth date_of_birth birthdate birthDate dob birthday",
    "national-id": "ssn SSN socialSecurityNumber passportNumber nationalId tax_id driverLicenseNumber cpf",
    "account": "accountNumber account_no customerNumber username userName policyNumber",
    "vehicle": "vin VIN licensePlate license_plate_number vehicleIdentificationNumber",
    "card": "cardNumber creditCardNumber card_no ccNumber",
    "iban": "iban IBAN bankAccountNumber sortCode",
    "income": "income annualIncome salary creditScore credit_limit",
    "position": "latitude longitude lat lng geoLocation gpsPosition",
    "network-address": "ipAddress clientIp remote_ip_address macAddress",
    "health": "diagnosis bloodType allergies medications prescription medicalRecordNumber",
    "credential": "password passwordHash apiKey accessToken client_secret cvv secret",
    "behaviour": "orderHistory searchHistory lastLoginAt callRecords",
}
NOT = (
    "id name title status emailVerified emailCount ipAddressCount nextPageToken tokenAddress walletAddress fromAddress "
    "filename hostname namespace phoneModel cityId accountId customerId secretary vintage latency pinned iconUrl "
    "siteAddress serviceAccountNumber simCardNumber birthplaceId passThrough historyId createdAt fullNameCount"
)
VALUES = {
    "email": ["ada.lovelace+x@example.co.uk", "o'neil@example.com"],
    "phone": ["+44 20 7946 0018", "+14155552671", "0049 30 901820"[2:]],
    "birth-date": ["1980-02-29", "2015-12-01"],
    "national-id": ["536-22-1234", "RSSMRA85T10A562S", "111.444.777-35", "131052-308T", "12345678-Z"],
    "vehicle": ["1M8GDM9AXKP042788", "WVWZZZ1JZXW000001"],
    "card": ["4111 1111 1111 1111", "5500005555555559", "371449635398431", "6011111111111117"],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
    "position": ["52.5200,13.4050", "-33.8688, 151.2093"],
    "network-address": ["192.0.2.1", "2001:db8::1", "00:1B:44:11:3A:B7"],
    "credential": ["eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "$2b$12$abcdefghijklmnopqrstuv"],
}
NO_VALUES = ["", "x", "a@b", "@example.com", "a@example.com, b@example.com", "1234", "4111111111111112",
             "DE00370400440532013000",
             "+999123456789", "1850-01-01", "1980-13-01", "1M8GDM9AXKP04278", "91.00000,13.40500", "300.1.1.1", "1.2",
             "000-00-0000", "2024-01-01T00:00:00Z", True, None, 7.5, "x" * 10_000, {}, ["a@example.com"]]
# fmt: on


@pytest.mark.parametrize(
    "name", [(kind, name) for kind, names in NAMES.items() for name in names.split()], ids="-".join
)
def test_names(name: tuple[str, str]) -> None:
    assert type_by_name(name[1]) == name[0]


@pytest.mark.parametrize("name", NOT.split())
def test_names_of_other_things(name: str) -> None:
    assert type_by_name(name) == ""


@pytest.mark.parametrize("value", [(kind, value) for kind, values in VALUES.items() for value in values], ids=str)
def test_values(value: tuple[str, str]) -> None:
    found = types_by_value(value[1])
    assert value[0] in found
    assert 0 < found[value[0]].chance < 1


@pytest.mark.parametrize("value", NO_VALUES, ids=lambda value: str(value)[:20])
def test_values_of_nothing(value: object) -> None:
    assert types_by_value(value) == {}


def test_check_digits_say_more_than_shapes() -> None:
    assert types_by_value("1M8GDM9AXKP042788")["vehicle"].chance < types_by_value("WVWZZZ1JZXW000001")["vehicle"].chance


def test_every_type_has_a_rule() -> None:
    assert {rule.id for rule in RULES} == TYPE_IDS


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ({"email"}, "email"),
        ({"uuid", "password"}, "credential"),
        ({"ipv6"}, "network-address"),
        ({"date"}, ""),
        (set(), ""),
    ],
)
def test_formats(formats: set[str], expected: str) -> None:
    assert type_by_format(formats) == expected
