"""Wishes of many domains with the charter a careful person would expect, first part."""

from __future__ import annotations

from offline_expectation import Wish

WISHES = (
    Wish(
        "recipes",
        (
            "Build a recipe sharing API. Recipes have a title, instructions, a preparation time in minutes, and a "
            "difficulty which can be easy, medium or hard. A recipe has many ingredients, each ingredient has a name "
            "and a quantity. Users can rate recipes from 1 to 5 and leave comments."
        ),
        (
            "Recipe(title instructions:text preparation_time:integer difficulty:enum) Ingredient(name "
            "quantity:integer) User() Rating(stars:integer) Comment()"
        ),
        ("Ingredient.recipe>Recipe Rating.recipe>Recipe Rating.user>User Comment.recipe>Recipe Comment.user>User"),
        rules=0,
    ),
    Wish(
        "clinic",
        """\
Clinic backend:
- Patients: name, date of birth, phone (optional), email (unique)
- Doctors: name, specialty
- Appointments: patient, doctor, start time, end time, status (scheduled, completed, cancelled)
A doctor cannot have two appointments at the same time.
Only receptionists can create appointments.
""",
        (
            "Patient(name date_of_birth:date phone:string? email:email*) Doctor(name specialty) "
            "Appointment(start_time:datetime end_time:datetime status:enum)"
        ),
        "Appointment.patient>Patient Appointment.doctor>Doctor",
        roles="receptionist",
        rules=1,
    ),
    Wish(
        "school",
        (
            "Students enroll in courses. Each course is taught by one teacher and has a title, a code that must be "
            "unique, and a number of credits between 1 and 10. A student has a first name, last name and email."
        ),
        "Student(first_name last_name email:email) Course(title code:string* credits:integer) Teacher()",
        "Student.courses>>Course Course.teacher>Teacher",
        roles="",
        rules=0,
    ),
    Wish(
        "crm",
        (
            "We need a CRM to keep track of companies, contacts and deals. Every contact belongs to a company. A deal "
            "has an amount in euros, a stage that is one of lead, qualified, won or lost, and an expected close date. "
            "Sales reps can only see their own deals; managers can see everything."
        ),
        "Company() Contact() Deal(amount:money stage:enum expected_close_date:date) SalesRep()",
        "Contact.company>Company",
        roles="sales_rep manager",
        rules=0,
    ),
    Wish(
        "events",
        (
            "As an organizer, I want to create events with a name, venue, date and capacity so that people can "
            "register. Attendees register for events. An event cannot have more registrations than its capacity."
        ),
        "Event(name venue date:date capacity:integer) Attendee() Registration()",
        "Registration.event>Event Registration.attendee>Attendee",
        roles="organizer",
        rules=1,
    ),
    Wish(
        "blog",
        (
            "A blogging platform where authors write posts. Posts have a title, a body, a slug (unique) and a status: "
            "draft or published. Readers can comment on posts. Posts have many tags and belong to a category. A "
            "category can have a parent category."
        ),
        "Author() Post(title body:text slug:string* status:enum) Reader() Comment() Tag() Category()",
        (
            "Post.author>Author Post.tags>>Tag Post.category>Category Category.parent_category>Category "
            "Comment.post>Post Comment.reader>Reader"
        ),
        roles="reader",
        rules=0,
    ),
    Wish(
        "hotel",
        (
            "Hotel booking system with rooms and guests. A room has a number, a type (single, double, suite), a price "
            "per night and a floor. Guests have a name, an email address and a phone number. A booking is for one "
            "guest and one room, with check-in date and check-out date. Check-out must be after check-in. Bookings "
            "cannot overlap for the same room."
        ),
        (
            "Room(number:string type:enum price:money floor:integer) Guest(name email:email phone:string) "
            "Booking(check_in_date:date check_out_date:date)"
        ),
        "Booking.guest>Guest Booking.room>Room",
        roles="",
        rules=2,
    ),
    Wish(
        "gym",
        """\
# Gym management

## Entities
- Member: full name, email, birth date, membership type
- Trainer: name, specialization, hourly rate
- Class: title, starts at, duration in minutes, max participants

## Rules
- A class has one trainer.
- A member can book at most 3 classes per week.
- Max participants must be positive.

## Roles
- admin
- trainer
- member
""",
        (
            "Member(full_name email:email birth_date:date membership_type) Trainer(name specialization "
            "hourly_rate:money) Class(title starts_at:datetime duration:integer max_participants:integer) "
            "Booking()"
        ),
        "Class.trainer>Trainer Booking.member>Member Booking.class_ref>Class",
        roles="admin trainer member",
        rules=3,
    ),
    Wish(
        "expense",
        (
            "Expense tracker. I want to record expenses with amount, date, category and a note. Categories have a "
            "name and a monthly budget. Amount must be greater than 0. Note is optional."
        ),
        "Expense(amount:money date:date note:text?) Category(name monthly_budget:money)",
        "Expense.category>Category",
        roles="",
        rules=0,
    ),
    Wish(
        "restaurant",
        (
            "For each dish we store the name, the price in euros and whether it is vegetarian. Orders are placed by "
            "tables and contain many dishes. Each order has a status (new, cooking, served, paid) and a total. "
            "Waiters can create and update orders, only the chef can change dishes."
        ),
        "Dish(name price:money vegetarian:boolean) Order(status:enum total:money) Table()",
        "Order.table>Table Order.dishes>>Dish",
        roles="waiter chef",
        rules=0,
    ),
    Wish(
        "pets",
        (
            "A vet clinic wants to manage pets and their owners. Every pet has a name, species, breed (optional) and "
            "birth date, and belongs to one owner. Owners have a name, phone number and address. Visits record the "
            "date, the reason, the diagnosis and the cost of the treatment."
        ),
        (
            "Pet(name species breed:string? birth_date:date) Owner(name phone address) Visit(date:date "
            "reason:text diagnosis cost:money)"
        ),
        "Pet.owner>Owner Visit.pet>Pet",
        roles="",
        rules=0,
    ),
    Wish(
        "music",
        (
            "Music catalog: artists, albums and songs. An artist has many albums; an album has a title, a release "
            "year and many songs. A song has a title and a duration in seconds. Playlists contain songs. Users own "
            "playlists."
        ),
        "Artist() Album(title release_year:integer) Song(title duration:integer) Playlist() User()",
        "Album.artist>Artist Song.album>Album Playlist.songs>>Song Playlist.user>User",
        roles="",
        rules=0,
    ),
)
