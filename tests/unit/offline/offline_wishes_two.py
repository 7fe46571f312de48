"""Wishes of many domains with the charter a careful person would expect, second part."""

from __future__ import annotations

from offline_expectation import Wish

WISHES = (
    Wish(
        "rental",
        (
            "Car rental. Customers rent cars. A car has a make, model, year, license plate and daily rate. Rentals "
            "have a start date, an end date and a total price. The license plate must be unique. A car can be "
            "available, rented or in maintenance."
        ),
        (
            "Customer() Car(make model year:integer license_plate:string* daily_rate:money status:enum) "
            "Rental(start_date:date end_date:date total_price:money)"
        ),
        "Rental.customer>Customer Rental.car>Car",
        roles="",
        rules=0,
    ),
    Wish(
        "helpdesk",
        (
            "Help desk: customers open tickets, agents answer them. A ticket has a subject, description, priority "
            "(low, normal, high, urgent) and status open, pending or closed. Tickets are assigned to an agent. Every "
            "ticket has comments. Comments have a body and a creation date."
        ),
        (
            "Customer() Agent() Ticket(subject description:text priority:enum status:enum) Comment(body:text "
            "creation_date:date)"
        ),
        "Ticket.customer>Customer Ticket.assignee>Agent Comment.ticket>Ticket",
        roles="",
        rules=0,
    ),
    Wish(
        "iot",
        (
            "I'd like an IoT backend. Devices have a serial number, a name and a location (latitude and longitude). "
            "Each device has multiple sensors; sensors have a type and a unit. Readings belong to a sensor and hold a "
            "value and a timestamp."
        ),
        (
            "Device(serial_number:string* name latitude:decimal longitude:decimal) Sensor(type unit) "
            "Reading(value:decimal timestamp:datetime)"
        ),
        "Sensor.device>Device Reading.sensor>Sensor",
        roles="",
        rules=0,
    ),
    Wish(
        "jobs",
        (
            "Job board API: companies post jobs, candidates apply to jobs. A job has title, description, salary "
            "range, location and is either full-time or part-time. An application includes a cover letter and a "
            "resume link. Candidates can't apply twice to the same job."
        ),
        (
            "Company() Job(title description:text salary_range location status:enum) Candidate() "
            "Application(cover_letter resume_link:url)"
        ),
        "Job.company>Company Application.candidate>Candidate Application.job>Job",
        roles="",
        rules=1,
    ),
    Wish(
        "plain",
        (
            "Product(name, price, sku unique), Category(name), Order(date, status: open|paid|shipped). Product "
            "belongs to Category. Order has many products."
        ),
        "Product(name price:money sku:string*) Category(name) Order(date:date status:enum)",
        "Product.category>Category Order.products>>Product",
        roles="",
        rules=0,
    ),
    Wish(
        "hr",
        (
            "An HR system. Employees work in departments. An employee has a name, an email (must be unique), a "
            "salary, a hire date and an optional manager who is also an employee. Departments have a name and a "
            "budget. Employees can request leave; a leave request has a start date, end date, reason and status "
            "(pending, approved, rejected). Only managers approve leave requests."
        ),
        (
            "Employee(name email:email* salary:money hire_date:date) Department(name budget:money) "
            "LeaveRequest(start_date:date end_date:date reason:text status:enum)"
        ),
        "Employee.department>Department Employee.manager>Employee LeaveRequest.employee>Employee",
        roles="manager",
        rules=0,
    ),
    Wish(
        "library2",
        (
            "Please create a system for our village library. We have around 3000 books and 200 readers. For every "
            "book we need to know the title, who wrote it, the year and which shelf it is on. Readers have a card "
            "number. When a reader borrows a book we want to note the date and when it must be back."
        ),
        "Book(title author year:integer shelf) Reader(card_number:string*) Loan()",
        "Loan.reader>Reader Loan.book>Book",
        roles="",
        rules=0,
    ),
    Wish(
        "survey",
        (
            "Survey tool: a survey has a title and questions; a question has a text and a kind (text, single choice, "
            "multiple choice). Respondents give answers. Each answer belongs to a question."
        ),
        "Survey(title) Question(text:text kind:enum) Answer() Respondent()",
        "Question.survey>Survey Answer.question>Question Answer.respondent>Respondent",
        roles="",
        rules=0,
    ),
    Wish(
        "inventory2",
        (
            "Warehouse API. Items have sku, name, weight in kg and a minimum stock level. Items are stored in "
            "locations. A location has a code like A-01-03 and a capacity. Stock cannot be negative. Movements (in or "
            "out) change the stock of an item at a location."
        ),
        (
            "Item(sku:string* name weight:decimal minimum_stock_level:integer stock:integer) Location(code "
            "capacity:integer) Movement(kind:enum)"
        ),
        "Item.location>Location",
        roles="",
        rules=1,
    ),
    Wish(
        "realestate",
        (
            "Real estate agency: properties with address, price, number of bedrooms, area in square meters and "
            "photos; agents with name and phone; clients. Clients can schedule viewings of properties. Each property "
            "is listed by exactly one agent."
        ),
        ("Property(address price:money bedrooms:integer area:decimal) Photo() Agent(name phone) Client() Viewing()"),
        "Photo.property>Property Property.agent>Agent Viewing.property>Property Viewing.client>Client",
        roles="client",
        rules=0,
    ),
    Wish(
        "farm",
        (
            "bees: I keep bees and want to record my hives, inspections and honey harvests. A hive has a name, a "
            "location and the year the queen was born. An inspection has a date, temperature, notes and number of "
            "frames. Harvests have a weight in kg."
        ),
        (
            "Bee() Hive(name location year:integer) Inspection(date:date temperature:decimal notes:text "
            "frames:integer) HoneyHarvest(weight:decimal)"
        ),
        "Inspection.hive>Hive",
        roles="",
        rules=0,
    ),
    Wish(
        "unknown",
        ("A zorb has a flim, a weight and many quuxes. Each quux has a name. Zorbs belong to a blargh."),
        "Zorb(flim weight:decimal) Quux(name) Blargh()",
        "Quux.zorb>Zorb Zorb.blargh>Blargh",
        roles="",
        rules=0,
    ),
)
