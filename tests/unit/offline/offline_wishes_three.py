"""Wishes of many domains with the charter a careful person would expect, third part."""

from __future__ import annotations

from offline_expectation import Wish

WISHES = (
    Wish(
        "parking",
        (
            "Parking garage management. The garage has several floors and every floor has parking spots. Spots are "
            "numbered and can be free, occupied or reserved. Drivers reserve a spot for a time window. A reservation "
            "has a start time, an end time and a fee. No two reservations of the same spot may overlap."
        ),
        ("Garage() Floor() Spot(status:enum) Driver() Reservation(start_time:datetime end_time:datetime fee:money)"),
        "Floor.garage>Garage Spot.floor>Floor Reservation.driver>Driver Reservation.spot>Spot",
        roles="",
        rules=1,
    ),
    Wish(
        "podcast",
        (
            "I'm building a podcast platform: shows with episodes, each episode has a title, an audio url, a duration "
            "and a publish date. Listeners can subscribe to shows and like episodes."
        ),
        "Show() Episode(title audio_url:url duration:integer publish_date:date) Listener()",
        "Episode.show>Show Listener.shows>>Show",
        roles="",
        rules=0,
    ),
    Wish(
        "charity",
        (
            "Donation backend for a charity. We want to track donors, campaigns and donations. Each donation has an "
            "amount, a currency and a date, and belongs to a donor and optionally to a campaign. Campaigns have a "
            "goal amount, a start date and an end date. The end date must be after the start date."
        ),
        ("Donor() Campaign(goal_amount:money start_date:date end_date:date) Donation(amount:money currency date:date)"),
        "Donation.donor>Donor Donation.campaign>Campaign",
        roles="",
        rules=1,
    ),
    Wish(
        "chess",
        (
            "Chess club: players (name, rating, birth year), tournaments (name, place, start date), games between two "
            "players with result (white, black, draw). A game belongs to a tournament."
        ),
        ("Player(name rating:integer birth_year:integer) Tournament(name place start_date:date) Game(result:enum)"),
        "Game.tournament>Tournament",
        roles="",
        rules=0,
    ),
    Wish(
        "school2",
        """\
Models
- User: username, email, password, role (student, teacher, admin)
- Classroom: name, capacity: integer
- Lesson
  - subject: string
  - starts_at: datetime
  - teacher (User)
  - classroom

Each lesson takes place in one classroom. Teachers can create lessons. Students can only view lessons.
""",
        (
            "User(username:string* email:email role:enum) Classroom(name capacity:integer) Lesson(subject "
            "starts_at:datetime)"
        ),
        "Lesson.teacher>User Lesson.classroom>Classroom",
        roles="teacher student",
        rules=0,
    ),
    Wish(
        "kanban",
        (
            "Kanban board API where users create boards, boards contain columns and columns contain cards. Cards have "
            "a title, a description, a position, an optional due date and can be assigned to a user. Only the owner "
            "of a board can delete it."
        ),
        "User() Board() Column() Card(title description:text position:integer due_date:date?)",
        "Board.user>User Column.board>Board Card.column>Column Card.assignee>User",
        rules=0,
    ),
    Wish(
        "shop",
        (
            "E-commerce backend. Products have a name, description, price, stock quantity and images. Categories can "
            "be nested. Customers have a shipping address and a billing address. A cart belongs to a customer and "
            "contains cart items with a quantity. An order is created from a cart and has order items. Customers can "
            "leave reviews with a rating from 1 to 5 stars and a comment. A discount code has a code, a percentage "
            "between 1 and 100 and an expiry date."
        ),
        (
            "Product(name description:text price:money stock_quantity:integer) Image() Category() "
            "Customer(shipping_address billing_address) Cart() CartItem(quantity:integer) Order() OrderItem() "
            "Review(rating:integer comment:text) DiscountCode(code percentage:decimal expiry_date:date)"
        ),
        (
            "Image.product>Product Category.parent_category>Category Cart.customer>Customer CartItem.cart>Cart "
            "Order.cart>Cart OrderItem.order>Order Review.customer>Customer"
        ),
        roles="customer",
        rules=0,
    ),
    Wish(
        "lab",
        (
            "Laboratory sample tracking: Every sample has a barcode, a collection date, a type (blood, urine, tissue) "
            "and belongs to a patient. Tests are run on samples by technicians; a test has a name, a result value, a "
            "unit and a status. Results cannot be changed after they are approved."
        ),
        (
            "Sample(barcode:string* collection_date:date type:enum) Patient() Test(name result_value:decimal unit "
            "status:enum)"
        ),
        "Sample.patient>Patient Test.sample>Sample",
        roles="",
        rules=1,
    ),
    Wish(
        "movie",
        (
            "Movies with title, release year, genre and director; actors with name and birth date; an actor can play "
            "in many movies and a movie has many actors. Users can write reviews for movies and rate them from 1 to "
            "10."
        ),
        ("Movie(title release_year:integer genre director) Actor(name birth_date:date) User() Review(rating:integer)"),
        "Actor.movies>>Movie Review.movie>Movie Review.user>User",
        rules=0,
    ),
    Wish(
        "imperative",
        (
            "Create a REST API for managing bookmarks with folders and tags. Users must log in. Each bookmark has url "
            "(required, unique), title, notes optional, created at timestamp."
        ),
        "Bookmark(url:url* title notes:text? created_at:datetime) Folder() Tag()",
        "Bookmark.folder>Folder Bookmark.tags>>Tag",
        roles="",
        rules=0,
    ),
    Wish(
        "game",
        (
            "An RPG backend: characters have a name, a level (1-100), hit points and a class. Characters carry items. "
            "Items have a name, weight and rarity: common, rare or legendary. Guilds have many characters, but a "
            "character can be in only one guild."
        ),
        ("Character(name level:integer hit_points:integer class_name) Item(name weight:decimal rarity:enum) Guild()"),
        "Character.guild>Guild Item.character>Character",
        roles="",
        rules=0,
    ),
    Wish(
        "bank",
        (
            "Banking: customers own accounts; an account has an IBAN, a balance and a currency. Transactions move "
            "money from one account to another account and have an amount and a timestamp. The balance must never be "
            "negative. A transfer above 10000 needs approval by a manager."
        ),
        ("Customer() Account(iban:string* balance:money currency) Transaction(amount:money timestamp:datetime)"),
        "Account.customer>Customer Transaction.from_account>Account Transaction.to_account>Account",
        roles="",
        rules=1,
    ),
)
