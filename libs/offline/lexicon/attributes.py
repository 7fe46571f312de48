"""What a column holds, told by the last words of its name."""

from __future__ import annotations

from typing import Final

from libs.offline.lexicon import words

MONEY: Final = words(
    """
    price cost fee salary budget balance deposit revenue wage fare tuition subtotal tax rent income profit charge
    premium turnover payout commission bid fine penalty total amount refund
    """
)
INTEGER: Final = words(
    """
    quantity count copies capacity seats age year duration minutes hours pages points score rank position floor
    rooms bedrooms bathrooms beds servings calories stock level sets reps repetitions attempts stars version credits
    population limit mileage kilometers kilometres miles days weeks months years grams doors votes likes views
    downloads threshold stock-level units pieces passengers guests players wins losses draws goals laps steps
    persons people attendees inventory quota horsepower
    """
)
DECIMAL: Final = words(
    """
    value weight height width length depth distance temperature latitude longitude percentage percent rate area
    volume discount humidity speed ratio gpa latitude altitude voltage pressure average measurement reading
    elevation concentration density radius diameter surface
    """
)
DATE: Final = words("date birthday dob deadline birthdate expiry expiration")
DATETIME: Final = words("time timestamp datetime start end starts ends moment departure arrival")
BOOLEAN: Final = words(
    """
    done flag active enabled paid available archived completed verified published featured returned finished read
    visible confirmed resolved vegetarian vegan approved cancelled locked favorite overdue sold public private
    pinned checked urgent refundable recurring vaccinated neutered
    """
)
TEXT: Final = words(
    """
    description body content contents note notes summary bio biography comment text message details instructions
    remarks remark abstract agenda excerpt history explanation overview reason feedback instruction direction
    directions transcript definition lyrics answer observation observations findings requirements terms
    specification specifications allergies
    """
)
URL: Final = words(
    """
    url link website homepage image photo avatar picture cover logo attachment video file thumbnail icon poster
    banner webpage uri
    """
)
JSON: Final = words("settings preferences payload configuration config properties attributes extras json")
STRING: Final = words(
    """
    name title label address phone street city country zip postcode isbn sku code barcode slug username nickname
    color colour language gender brand model manufacturer make location currency type kind reference plate
    registration timezone region author director artist subject genre theme material unit format season species
    breed caption headline subtitle surname firstname lastname iban vin serial designation occupation profession
    nationality province postal host platform ean upc hash hex key fax mobile telephone cell father mother sender
    recipient edition dosage strength frequency publisher writer creator composer origin destination from to source
    target place symptom diagnosis hours question coordinates dimensions initials shape scent fuel engine gearbox
    transmission grape style mood method ethnicity religion
    """
)
ENUM: Final = {
    "priority": ("low", "medium", "high"),
    "severity": ("low", "medium", "high", "critical"),
    "difficulty": ("easy", "medium", "hard"),
    "status": ("open", "in_progress", "closed"),
    "state": ("open", "in_progress", "closed"),
    "stage": ("new", "in_progress", "done"),
    "visibility": ("public", "private"),
    "condition": ("new", "good", "worn", "broken"),
}
EMAIL: Final = frozenset({"email", "mail"})
UUID: Final = frozenset({"uuid", "guid"})
ATTRIBUTES: Final = (
    MONEY | INTEGER | DECIMAL | DATE | DATETIME | BOOLEAN | TEXT | URL | JSON | STRING | EMAIL | UUID | frozenset(ENUM)
    | {"rating"}
)  # fmt: skip
# Plural nouns that are still one value of their owner.
MASS_FIELDS: Final = words(
    """
    notes details hours coordinates instructions settings preferences remarks contents dimensions minutes copies
    calories credits points pages seats terms directions specifications specs kilometers kilometres miles grams
    bedrooms bathrooms beds floors steps doors servings years days weeks months earnings likes views downloads units
    pieces stars wins losses draws laps reps repetitions allergies lyrics findings requirements goals sets attempts
    horsepower initials starts ends bathrooms remarks
    """
)
# Nouns that are a column after "has a", yet a table of their own when they stand alone or in the plural.
EITHER: Final = words(
    """
    author question publisher category genre address comment note photo image picture language brand manufacturer
    model type video file message document attachment artist director location country city region color reading
    measurement
    number answer subject diagnosis symptom payment position host material species season rating unit fine penalty
    bid charge expense feedback review creator composer place platform track order tag source summary premium
    observation make poster rent deposit departure arrival agenda history budget key code skill score level step
    point ingredient seat floor room guest player team person credit goal vote view link credential bed balance
    engine transmission origin destination venue version stage theme writer sender recipient label contact reference
    breed rank age
    """
)
# Columns that tell one row from another, taken as unique when they belong to the thing itself.
UNIQUE: Final = words("isbn sku barcode slug username vin iban uuid guid ean upc")
UNIQUE_NAMES: Final = words(
    """
    serial_number license_plate plate_number registration_number invoice_number order_number account_number
    membership_number employee_number student_number tracking_number passport_number policy_number chip_number
    library_card_number card_number number_plate licence_plate vehicle_identification_number microchip_number
    batch_number contract_number case_number ticket_number flight_number member_number customer_number
    """
)
# Columns that people leave empty unless the wish says otherwise.
OPTIONAL: Final = words(
    """
    description notes note bio biography remarks remark comments middle_name returned_on returned_at completed_at
    closed_at cancelled_at paid_on delivered_at shipped_at finished_at resolved_at return_date returned_date
    completed_date completion_date
    """
)
# Words for a type as people write them beside a field.
TYPES: Final = {
    "string": "string", "str": "string", "varchar": "string", "char": "string", "text": "text", "int": "integer",
    "integer": "integer", "whole": "integer", "number": "integer", "numeric": "decimal", "decimal": "decimal",
    "float": "decimal", "double": "decimal", "real": "decimal", "bool": "boolean", "boolean": "boolean",
    "flag": "boolean", "date": "date", "datetime": "datetime", "timestamp": "datetime", "uuid": "uuid",
    "guid": "uuid", "email": "email", "url": "url", "link": "url", "money": "money", "currency": "money",
    "json": "json", "enum": "enum", "bigint": "integer", "eur": "money", "usd": "money", "gbp": "money",
    "euro": "money", "euros": "money", "dollar": "money", "dollars": "money", "pounds": "money", "cents": "money",
    "chf": "money", "francs": "money", "yen": "money", "€": "money", "$": "money", "£": "money",
}  # fmt: skip
FLAGS: Final = {
    "unique": "unique", "distinct": "unique", "optional": "optional", "nullable": "optional", "optionally": "optional",
    "required": "required", "mandatory": "required", "positive": "positive", "non-negative": "nonnegative",
    "nonnegative": "nonnegative", "compulsory": "required", "indexed": "indexed", "searchable": "indexed",
}  # fmt: skip
CURRENCIES: Final = words("eur usd gbp euro euros dollar dollars pounds cents chf francs yen")
# Units of whole numbers, and of numbers with a point.
WHOLE_UNITS: Final = words("minutes seconds hours days weeks months years pages points")
UNITS: Final = WHOLE_UNITS | words(
    """
    kg kilograms grams g km meters metres cm mm miles liters litres percent degrees celsius fahrenheit square inches
    feet ml tons watts volts
    """
)
