"""A SQL schema as wish gives exactly the system of its tables, in each of three dialects."""

from __future__ import annotations

from documents_reading import charter_of, entities_of

from libs.contracts.behaviour import Computed, Condition, NoOverlap, Requires, UniqueIn, Value
from libs.contracts.charter import Entity, UniqueTogether
from libs.contracts.fields import Field, Relation

BOOKING = r"""
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TYPE booking_status AS ENUM ('pending', 'confirmed', 'cancelled');
CREATE DOMAIN head_count AS integer CHECK (VALUE > 0);
CREATE TABLE public.rooms (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(80) NOT NULL CHECK (char_length(name) >= 3),
    capacity head_count NOT NULL DEFAULT 1 CHECK (capacity <= 500),
    hourly_rate numeric(10, 2) NOT NULL CHECK (hourly_rate > 0),
    opens_at time,
    labels text[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE public.rooms IS 'A room that can be booked';
CREATE TABLE bookings (
    id serial PRIMARY KEY,
    room_id bigint NOT NULL REFERENCES public.rooms (id) ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    status booking_status NOT NULL DEFAULT 'pending'::booking_status,
    code char(8) UNIQUE CHECK (code ~ '^[A-Z0-9]{8}$'),
    hours integer NOT NULL,
    rate numeric(8, 2) NOT NULL,
    total numeric(12, 2) GENERATED ALWAYS AS (hours * rate) STORED,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT in_order CHECK (ends_at > starts_at),
    CHECK (status <> 'cancelled' OR cancelled_at IS NOT NULL),
    CHECK (hours * rate < 1000),
    EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status <> 'cancelled')
);
CREATE UNIQUE INDEX one_pending ON bookings (room_id) WHERE status = 'pending';
CREATE INDEX ON bookings (starts_at);
"""


def test_postgres_types_bounds_defaults_and_enums_are_kept():
    room, booking = entities_of(BOOKING)
    assert room == Entity(
        "Room",
        "rooms",
        fields=(
            Field("name", "string", min_length=3, max_length=80),
            Field("capacity", "integer", default="1", minimum="1", maximum="500"),
            Field("hourly_rate", "money", minimum="0.01"),
            Field("opens_at", "string", required=False, pattern="^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"),
            Field("labels", "json", default="[]"),
        ),
    )
    assert booking.fields == (
        Field("starts_at", "datetime", indexed=True),
        Field("ends_at", "datetime"),
        Field("cancelled_at", "datetime", required=False),
        Field("status", "enum", default="pending", choices=("pending", "confirmed", "cancelled")),
        Field("code", "string", required=False, unique=True, max_length=8, pattern="^[A-Z0-9]{8}$"),
        Field("hours", "integer"),
        Field("rate", "decimal", scale=2),
    )
    assert booking.relations == (Relation("room", "Room", on_delete="cascade"),)
    assert booking.computed == (Computed("total", "money", "hours * rate"),)


def test_a_comment_describes_its_table():
    assert charter_of(BOOKING).entities[0].description == "A room that can be booked"


def test_timestamps_and_soft_deletion_are_recognised():
    booking = entities_of(BOOKING)[1]
    assert (booking.timestamps, booking.soft_delete) == (True, True)


def test_checks_become_rules_and_what_none_covers_stays_in_words():
    status = Condition("status", "ne", Value("literal", "cancelled"))
    rules = charter_of(BOOKING).rules
    assert [rule.id for rule in rules] == ["R1", "R2", "R3", "R4", "R5"]
    assert [rule.enforcement for rule in rules] == [
        Requires((Condition("ends_at", "gt", Value("field", "starts_at")),)),
        Requires((Condition("cancelled_at", "is_set"),), (Condition("status", "eq", Value("literal", "cancelled")),)),
        None,
        NoOverlap("starts_at", "ends_at", ("room",), (status,)),
        UniqueIn(("room",), (Condition("status", "eq", Value("literal", "pending")),)),
    ]
    assert rules[0].text == "A booking is valid only if its ends at is after starts at."
    assert rules[2].text == "Booking: CHECK (hours * rate < 1000)"


JOINS = """
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE, password_hash text NOT NULL
);
CREATE TABLE profiles (user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, bio text);
CREATE TABLE posts (id serial PRIMARY KEY, title varchar(200) NOT NULL, author_id uuid NOT NULL REFERENCES users (id));
CREATE TABLE tags (
    id serial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE, parent_id integer REFERENCES tags ON DELETE SET NULL
);
CREATE TABLE post_tags (
    post_id integer REFERENCES posts ON DELETE CASCADE, tag_id integer REFERENCES tags ON DELETE CASCADE,
    PRIMARY KEY (post_id, tag_id)
);
CREATE TABLE user_follows (
    follower_id uuid REFERENCES users ON DELETE CASCADE, followed_id uuid REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (follower_id, followed_id)
);
CREATE TABLE votes (
    user_id uuid NOT NULL REFERENCES users, post_id integer NOT NULL REFERENCES posts, value smallint NOT NULL,
    PRIMARY KEY (user_id, post_id)
);
"""


def test_join_tables_are_relations_without_columns_of_their_own_and_entities_with():
    user, profile, post, tag, vote = entities_of(JOINS)
    assert user.relations == (Relation("follows", "User", "many_to_many", required=False, on_delete="cascade"),)
    assert post.relations == (
        Relation("author", "User"),
        Relation("tags", "Tag", "many_to_many", required=False, on_delete="cascade"),
    )
    assert (profile.relations, profile.fields) == (
        (Relation("user", "User", "one_to_one", on_delete="cascade"),),
        (Field("bio", "text", required=False),),
    )
    assert tag.relations == (Relation("parent", "Tag", required=False, on_delete="set_null"),)
    assert vote.relations == (Relation("user", "User"), Relation("post", "Post"))
    assert vote.unique_together == (UniqueTogether(("user", "post")),)


def test_a_password_is_left_to_signing_in():
    charter = charter_of(JOINS)
    user = charter.entities[0]
    assert (charter.sign_in, user.account, [field.name for field in user.fields]) == (True, True, ["email"])
    assert any("password_hash" in line for line in charter.assumptions)


KEYS = """
CREATE TABLE order_lines (
    order_no varchar(20), line integer, product_isbn char(13) REFERENCES products (isbn), amount integer NOT NULL,
    PRIMARY KEY (order_no, line)
);
CREATE TABLE products (isbn char(13) PRIMARY KEY, title text NOT NULL);
CREATE TABLE shipments (
    id serial PRIMARY KEY, order_no varchar(20) NOT NULL, line integer NOT NULL,
    FOREIGN KEY (order_no, line) REFERENCES order_lines (order_no, line)
);
"""


def test_natural_and_composite_keys_stay_unique():
    line, product, shipment = entities_of(KEYS)
    assert line.unique_together == (UniqueTogether(("order_no", "line")),)
    assert line.relations == (Relation("product", "Product", required=False),)
    assert product.fields[0] == Field("isbn", "string", unique=True, max_length=13)
    assert (shipment.fields, shipment.relations) == ((), (Relation("order_line", "OrderLine"),))


MYSQL = """
-- MySQL dump 10.13
/*!40101 SET NAMES utf8 */;
CREATE DATABASE `web_shop`;
USE `web_shop`;
DROP TABLE IF EXISTS `tbl_customers`;
CREATE TABLE `tbl_customers` (
  `CustomerID` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT 'pk',
  `FirstName` varchar(50) NOT NULL DEFAULT '',
  `is_active` tinyint(1) NOT NULL DEFAULT '1',
  `gender` enum('m','f','x') DEFAULT NULL,
  `balance` decimal(10,2) DEFAULT '0.00',
  `stock` int unsigned NOT NULL COMMENT 'on hand',
  `seen` datetime DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`CustomerID`),
  UNIQUE KEY `both` (`FirstName`,`gender`),
  KEY `money` (`balance`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COMMENT='People who buy';
CREATE TABLE `order` (
  `id` int NOT NULL AUTO_INCREMENT, `customer_id` int(11) unsigned, `group` varchar(10), PRIMARY KEY (`id`)
);
ALTER TABLE `order` ADD CONSTRAINT `fk` FOREIGN KEY (`customer_id`)
  REFERENCES `tbl_customers` (`CustomerID`) ON DELETE SET NULL;
INSERT INTO `order` VALUES (1,2,'a;b'), (2,3,'c');
DELIMITER //
CREATE TRIGGER x BEFORE INSERT ON `order` FOR EACH ROW BEGIN SET NEW.x = 1; END//
DELIMITER ;
"""


def test_a_mysql_dump_gives_its_tables():
    customer, order = charter_of(MYSQL).entities
    assert customer.description == "People who buy"
    assert (customer.name, customer.plural) == ("Customer", "customers")
    assert customer.fields == (
        Field("first_name", "string", default="", max_length=50),
        Field("is_active", "boolean", default="true"),
        Field("gender", "enum", required=False, choices=("m", "f", "x")),
        Field("balance", "money", required=False, indexed=True, default="0.00"),
        Field("stock", "integer", description="on hand", minimum="0"),
        Field("seen", "datetime", required=False, default="now"),
    )
    assert customer.unique_together == (UniqueTogether(("first_name", "gender")),)
    assert order.fields == (Field("group", "string", required=False, max_length=10),)
    assert order.relations == (Relation("customer", "Customer", required=False, on_delete="set_null"),)


def test_what_a_charter_cannot_say_is_said_to_be_lost():
    charter = charter_of(MYSQL)
    assert charter.name == "web-shop"
    assert any("rows" in line for line in charter.not_understood)
    assert any("Triggers" in line for line in charter.not_understood)


SQLITE = """
PRAGMA foreign_keys = ON;
CREATE TABLE authors (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, born_on TEXT, anything);
CREATE TABLE books (
    id INTEGER PRIMARY KEY, [title] TEXT NOT NULL, rating REAL CHECK (rating >= 0 AND rating <= 5),
    pages INTEGER CHECK (pages > 0), read_at TEXT DEFAULT (datetime('now')),
    state TEXT CHECK (state IS NULL OR state IN ('new', 'old')) DEFAULT 'new'
);
CREATE TABLE book_authors (
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES authors (id), part TEXT, PRIMARY KEY (book_id, author_id)
);
CREATE TRIGGER t AFTER INSERT ON books BEGIN UPDATE books SET pages = 1; END;
"""


def test_a_sqlite_schema_gives_its_tables():
    author, book, written = entities_of(SQLITE)
    assert author.fields == (
        Field("name", "text"),
        Field("born_on", "date", required=False),
        Field("anything", "text", required=False),
    )
    assert book.fields == (
        Field("title", "text"),
        Field("rating", "decimal", required=False, minimum="0", maximum="5"),
        Field("pages", "integer", required=False, minimum="1"),
        Field("read_at", "datetime", required=False, default="now"),
        Field("state", "enum", required=False, default="new", choices=("new", "old")),
    )
    assert written.relations == (Relation("book", "Book", on_delete="cascade"), Relation("author", "Author"))


DUMP = """
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.people (
    id integer NOT NULL,
    full_name character varying(100) NOT NULL,
    kind character varying(10) DEFAULT 'a'::character varying NOT NULL,
    CONSTRAINT k CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))
);
ALTER TABLE public.people OWNER TO postgres;
CREATE SEQUENCE public.people_id_seq START WITH 1;
CREATE TABLE public.pets (id integer NOT NULL, name text NOT NULL, person_id integer NOT NULL);
ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.people_id_seq'::regclass);
COPY public.people (id, full_name, kind) FROM stdin;
1\tAda; Lovelace'\ta
\\.
ALTER TABLE ONLY public.people ADD CONSTRAINT people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pets ADD CONSTRAINT pets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pets ADD CONSTRAINT fk FOREIGN KEY (person_id) REFERENCES public.people(id) ON DELETE CASCADE;
"""


def test_a_dump_of_postgres_gives_its_tables():
    person, pet = entities_of(DUMP)
    assert (person.name, person.plural) == ("Person", "people")
    assert person.fields == (
        Field("full_name", "string", max_length=100),
        Field("kind", "enum", default="a", choices=("a", "b")),
    )
    assert pet.relations == (Relation("person", "Person", on_delete="cascade"),)
